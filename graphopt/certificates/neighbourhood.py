"""A look around a point by values alone, which a wrong or vanished gradient cannot deceive.

A gradient of zero is found at an optimum, but also on the plateau of a saturated network, at a maximum, and
wherever an operation has a wrong derivative. Values at nearby points, and over the box where the objective
is flat, tell these apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

SLOPE_STEP = 1e-6  # of the width; near the cube root of the rounding error, best for central differences
NEAR = 1e-3  # of the width of the box
REACHES = (1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0)  # of the width, against the gradient
FLAT = 1e-9  # relative change of the value over such a step, below which the objective is called flat
COORDINATES = 3
CURVATURES = 8  # how many steps look for a direction that bends down
BOX_SAMPLES = 64


class Neighbourhood(NamedTuple):
    """What was seen around a point; costs, so that less is better.

    Attributes
    ----------
    slope_error : float
        Largest relative difference between a slope by values and by the gradient, beyond rounding and
        curvature.
    flat : bool
        Whether no nearby value differs noticeably from the value at the point.
    dead : bool
        Whether no nearby value differs at all, beyond rounding, or every gradient close by is exactly zero,
        though values elsewhere in the box differ: a plateau, on which the gradient says nothing.
    gain : float
        By how much the best point seen nearby is better, beyond what `tolerance` allows over the distance and
        never more than the same part of the value; around a flat point, the best point seen anywhere in the
        box.
    better_at : array
        That point.
    """

    slope_error: float
    flat: bool
    dead: bool
    gain: float
    better_at: np.ndarray


def look_around(
    cost: Callable[[np.ndarray], tuple[float, np.ndarray]],
    x: np.ndarray,
    value: float,
    gradient: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    tolerance: float,
    noise: float = 1e-12,
    seed: int = 0,
) -> Neighbourhood:
    """Return what the values of `cost` around `x` say.

    Parameters
    ----------
    cost : callable
        Gives value and gradient at a flat vector.
    x, value, gradient : array, float, array
        The point, and its cost and gradient.
    tolerance : float
        Largest slope that still counts as level; relative to ``1 + abs(value)`` also the largest gain.
    noise : float
        Relative rounding error of a value.
    """
    random = np.random.default_rng(seed)
    noise *= 1.0 + abs(value)
    with np.errstate(over="ignore"):
        width = upper - lower
    width = np.where(np.isfinite(width), width, 2 * np.maximum(1.0, np.abs(x)))
    gain, better_at, flat, level, varies, slope_error = 0.0, x, True, True, False, 0.0
    still = not gradient.any()

    def inside(point: np.ndarray) -> np.ndarray:
        return np.minimum(np.maximum(point, lower), upper)

    def consider(point: np.ndarray, seen: float, allowed: float) -> None:
        nonlocal gain, better_at, flat, level
        level = level and abs(seen - value) <= noise
        if not abs(seen - value) <= max(noise, FLAT * (1.0 + abs(value))):
            flat = False
        if value - seen - allowed > gain:
            gain, better_at = value - seen - allowed, point

    directions = _directions(random, x.size, gradient)
    bent = _bent_down(cost, x, inside, SLOPE_STEP * width * (lower < x) * (x < upper), random)
    for direction in [*directions, *bent]:
        for sign in (1.0, -1.0):
            point = inside(x + sign * NEAR * width * direction)
            if not np.array_equal(point, x):
                allowed = tolerance * min(1.0, float(np.sum(np.abs(point - x)))) + 1e3 * noise
                consider(point, cost(point)[0], allowed)
    if down := _downhill(cost, x, value, gradient, width, inside, noise):
        consider(*down, tolerance + 1e3 * noise)
    for direction in directions:
        if np.count_nonzero(direction) > 1 or x.size == 1:
            error, zero = _slope_error(cost, x, gradient, inside, width * direction, noise)
            slope_error, still = max(slope_error, error), still and zero
    if flat or still:
        low = np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper, x) - width)
        high = np.where(np.isfinite(upper), upper, np.where(np.isfinite(lower), lower, x) + width)
        for unit in random.random((BOX_SAMPLES, x.size)):
            point = inside((1.0 - unit) * low + unit * high)
            seen = cost(point)[0]
            varies = varies or not abs(seen - value) <= 1e3 * noise
            if value - seen - 1e3 * noise > gain:
                gain, better_at = value - seen - 1e3 * noise, point
    return Neighbourhood(slope_error, flat, (level or still) and (varies or not level), gain, better_at)


def _directions(random: np.random.Generator, n: int, gradient: np.ndarray) -> list[np.ndarray]:
    """Return directions with entries of at most 1: single coordinates for small problems, random signs,
    the gradient.
    """
    directions = list(np.eye(n)[random.permutation(n)[:COORDINATES]]) if n <= 64 else []
    if n > 1:
        directions += list(random.choice([-1.0, 1.0], size=(2, n)))
    largest = np.max(np.abs(gradient), initial=0.0)
    if n > 1 and largest > 0 and np.isfinite(largest):
        directions.append(gradient / largest)
    return directions


def _bent_down(
    cost: Callable[[np.ndarray], tuple[float, np.ndarray]],
    x: np.ndarray,
    inside: Callable[[np.ndarray], np.ndarray],
    step: np.ndarray,
    random: np.random.Generator,
) -> list[np.ndarray]:
    """Return the direction in which the cost bends down most, if one is found, with entries of at most 1.

    Lanczos steps on the Hessian in units of `step` (zero: held), whose products are differences of gradients;
    in a few dimensions they see every direction, so that no saddle passes.
    """
    vectors: list[np.ndarray] = []
    rows = []
    new = np.where(step > 0, random.normal(size=x.size), 0.0)
    for _ in range(min(CURVATURES, int(np.count_nonzero(step)))):
        length = float(np.linalg.norm(new))
        if not length > 0:
            break
        vectors.append(new / length)
        move = step * vectors[-1]
        ahead, behind = cost(inside(x + move))[1], cost(inside(x - move))[1]
        new = step * (ahead - behind)
        if not np.isfinite(new).all():
            return []
        scale = float(np.linalg.norm(new))
        rows.append(np.array([vector.dot(new) for vector in vectors]))
        for _ in range(2):  # twice is enough to stay orthogonal
            for vector in vectors:
                new = new - vector.dot(new) * vector
        if float(np.linalg.norm(new)) <= 1e-9 * scale:
            break
    if not rows:
        return []
    small = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        small[i, : i + 1] = small[: i + 1, i] = row
    values, ritz = np.linalg.eigh(small)
    if not values[0] < 0:
        return []
    direction = sum(weight * vector for weight, vector in zip(ritz[:, 0], vectors, strict=True))
    return [direction / np.max(np.abs(direction))]


def _downhill(
    cost: Callable[[np.ndarray], tuple[float, np.ndarray]],
    x: np.ndarray,
    value: float,
    gradient: np.ndarray,
    width: np.ndarray,
    inside: Callable[[np.ndarray], np.ndarray],
    noise: float,
) -> tuple[np.ndarray, float] | None:
    """Return the farthest point against the gradient to which the cost falls all the way, and its cost.

    In a wide box a slope too small to count adds up. A better point behind a rise says nothing about `x`.
    """
    slope = gradient * width * (inside(x - gradient * width) != x)
    steepest = float(np.max(np.abs(slope), initial=0.0))
    if not (steepest > 0 and np.isfinite(steepest)):
        return None
    found, least = None, value
    for step in REACHES:
        point = inside(x - step * width * (slope / steepest))
        seen = cost(point)[0]
        if not seen < least - noise:
            break
        found, least = (point, seen), seen
    return found


def _slope_error(
    cost: Callable[[np.ndarray], tuple[float, np.ndarray]],
    x: np.ndarray,
    gradient: np.ndarray,
    inside: Callable[[np.ndarray], np.ndarray],
    direction: np.ndarray,
    noise: float,
) -> tuple[float, bool]:
    """Return how far the slope by values is from the slope by the gradient, relative to the larger, once the
    curvature (the change of the gradient over the step) and rounding are taken off; and whether the gradients
    there are exactly zero.
    """
    ahead, behind = inside(x + SLOPE_STEP * direction), inside(x - SLOPE_STEP * direction)
    step = ahead - behind
    if not step.any():
        return 0.0, True
    (f_ahead, g_ahead), (f_behind, g_behind) = cost(ahead), cost(behind)
    if not (np.isfinite(f_ahead) and np.isfinite(f_behind)):
        return 0.0, False
    by_values, by_gradient = f_ahead - f_behind, float(gradient.dot(step))
    largest = max(abs(by_values), abs(by_gradient))
    curvature = abs(float((g_ahead - g_behind).dot(step)))
    excess = abs(by_values - by_gradient) - curvature - 10 * noise
    still = not (g_ahead.any() or g_behind.any())
    return (max(0.0, excess / largest) if largest > 100 * noise else 0.0), still
