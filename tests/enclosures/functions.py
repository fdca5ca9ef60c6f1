"""Intervals, points in them and every function that bounds know, for tests of what holds at each point."""

import numpy as np

from graphopt.structure.functions import FUNCTIONS

JUMPING = [("step", 0.0), ("floor", 0.0), ("round", 0.0), ("round", 1.0)]
"""(function, parameter) of those that jump."""

OTHERS = {"product", "power", "curve", "normalized", *(name for name, _ in JUMPING)}

UNARY = [(name, 0.0) for name in sorted(set(FUNCTIONS) - OTHERS)] + [
    ("power", exponent) for exponent in (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 7.0)
]
"""(function, parameter) of one argument, that have a slope nearly everywhere."""


def intervals(rng, count=4000):
    """Return intervals of widths from 1e-12 to 1e6 around centres as different, points among them, some with
    an end at 0, some symmetric, some far out."""
    centre = rng.choice([-1.0, 1.0], count) * 10.0 ** rng.uniform(-6, 3, count)
    radius = 10.0 ** rng.uniform(-12, 6, count)
    radius[::10] = 0.0
    lower, upper = centre - radius, centre + radius
    upper[1::10], lower[1::10] = radius[1::10], 0.0
    lower[2::10], upper[2::10] = -radius[2::10], 0.0
    lower[3::10], upper[3::10] = -radius[3::10], radius[3::10]
    lower[4::20] = upper[4::20] - 1e8
    lower[5::40] = -np.inf
    upper[6::40] = np.inf
    return lower, upper


def points_in(lower, upper, count=41):
    """Return points of each interval, its finite ends among them: (count, ...)."""
    low, high = np.maximum(lower, -1e300), np.minimum(upper, 1e300)
    even = np.linspace(0.0, 1.0, count).reshape(-1, *[1] * lower.ndim)
    near_ends = np.sort(np.concatenate([[0.0, 1.0], *(np.array([t, 1 - t]) for t in (1e-9, 1e-6, 1e-3))]))
    share = np.concatenate([even, near_ends.reshape(-1, *[1] * lower.ndim)])
    return np.clip(low * (1 - share) + high * share, low, high)


def value(function, parameter, *arguments):
    """Return the function's values; NaN where it is not defined."""
    with np.errstate(all="ignore"):
        return FUNCTIONS[function].value(*arguments, parameter)
