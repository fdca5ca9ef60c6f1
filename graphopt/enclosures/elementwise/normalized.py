"""Bounds of ``x / sqrt(v)`` over boxes of x and v, where perhaps ``x ** 2 <= v`` is known.

For each v it is linear in x, and along each side of what is possible, x at an end or at ``sqrt(v)``, it is
convex or concave in v or in its root. So the least value of the function less any plane is at a corner, or
where one slope is the plane's: all of them have closed forms. The function is odd in x, which gives the
greatest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import outward

BEYOND = 1.0 + 1e-12
"""What rounding may add to a limit."""


def normalized_image(x: Range, v: Range, limit: float) -> Range:
    """Return bounds of the values; `limit` is 1 or infinite."""
    x, v = _possible(x, v, limit)
    lower = _value(x[0], np.where(x[0] > 0, v[1], v[0]))
    upper = _value(x[1], np.where(x[1] > 0, v[0], v[1]))
    lower, upper = outward(lower, upper)
    lower, upper = np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)
    return np.maximum(lower, -limit * BEYOND), np.minimum(upper, limit * BEYOND)


def normalized_slopes(x: Range, v: Range, limit: float) -> tuple[Range, Range]:
    """Return bounds of the derivatives by x and by v."""
    x, v = _possible(x, v, limit)
    steep, flat = 1.0 / np.sqrt(v[0]), 1.0 / np.sqrt(v[1])
    lower = -0.5 * np.where(x[1] > 0, x[1] * steep**3, x[1] * flat**3)
    upper = -0.5 * np.where(x[0] < 0, x[0] * steep**3, x[0] * flat**3)
    most = 0.5 * limit * BEYOND * np.square(steep)
    by_x, by_v = outward(flat, steep), outward(np.fmax(lower, -most), np.fmin(upper, most))
    by_x = np.maximum(by_x[0], 0.0), by_x[1]
    return tuple(  # type: ignore[return-value]
        (np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high))
        for low, high in (by_x, by_v)
    )


def normalized_lines(x: Range, v: Range, limit: float) -> tuple[tuple, tuple]:
    """Return the slopes by x and v and the constant of a plane below the function, and of one above.

    Of several planes each, that with the best value in the middle of the box.
    """
    x, v = _possible(x, v, limit)
    below = _plane(x, v, limit)
    a, b, constant = _plane((-x[1], -x[0]), v, limit)  # of the function turned round
    return below, (a, -b, -constant)


def _value(x: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.where(x == 0, 0.0, x / np.sqrt(v))


def _possible(x: Range, v: Range, limit: float) -> tuple[Range, Range]:
    """Return the box cut to where v is not negative, and x not beyond its root if that is a limit."""
    lower, upper = np.maximum(v[0], 0.0), np.maximum(v[1], 0.0)
    if limit == 1.0:
        root = np.sqrt(upper) * BEYOND
        x = np.clip(x[0], -root, root), np.clip(x[1], -root, root)
        small = np.where((x[0] <= 0) & (x[1] >= 0), 0.0, np.minimum(np.abs(x[0]), np.abs(x[1])))
        lower = np.minimum(np.maximum(lower, np.square(small / BEYOND)), upper)
    return x, (lower, upper)


def _plane(x: Range, v: Range, limit: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return slopes and constant of a plane below the function."""
    middle, at = 0.5 * x[0] + 0.5 * x[1], 0.5 * v[0] + 0.5 * v[1]
    best: tuple[np.ndarray, ...] | None = None
    for a, b in _candidates(x, v, middle, at, limit):
        constant = _least(x, v, limit, a, b)
        height = np.nan_to_num(a * middle + b * at + constant, nan=-np.inf, posinf=-np.inf, neginf=-np.inf)
        if best is None:
            best = a, b, constant, height
        else:
            better = height > best[3]
            best = tuple(np.where(better, *pair) for pair in zip((a, b, constant, height), best, strict=True))
    assert best is not None
    return best[0], best[1], best[2]


def _candidates(
    x: Range, v: Range, middle: np.ndarray, at: np.ndarray, limit: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield slopes by x and v: tangents, chords, and none."""
    width, depth = x[1] - x[0], v[1] - v[0]

    def cut(z: np.ndarray, s: np.ndarray) -> np.ndarray:
        return np.clip(_value(z, s), -limit, limit)

    def chord(z: np.ndarray) -> np.ndarray:
        return np.where(depth > 0, (cut(z, v[1]) - cut(z, v[0])) / depth, tangent)

    tangent = -0.5 * middle / at**1.5
    along = np.where(width > 0, (cut(x[1], at) - cut(x[0], at)) / width, at**-0.5)
    for b in (tangent, chord(x[0]), chord(x[1]), chord(middle), np.zeros_like(at)):
        for a in (at**-0.5, along, v[1] ** -0.5, v[0] ** -0.5):
            yield a, b


def _least(x: Range, v: Range, limit: float, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the least value of the function less ``a x + b v``, with x not beyond the root of v if `limit`
    is 1."""
    found = []
    for z in x:  # at an end of x: convex in v above 0, concave below
        start = np.maximum(v[0], np.square(z)) if limit == 1.0 else v[0]
        start = np.minimum(start, v[1])
        bend = np.where(b < 0, (np.maximum(z, 0.0) / np.maximum(-2.0 * b, 1e-300)) ** (2 / 3), v[1])
        for s in (start, v[1], np.clip(bend, start, v[1])):
            found.append(_value(z, s) - a * z - b * s)
    if limit == 1.0:
        for sign, end in ((1.0, np.maximum(x[1], 0.0)), (-1.0, np.maximum(-x[0], 0.0))):
            low = np.sqrt(v[0])  # along x = sign * s, v = s ** 2
            high = np.maximum(np.minimum(np.sqrt(v[1]), end), low)
            bend = np.where(b < 0, -0.5 * sign * a / np.minimum(b, -1e-300), low)
            along = [sign - sign * a * s - b * np.square(s) for s in (low, high, np.clip(bend, low, high))]
            found.append(np.where(end > low, np.minimum.reduce(along), np.inf))
    return np.minimum.reduce(found)
