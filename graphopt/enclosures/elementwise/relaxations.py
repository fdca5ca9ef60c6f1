"""Two linear functions for each nonlinear element, one below and one above it over its interval.

Slopes are chosen, intercepts are computed for whatever slope was chosen: the intercept of a lower line of
slope s is the least of ``f(z) - s z`` over the interval, which is taken at an end or where ``f'(z) = s``. So
a slope that is not the best costs tightness and never soundness.

Which slopes: H. Zhang, T.-W. Weng, P.-Y. Chen, C.-J. Hsieh and L. Daniel, "Efficient neural network
robustness certification with general activation functions", 2018, for relu and s-shaped functions;
G. P. McCormick, "Computability of global solutions to factorable nonconvex programs", 1976, for products.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from graphopt.enclosures.elementwise.images import FAR, defined
from graphopt.enclosures.elementwise.normalized import normalized_lines
from graphopt.enclosures.elementwise.steps import STEPS, step_lines
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import EPS, TINY, ULPS
from graphopt.structure.functions import FUNCTIONS

S_SHAPED = {"sigmoid", "tanh", "erf", "arctan"}
"""Convex below 0, concave above, odd around their value at 0."""

CONVEX = {"exp", "softplus", "square"}
CONCAVE = {"log", "log1p", "sqrt"}

NARROW = 1e-6
"""Intervals below this width take the slope in their middle: that of the chord is lost to rounding."""

REACH = 1e12
"""Arguments beyond this have lines of slope 0."""

POINTS = 8000
"""How many steps the tables of tangent points have; between, they are interpolated."""

Slopes = tuple[np.ndarray, ...]


class Lines(NamedTuple):
    """``sum of slopes[k] * argument[k] + constant``, below and above a function: arrays (B, size).

    A constant is infinite where there is no line; its slopes are 0 then.
    """

    lower_slopes: Slopes
    lower_constant: np.ndarray
    upper_slopes: Slopes
    upper_constant: np.ndarray


class Spans(NamedTuple):
    """Bounds of ``scale x + y / scale`` and ``scale x - y / scale`` for the factors of a product."""

    scale: np.ndarray
    total: Range
    difference: Range


def relax(
    function: str,
    parameter: Any,
    ranges: Sequence[Range],
    image: Range,
    errors: Sequence[np.ndarray] | None = None,
    points: np.ndarray | None = None,
    spans: Spans | None = None,
) -> Lines:
    """Return lines below and above ``function(*arguments)`` for arguments in `ranges`.

    Parameters
    ----------
    function, parameter : str, float
        As in a `Group`.
    ranges : sequence of (lower, upper)
        One for each argument: arrays (B, size).
    image : (lower, upper)
        Bounds of the values: where no line is better, they are lines of slope 0.
    errors : sequence of array, (B, size), optional
        How wrong each argument may be by rounding: the lines are moved outwards by as much.
    points : array, broadcast with (B, size), optional
        Where tangents are to touch, as far as they may; for relu the slope below it, from 0 to 1. By default
        `resting_points`. Products have none.
    spans : Spans, optional
        Of the factors of a product.
    """
    with np.errstate(all="ignore"):
        if function == "product":
            first, second = ranges
            lines = _product(first, second, spans)
        elif function == "normalized":
            (*low, below), (*high, above) = normalized_lines(*ranges, parameter)
            lines = Lines(tuple(low), below, tuple(high), above)
        else:
            lower, upper = ranges[0]
            lower = defined(function, parameter, lower)
            lines = _unary(
                function,
                parameter,
                lower,
                upper,
                resting_points(function, lower, upper) if points is None else points,
            )
        return _sound(lines, ranges, image, errors)


def resting_points(function: str, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the points at which lines are taken where nobody says: the middle, or for relu the one of the
    slopes 0 and 1 that leaves the smaller area."""
    return (upper > -lower) * 1.0 if function == "relu" else 0.5 * lower + 0.5 * upper


def best_points(function: str, z: np.ndarray) -> np.ndarray:
    """Return the points for which the lines of a function of one argument are nearest to it at z."""
    return (z > 0) * 1.0 if function == "relu" else z


