"""The slopes an elementwise function has over intervals: its derivative's image, moved outwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.enclosures.elementwise.images import defined, image
from graphopt.enclosures.elementwise.normalized import normalized_slopes
from graphopt.enclosures.elementwise.steps import STEPS, step_slopes
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import outward
from graphopt.structure.functions import FUNCTIONS

BELLS = {"sigmoid", "tanh", "erf", "arctan"}
"""Functions whose slope rises up to 0 and falls from there, and is never negative."""

RISING = {"softplus", "exp"}
FALLING = {"log", "log1p", "sqrt"}


def slope_ranges(function: str, parameter: Any, ranges: Sequence[Range]) -> tuple[Range, ...]:
    """Return bounds of the derivative by each argument, for arguments in `ranges`: arrays (B, size).

    At a kink, all slopes between those of its two sides (F. H. Clarke's generalised gradient). Infinite where
    there is no bound; never NaN.
    """
    if function == "product":
        first, second = ranges
        return (second, first)
    with np.errstate(all="ignore"):
        if function == "normalized":
            return normalized_slopes(*ranges, parameter)
        lower, upper = _slopes(function, parameter, *ranges[0])
    return ((np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)),)


def _slopes(function: str, parameter: Any, lower: np.ndarray, upper: np.ndarray) -> Range:
    def slope(z: np.ndarray) -> np.ndarray:
        return FUNCTIONS[function].slope(z, parameter)[0]

    if function in STEPS:
        return step_slopes(function, parameter, lower, upper)
    if function == "curve":
        from graphopt.enclosures.elementwise.curve_lines import curve_slopes  # made of slopes, these here

        return curve_slopes(parameter, lower, upper)
    if function == "relu":
        return (lower > 0) * 1.0, (upper >= 0) * 1.0
    if function == "square":
        return 2.0 * lower, 2.0 * upper
    if function in BELLS:
        below, above = outward(np.minimum(slope(lower), slope(upper)), np.maximum(slope(lower), slope(upper)))
        top = outward(*[np.broadcast_to(slope(np.zeros(1)), lower.shape)] * 2)[1]
        return np.maximum(below, 0.0), np.where((lower <= 0) & (upper >= 0), top, above)
    if function in RISING:
        below, above = outward(slope(lower), slope(upper))
        return np.maximum(below, 0.0), above
    if function in FALLING:
        below, above = outward(slope(upper), slope(defined(function, parameter, lower)))
        return np.where(upper < lower, -np.inf, np.maximum(below, 0.0)), above
    if function in ("sin", "cos"):
        below, above = image("cos" if function == "sin" else "sin", 0.0, [(lower, upper)])
        return (below, above) if function == "sin" else (-above, -below)
    # the rest are powers: the slope of z ** p is p z ** (p - 1)
    exponent = -1.0 if function == "reciprocal" else parameter
    if exponent == 0:
        return np.zeros_like(lower), np.zeros_like(upper)
    least, most = image("power", exponent - 1.0, [(lower, upper)])
    if exponent > 0:
        below, above = outward(exponent * least, exponent * most)
        return np.where(least >= 0, np.maximum(below, 0.0), below), above
    below, above = outward(exponent * most, exponent * least)
    return below, np.where(least >= 0, np.minimum(above, 0.0), above)
