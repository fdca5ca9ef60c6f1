"""A quadratic function near an elementwise function over an interval, and how far they are apart at most.

The quadratic meets the function at Chebyshev's three points of the interval. Its error is read off at evenly
spaced points; between two of them, h apart, the error leaves the chord by no more than ``h ** 2 / 8`` times
its largest second derivative there, of which `graphopt.enclosures.elementwise.curvatures` knows bounds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from graphopt.enclosures.elementwise.curvatures import curvature_range
from graphopt.enclosures.elementwise.curve_ranges import curve_ranges
from graphopt.enclosures.elementwise.slopes import slope_ranges
from graphopt.enclosures.rounding import EPS, TINY, ULPS
from graphopt.structure.functions import FUNCTIONS

PARTS = 16  # of an interval: the error is overrated by a twentieth
NARROW = 1e-6  # width below which the slope in the middle serves as well
FITTED = {
    "sigmoid", "tanh", "erf", "arctan", "softplus", "exp", "log", "log1p", "sqrt", "square", "reciprocal",
    "sin", "cos", "power", "curve",
}  # fmt: skip


class Fit(NamedTuple):
    """``constant + slope d + bend d ** 2``, d the distance from `middle`, give or take `error`."""

    middle: np.ndarray
    constant: np.ndarray
    slope: np.ndarray
    bend: np.ndarray
    error: np.ndarray


def quadratic_fit(function: str, parameter: Any, lower: np.ndarray, upper: np.ndarray) -> Fit:
    """Return quadratics near a function of one argument over intervals: arrays of the shape of `lower`.

    The error is infinite where there is none, as around a kink or a pole.

    Parameters
    ----------
    function : str
        One of `FITTED`.
    """

    def value(z: np.ndarray) -> np.ndarray:
        return FUNCTIONS[function].value(z, parameter)

    with np.errstate(all="ignore"):
        middle, radius = 0.5 * lower + 0.5 * upper, 0.5 * upper - 0.5 * lower
        radius = radius + 4.0 * EPS * np.maximum(np.abs(lower), np.abs(upper))  # the middle is rounded
        constant, at = value(middle), np.sqrt(0.75) * radius
        left, right = value(middle - at), value(middle + at)
        wide = radius > NARROW
        slope = np.where(wide, (right - left) / (2.0 * at), FUNCTIONS[function].slope(middle, parameter)[0])
        bend = np.where(wide, (left - 2.0 * constant + right) / (2.0 * np.square(at)), 0.0)
        shares = np.linspace(-1.0, 1.0, PARTS + 1).reshape(-1, *[1] * lower.ndim)
        d = shares * radius
        values = value(middle + d)
        rest = values - (constant + d * (slope + d * bend))
        below, above = curvature_range(function, parameter, [(middle + d[:-1], middle + d[1:])])
        turn = np.maximum(np.abs(below - 2.0 * bend), np.abs(above - 2.0 * bend)).max(axis=0)
        between = (1.0 + 1e-9) * turn * np.square(2.0 * radius / PARTS) / 8.0
        least, most = rest.min(axis=0) - between, rest.max(axis=0) + between
        largest = np.abs(values).max(axis=0) + np.abs(slope) * radius + np.abs(bend) * np.square(radius)
        ((low, high),) = slope_ranges(function, parameter, [(middle - radius, middle + radius)])
        steepest = np.maximum(np.abs(low), np.abs(high))  # times the rounding error of the points
        lost = 4.0 * ULPS * EPS * (largest + steepest * (np.abs(middle) + radius)) + TINY
        if function == "curve":  # its steps may cancel: more is lost than digits of its values
            low, high = curve_ranges(parameter, middle + d, middle + d)[0]
            lost = lost + (high - low).max(axis=0)
        error = 0.5 * most - 0.5 * least + lost
        constant = constant + (0.5 * least + 0.5 * most)
    return Fit(middle, constant, slope, bend, np.where(np.isnan(error), np.inf, error))