def _sound(lines: Lines, ranges: Sequence[Range], image: Range, errors: Sequence[np.ndarray] | None) -> Lines:
    """Return `lines` moved outwards by rounding errors, and flat at the image where there is no line."""
    largest = [np.maximum(np.abs(lower), np.abs(upper)) for lower, upper in ranges]
    out = np.zeros(image[0].shape, dtype=bool)
    for size in largest:
        out |= ~(size < REACH)
    below, above = (
        _flat_where(out | ~np.isfinite(constant), slopes, constant, flat)
        for slopes, constant, flat in (
            (lines.lower_slopes, lines.lower_constant, image[0]),
            (lines.upper_slopes, lines.upper_constant, image[1]),
        )
    )
    steepest = [np.maximum(np.abs(a), np.abs(b)) for a, b in zip(below[0], above[0], strict=True)]
    size = _total(steepest, largest)
    lost = TINY + (0.0 if errors is None else _total(steepest, errors))
    # near a point where line and function meet both are at most |constant| + |slope z|
    return Lines(
        below[0],
        below[1] - (ULPS * EPS * (np.abs(below[1]) + size) + lost),
        above[0],
        above[1] + (ULPS * EPS * (np.abs(above[1]) + size) + lost),
    )


def _flat_where(
    wrong: np.ndarray, slopes: Slopes, constant: np.ndarray, flat: np.ndarray
) -> tuple[Slopes, np.ndarray]:
    """Return slopes and constant, those of the flat line where `wrong` or where a slope is not finite."""
    for slope in slopes:
        wrong = wrong | ~np.isfinite(slope)
    if not wrong.any():
        return slopes, constant
    return tuple(np.where(wrong, 0.0, slope) for slope in slopes), np.where(wrong, flat, constant)


def _total(slopes: Sequence[np.ndarray], sizes: Sequence[np.ndarray]) -> np.ndarray:
    """Return the sum of the products; nothing times infinity is nothing."""
    terms = (np.where(s == 0, 0.0, s * size) for s, size in zip(slopes, sizes, strict=True))
    return sum(terms)  # type: ignore[return-value]


def _unary(function: str, parameter: Any, lower: np.ndarray, upper: np.ndarray, points: np.ndarray) -> Lines:
    if function == "relu":
        return _relu(lower, upper, points)
    if function in STEPS:
        below, low, above, high = step_lines(function, parameter, lower, upper, points)
        return Lines((below,), low, (above,), high)
    if function == "curve":
        from graphopt.enclosures.elementwise.curve_lines import (
            curve_lines,  # slow to import, and few programs need it
        )

        below, low, above, high = curve_lines(parameter, lower, upper, points)
        return Lines((below,), low, (above,), high)
    curve = Curve(function, parameter, lower, upper, points)
    if function in S_SHAPED:
        return _s_shaped(function, curve)
    if function in ("sin", "cos"):
        return _wave(function, curve)
    if function == "reciprocal":
        return _beside_pole(curve, convex=lower > 0)
    if function == "power":
        return _power(parameter, curve)
    return _bent(curve, np.full(lower.shape, function in CONVEX))


def _relu(lower: np.ndarray, upper: np.ndarray, slope: np.ndarray) -> Lines:
    """The chord above; below, a line of this slope through 0."""
    on, off = lower >= 0, upper <= 0
    chord = np.where(on, 1.0, np.where(off, 0.0, upper / (upper - lower)))
    slope = np.where(on, 1.0, np.where(off, 0.0, np.clip(slope, 0.0, 1.0)))
    return Lines((slope,), np.zeros_like(slope), (chord,), np.where(on | off, 0.0, -chord * lower))


