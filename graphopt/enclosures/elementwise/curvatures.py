"""The second derivatives an elementwise function has over intervals, moved outwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphopt.enclosures.elementwise.images import defined, image
from graphopt.enclosures.elementwise.relaxations import CONCAVE, CONVEX, S_SHAPED
from graphopt.enclosures.elementwise.steps import STEPS, step_image
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import EPS, outward
from graphopt.structure.functions import FUNCTIONS


class Bend(NamedTuple):
    """A second derivative that is monotone between its turning points.

    Attributes
    ----------
    value : callable
        The second derivative.
    turns : tuple of float
        Where it has its local extremes, beside the ends of where the function is defined.
    """

    value: Callable[[np.ndarray], np.ndarray]
    turns: tuple[float, ...] = ()


def _slope(function: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda z: FUNCTIONS[function].slope(z, 0.0)[0]


def _both_sides(turn: float) -> tuple[float, float]:
    return -float(turn), float(turn)


BENDS: dict[str, Bend] = {
    "sigmoid": Bend(lambda z: -_slope("sigmoid")(z) * np.tanh(0.5 * z), _both_sides(np.arccosh(2.0))),
    "tanh": Bend(lambda z: -2.0 * _slope("tanh")(z) * np.tanh(z), _both_sides(0.5 * np.arccosh(2.0))),
    "erf": Bend(lambda z: -2.0 * z * _slope("erf")(z), _both_sides(0.5**0.5)),
    "arctan": Bend(lambda z: -2.0 * z * np.square(_slope("arctan")(z)), _both_sides(3**-0.5)),
    "softplus": Bend(_slope("sigmoid"), (0.0,)),
    "exp": Bend(np.exp),
    "log": Bend(lambda z: -1.0 / np.square(z)),
    "log1p": Bend(lambda z: -1.0 / np.square(1.0 + z)),
    "sqrt": Bend(lambda z: -0.25 / (z * np.sqrt(z))),
}
"""The smooth functions whose second derivative is known by its turning points."""

GAUSSIAN = {"erf"}
"""Those made of ``exp(-z ** 2)``, which has the rounding error of the square as its relative error."""


def curvature_range(function: str, parameter: Any, ranges: Sequence[Range]) -> Range:
    """Return bounds of the second derivative of a function of one argument, in `ranges`: arrays (B, size).

    Infinite where there is no bound, as of a function that is not known here; never NaN. Signs are exact. A
    kink that bends upwards has bounds from 0 on: the function lies between smooth ones that bend as much as
    one likes.
    """
    lower, upper = ranges[0]
    with np.errstate(all="ignore"):
        below, above = _curvatures(function, parameter, lower, upper)
    return np.where(np.isnan(below), -np.inf, below), np.where(np.isnan(above), np.inf, above)


def _curvatures(function: str, parameter: Any, lower: np.ndarray, upper: np.ndarray) -> Range:
    if function in STEPS:
        low, high = step_image(function, parameter, lower, upper)
        return np.where(low == high, 0.0, -np.inf), np.where(low == high, 0.0, np.inf)
    if function == "curve":
        from graphopt.enclosures.elementwise.curve_ranges import (
            curve_ranges,  # made of curvatures, these here
        )

        return curve_ranges(parameter, lower, upper, 2)[2]
    if function == "relu":
        return np.zeros_like(lower), np.where((lower <= 0) & (upper >= 0), np.inf, 0.0)
    if function == "square":
        return np.full_like(lower, 2.0), np.full_like(upper, 2.0)
    if function in ("sin", "cos"):
        below, above = image(function, 0.0, [(lower, upper)])
        return -above, -below
    if function == "reciprocal":
        return _scaled_power(2.0, -3.0, lower, upper)
    if function == "power":
        return _scaled_power(parameter * (parameter - 1.0), parameter - 2.0, lower, upper)
    if function in BENDS:
        return _between_turns(function, parameter, lower, upper)
    return np.full_like(lower, -np.inf), np.full_like(upper, np.inf)


def _scaled_power(factor: float, exponent: float, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return the image of ``factor * z ** exponent``."""
    if factor == 0:
        return np.zeros_like(lower), np.zeros_like(upper)
    least, most = image("power", exponent, [(lower, upper)])
    if factor > 0:
        below, above = outward(factor * least, factor * most)
        return np.where(least >= 0, np.maximum(below, 0.0), below), above
    below, above = outward(factor * most, factor * least)
    return below, np.where(least >= 0, np.minimum(above, 0.0), above)


def _between_turns(function: str, parameter: Any, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return the image of a second derivative from its values at the ends and at turning points inside."""
    bend, low = BENDS[function], defined(function, parameter, lower)
    at_low, at_high = (_value_at_end(bend, z) for z in (low, upper))
    least, most = np.minimum(at_low, at_high), np.maximum(at_low, at_high)
    for turn in bend.turns:
        inside, value = (low <= turn) & (upper >= turn), bend.value(np.array(turn))
        least = np.where(inside, np.minimum(least, value), least)
        most = np.where(inside, np.maximum(most, value), most)
    below, above = outward(least, most)
    if function in GAUSSIAN:
        lost = EPS * np.maximum(np.abs(at_low) * np.square(low), np.abs(at_high) * np.square(upper))
        below, above = below - np.nan_to_num(lost), above + np.nan_to_num(lost)
    convex = np.full(lower.shape, function in CONVEX) | ((function in S_SHAPED) & (upper <= 0))
    concave = np.full(lower.shape, function in CONCAVE) | ((function in S_SHAPED) & (lower >= 0))
    nowhere = upper < low
    below = np.where(nowhere, -np.inf, np.where(convex, np.maximum(below, 0.0), below))
    return below, np.where(nowhere, np.inf, np.where(concave, np.minimum(above, 0.0), above))


def _value_at_end(bend: Bend, z: np.ndarray) -> np.ndarray:
    """Return the second derivative at z; 0 far out, where it comes as the product of 0 and infinity."""
    value = bend.value(z)
    return np.where(np.isinf(z) & np.isnan(value), 0.0, value)
