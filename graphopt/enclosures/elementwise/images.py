"""The values an elementwise function takes over intervals, moved outwards by its rounding error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from graphopt.enclosures.elementwise.normalized import normalized_image
from graphopt.enclosures.elementwise.steps import STEPS, step_image
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import outward
from graphopt.structure.functions import FUNCTIONS

INCREASING = {
    "relu": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "erf": (-1.0, 1.0),
    "arctan": (-np.inf, np.inf),
    "softplus": (0.0, np.inf),
    "exp": (0.0, np.inf),
    "log": (-np.inf, np.inf),
    "log1p": (-np.inf, np.inf),
    "sqrt": (0.0, np.inf),
}
"""The increasing functions, and the range they never leave, in NumPy's arithmetic as in exact."""

DOMAIN = {"log": 0.0, "log1p": -1.0, "sqrt": 0.0}
"""Where functions begin that are not defined everywhere; below, nothing is said about them."""

FAR = 1e8
"""Where the rounding error of an angle begins to matter: beyond, a sine is anything from -1 to 1."""


def image(function: str, parameter: Any, ranges: Sequence[Range]) -> Range:
    """Return bounds of ``function(*arguments)`` for arguments in `ranges`: two arrays of their shape.

    Infinite where there is no bound; never NaN. Points where the function is not defined do not count; an
    interval of nothing else has no bounds.
    """
    with np.errstate(all="ignore"):
        if function in INCREASING:
            lower, upper = _increasing(function, *ranges[0])
        elif function == "product":
            lower, upper = _product(*ranges)
        elif function in STEPS:
            lower, upper = step_image(function, parameter, *ranges[0])
        elif function == "normalized":
            lower, upper = normalized_image(*ranges, parameter)
        elif function == "curve":
            from graphopt.enclosures.elementwise.curve_lines import curve_image  # made of images, these here

            lower, upper = curve_image(parameter, *ranges[0])
        else:
            lower, upper = IMAGES[function](*ranges[0], parameter)
    return np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)


def defined(function: str, parameter: Any, lower: np.ndarray) -> np.ndarray:
    """Return `lower`, raised to where the function begins."""
    if function == "power" and parameter != round(parameter):
        return np.maximum(lower, 0.0)
    return np.maximum(lower, DOMAIN[function]) if function in DOMAIN else lower


def _increasing(function: str, lower: np.ndarray, upper: np.ndarray) -> Range:
    if function == "relu":
        return np.maximum(lower, 0.0), np.maximum(upper, 0.0)
    value = FUNCTIONS[function].value
    below, above = outward(value(defined(function, 0.0, lower), 0.0), value(upper, 0.0))
    low, high = INCREASING[function]
    below, above = np.maximum(below, low), np.minimum(above, high)
    if function in DOMAIN:
        below = np.where(upper < DOMAIN[function], -np.inf, below)
    return below, above


def _product(first: Range, second: Range) -> Range:
    corners = [a * b for a in first for b in second]
    corners = [np.where(np.isnan(c), 0.0, c) for c in corners]  # 0 * inf: zero times any number
    return outward(np.minimum.reduce(corners), np.maximum.reduce(corners))


def _even(value: Callable, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return the image of a function that falls up to 0 and rises from there, and is 0 at 0."""
    below, above = outward(
        np.minimum(value(lower), value(upper)),
        np.maximum(value(lower), value(upper)),
    )
    return np.where((lower <= 0) & (upper >= 0), 0.0, np.maximum(below, 0.0)), above


def _square(lower: np.ndarray, upper: np.ndarray, _: float) -> Range:
    return _even(np.square, lower, upper)


def _falling_beside_pole(value: Callable, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return the image of a function that falls on both sides of a pole at 0, as 1 / x does."""
    below, above = outward(value(upper), value(lower))
    return (
        np.where((lower < 0) & (upper >= 0), -np.inf, below),
        np.where((lower <= 0) & (upper >= 0), np.inf, above),
    )


def _reciprocal(lower: np.ndarray, upper: np.ndarray, _: float) -> Range:
    return _falling_beside_pole(lambda x: 1.0 / x, lower, upper)


def _power(lower: np.ndarray, upper: np.ndarray, exponent: float) -> Range:
    def value(x: np.ndarray) -> np.ndarray:
        return np.power(x, exponent)

    if exponent == 0:
        return np.ones_like(lower), np.ones_like(upper)
    if exponent != round(exponent):  # defined from 0 on
        ends = value(np.maximum(lower, 0.0)), value(upper)
        below, above = outward(*(ends if exponent > 0 else ends[::-1]))
        nowhere = upper < 0
        return np.where(nowhere, -np.inf, np.maximum(below, 0.0)), np.where(nowhere, np.inf, above)
    even, around = exponent % 2 == 0, (lower <= 0) & (upper >= 0)
    if exponent > 0:
        return _even(value, lower, upper) if even else outward(value(lower), value(upper))
    if not even:
        return _falling_beside_pole(value, lower, upper)
    below, above = outward(np.minimum(value(lower), value(upper)), np.maximum(value(lower), value(upper)))
    return np.maximum(below, 0.0), np.where(around, np.inf, above)


def _wave(function: str, peak: float) -> Callable[[np.ndarray, np.ndarray, float], Range]:
    """Return the image of a sine or cosine that is 1 at `peak` and every turn from there."""
    turn = 2.0 * np.pi

    def reached(top: float, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        near = 1e-15 * (np.maximum(np.abs(lower), np.abs(upper)) + 10.0)
        return np.floor((upper + near - top) / turn) >= np.ceil((lower - near - top) / turn)

    def found(lower: np.ndarray, upper: np.ndarray, _: float) -> Range:
        value = FUNCTIONS[function].value
        at_ends = value(lower, 0.0), value(upper, 0.0)
        below, above = outward(np.minimum(*at_ends), np.maximum(*at_ends))
        far = ~(np.maximum(np.abs(lower), np.abs(upper)) < FAR)
        below = np.where(far | reached(peak - np.pi, lower, upper), -1.0, np.maximum(below, -1.0))
        return below, np.where(far | reached(peak, lower, upper), 1.0, np.minimum(above, 1.0))

    return found


IMAGES: dict[str, Callable[[np.ndarray, np.ndarray, float], Range]] = {
    "square": _square,
    "reciprocal": _reciprocal,
    "power": _power,
    "sin": _wave("sin", 0.5 * np.pi),
    "cos": _wave("cos", 0.0),
}