class Curve:
    """A function of one argument over intervals: its values at the ends, slopes and intercepts."""

    def __init__(
        self, function: str, parameter: Any, lower: np.ndarray, upper: np.ndarray, points: np.ndarray
    ) -> None:
        self.function, self.parameter = FUNCTIONS[function], parameter
        self.lower, self.upper = lower, upper
        self.points = np.clip(points, lower, upper)
        self.at_lower, self.at_upper = self.value(lower), self.value(upper)

    def value(self, z: np.ndarray) -> np.ndarray:
        return self.function.value(z, self.parameter)

    def slope(self, z: np.ndarray) -> np.ndarray:
        return self.function.slope(z, self.parameter)[0]

    def chord(self) -> np.ndarray:
        """Return the slope from end to end."""
        width = self.upper - self.lower
        return np.where(
            width > NARROW,
            (self.at_upper - self.at_lower) / width,
            self.slope(0.5 * self.lower + 0.5 * self.upper),
        )

    def above(self, slope: np.ndarray, point: np.ndarray) -> np.ndarray:
        """Return the intercept of the upper line: the largest ``f(z) - slope z`` at the ends and `point`."""
        ends = np.maximum(self.at_lower - slope * self.lower, self.at_upper - slope * self.upper)
        return np.maximum(ends, self.value(point) - slope * point)

    def below(self, slope: np.ndarray, point: np.ndarray) -> np.ndarray:
        """Return the intercept of the lower line."""
        ends = np.minimum(self.at_lower - slope * self.lower, self.at_upper - slope * self.upper)
        return np.minimum(ends, self.value(point) - slope * point)


def _bent(curve: Curve, convex: np.ndarray) -> Lines:
    """The chord on one side, the tangent in the middle on the other."""
    chord, tangent = curve.chord(), curve.slope(curve.points)
    lower, upper = np.where(convex, tangent, chord), np.where(convex, chord, tangent)
    return Lines((lower,), curve.below(lower, curve.points), (upper,), curve.above(upper, curve.points))


def _beside_pole(curve: Curve, convex: np.ndarray) -> Lines:
    """As `_bent`, and no line at all over an interval with the pole at 0."""
    lines = _bent(curve, convex)
    pole = (curve.lower <= 0) & (curve.upper >= 0)
    return lines._replace(
        lower_constant=np.where(pole, np.nan, lines.lower_constant),
        upper_constant=np.where(pole, np.nan, lines.upper_constant),
    )


def _s_shaped(function: str, curve: Curve) -> Lines:
    """Above: the tangent in the middle, moved up to where the tangent through the lower end touches, or the
    chord where that lies beyond the upper end. Below, the mirror image."""
    chord = curve.chord()
    touch = tangent_point(function, np.minimum(curve.lower, 0.0))
    high = np.clip(np.maximum(touch, curve.points), curve.lower, curve.upper)
    upper = np.where(touch >= curve.upper, chord, curve.slope(high))
    touch = -tangent_point(function, -np.maximum(curve.upper, 0.0))
    low = np.clip(np.minimum(touch, curve.points), curve.lower, curve.upper)
    lower = np.where(touch <= curve.lower, chord, curve.slope(low))
    return Lines((lower,), curve.below(lower, low), (upper,), curve.above(upper, high))


def tangent_point(function: str, z: np.ndarray) -> np.ndarray:
    """Return d >= 0 where the line through ``(z, f(z))``, z <= 0, touches an s-shaped function again."""
    touching = _tangent_points(function)
    place = np.minimum(np.log1p(-z) * (POINTS / np.log1p(REACH)), POINTS - 1e-6)
    before = place.astype(np.intp)
    return touching[before] + (place - before) * (touching[before + 1] - touching[before])


@cache
def _tangent_points(function: str) -> np.ndarray:
    """Return the tangent points of z from 0 to -REACH, at even steps of ``log(1 - z)``, by bisection."""
    z = -np.expm1(np.linspace(0.0, np.log1p(REACH), POINTS + 1))
    value, slope = FUNCTIONS[function].value, FUNCTIONS[function].slope
    low, high = np.zeros_like(z), -z
    for _ in range(100):
        middle = 0.5 * (low + high)
        beyond = value(middle, 0.0) - value(z, 0.0) > slope(middle, 0.0)[0] * (middle - z)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return high


def _power(exponent: float, curve: Curve) -> Lines:
    lower = curve.lower
    if exponent != round(exponent):  # from 0 on
        return _bent(curve, np.full(lower.shape, exponent < 0 or exponent > 1))
    if exponent < 0:
        return _beside_pole(curve, convex=(lower > 0) | (exponent % 2 == 0))
    if exponent % 2 == 0 or exponent == 1:
        return _bent(curve, np.ones(lower.shape, dtype=bool))
    return _odd_power(exponent, curve)


