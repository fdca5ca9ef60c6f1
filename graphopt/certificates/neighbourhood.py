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
FLAT = 1e-9  # relative change of the value over such a step, below which the objective is called flat
COORDINATES = 3
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
        Whether no nearby value differs at all, beyond rounding, though values elsewhere in the box do: a
        plateau, on which the gradient says nothing.
    gain : float
        By how much the best point seen nearby is better, beyond what `tolerance` allows; around a flat
        point, the best point seen anywhere in the box.
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
        Largest slope that still counts as level.
    noise : float
        Relative rounding error of a value.
    """
    random = np.random.default_rng(seed)
    noise *= 1.0 + abs(value)
    with np.errstate(over="ignore"):
        width = upper - lower
    width = np.where(np.isfinite(width), width, 2 * np.maximum(1.0, np.abs(x)))
    gain, better_at, flat, level, varies, slope_error = 0.0, x, True, True, False, 0.0

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
    for direction in directions:
        for sign in (1.0, -1.0):
            point = inside(x + sign * NEAR * width * direction)
            if not np.array_equal(point, x):
                consider(point, cost(point)[0], tolerance * float(np.sum(np.abs(point - x))) + 1e3 * noise)
        if np.count_nonzero(direction) > 1 or x.size == 1:
            slope_error = max(
                slope_error, _slope_error(cost, x, value, gradient, inside, width * direction, noise)
            )
    if flat:
        low = np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper, x) - width)
        high = np.where(np.isfinite(upper), upper, np.where(np.isfinite(lower), lower, x) + width)
        for unit in random.random((BOX_SAMPLES, x.size)):
            point = inside((1.0 - unit) * low + unit * high)
            seen = cost(point)[0]
            varies = varies or not abs(seen - value) <= 1e3 * noise
            if value - seen - 1e3 * noise > gain:
                gain, better_at = value - seen - 1e3 * noise, point
    return Neighbourhood(slope_error, flat, level and varies, gain, better_at)


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


def _slope_error(
    cost: Callable[[np.ndarray], tuple[float, np.ndarray]],
    x: np.ndarray,
    value: float,
    gradient: np.ndarray,
    inside: Callable[[np.ndarray], np.ndarray],
    direction: np.ndarray,
    noise: float,
) -> float:
    """Return how far the slope by values is from the slope by the gradient, relative to the larger, once the
    curvature (the change of the gradient over the step) and rounding are taken off."""
    ahead, behind = inside(x + SLOPE_STEP * direction), inside(x - SLOPE_STEP * direction)
    step = ahead - behind
    if not step.any():
        return 0.0
    (f_ahead, g_ahead), (f_behind, g_behind) = cost(ahead), cost(behind)
    if not (np.isfinite(f_ahead) and np.isfinite(f_behind)):
        return 0.0
    by_values, by_gradient = f_ahead - f_behind, float(gradient.dot(step))
    largest = max(abs(by_values), abs(by_gradient))
    curvature = abs(float((g_ahead - g_behind).dot(step)))
    excess = abs(by_values - by_gradient) - curvature - 10 * noise
    return max(0.0, excess / largest) if largest > 100 * noise else 0.0