def _odd_power(exponent: float, curve: Curve) -> Lines:
    """As s-shaped functions, the other way round: concave below 0, convex above."""
    chord, share = curve.chord(), _tangent_share(exponent)
    touch = -share * np.maximum(curve.upper, 0.0)
    low = np.clip(np.minimum(touch, curve.points), curve.lower, curve.upper)
    upper = np.where(touch <= curve.lower, chord, curve.slope(low))
    touch = -share * np.minimum(curve.lower, 0.0)
    high = np.clip(np.maximum(touch, curve.points), curve.lower, curve.upper)
    lower = np.where(touch >= curve.upper, chord, curve.slope(high))
    return Lines((lower,), curve.below(lower, high), (upper,), curve.above(upper, low))


@cache
def _tangent_share(exponent: float) -> float:
    """Return c: the line through ``(1, 1)`` touches the graph of an odd power at -c."""
    low, high = 0.0, 1.0
    for _ in range(60):
        c = 0.5 * (low + high)
        beyond = (exponent - 1) * c**exponent + exponent * c ** (exponent - 1) > 1
        low, high = (low, c) if beyond else (c, high)
    return high


def _wave(function: str, curve: Curve) -> Lines:
    """A tangent in the middle and the chord where the curve bends one way only, else two lines along the
    chord; flat from one turn on."""
    lower, upper = curve.lower, curve.upper
    width = upper - lower
    bends = -curve.value(curve.points)  # the second derivative
    one_way = (width < np.pi) & (-curve.at_lower * bends >= 0) & (-curve.at_upper * bends >= 0)
    chord = np.where(width < 2.0 * np.pi, np.clip(curve.chord(), -1.0, 1.0), 0.0)
    tangent = curve.slope(curve.points)
    low = np.where(one_way & (bends > 0), tangent, chord)
    high = np.where(one_way & (bends < 0), tangent, chord)
    if function == "sin":
        trough, peak = -np.arccos(low), np.arccos(high)
    else:
        trough, peak = np.pi + np.arcsin(low), -np.arcsin(high)
    far = ~(np.maximum(np.abs(lower), np.abs(upper)) < FAR)
    below = np.minimum(*(curve.below(low, p) for p in _first_and_last(trough, lower, upper)))
    above = np.maximum(*(curve.above(high, p) for p in _first_and_last(peak, lower, upper)))
    return Lines((low,), np.where(far, np.nan, below), (high,), np.where(far, np.nan, above))


def _first_and_last(point: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last of the points ``point + 2 pi k`` in the interval, or an end of it."""
    turn = 2.0 * np.pi
    first = point + turn * np.ceil((lower - point) / turn)
    last = point + turn * np.floor((upper - point) / turn)
    return np.clip(first, lower, upper), np.clip(last, lower, upper)


def _product(first: Range, second: Range, spans: Spans | None) -> Lines:
    """Both McCormick planes of a side at equal parts: the slopes of the tangent plane in the middle. Where
    sum and difference of the factors are known to stay near their middles, the tangent plane there."""
    radius, other = 0.5 * first[1] - 0.5 * first[0], 0.5 * second[1] - 0.5 * second[0]
    x, y = 0.5 * first[0] + 0.5 * first[1], 0.5 * second[0] + 0.5 * second[1]
    corners = [a * b - (y * a + x * b) for a in first for b in second]
    plain = Lines((y, x), np.minimum.reduce(corners), (y, x), np.maximum.reduce(corners))
    if spans is None:
        return plain
    total, difference = (0.5 * low + 0.5 * high for low, high in (spans.total, spans.difference))
    x, y = 0.5 * (total + difference) / spans.scale, 0.5 * (total - difference) * spans.scale
    over, under = (0.25 * np.square(0.5 * high - 0.5 * low) for low, high in (spans.total, spans.difference))
    lower, upper = under < radius * other, over < radius * other
    return Lines(
        (np.where(lower, y, plain.lower_slopes[0]), np.where(lower, x, plain.lower_slopes[1])),
        np.where(lower, -x * y - under, plain.lower_constant),
        (np.where(upper, y, plain.upper_slopes[0]), np.where(upper, x, plain.upper_slopes[1])),
        np.where(upper, -x * y + over, plain.upper_constant),
    )
