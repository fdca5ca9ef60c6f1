"""A curve over intervals: its values, slopes and second derivatives, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from graphopt.enclosures.elementwise.curvatures import curvature_range
from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.slopes import slope_ranges
from graphopt.enclosures.elementwise.steps import STEPS
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import EPS, TINY
from graphopt.structure.curve import Curve, Step, Sum

MOST_JUMPS = 4
"""Steps of a curve whose sides are looked at one by one."""


def curve_ranges(
    curve: Curve,
    lower: np.ndarray,
    upper: np.ndarray,
    order: int = 0,
    sides: Mapping[int, int] | None = None,
) -> tuple[Range, ...]:
    """Return bounds of the values of `curve` in intervals, and of its first `order` derivatives, 2 at most.

    Each step by itself, so what two steps share is forgotten: as good as exact in points, and loose by the
    width of the interval. Infinite where there is no bound; never NaN.

    Parameters
    ----------
    lower, upper : array
        Of one shape; the ranges have it too.
    order : int
    sides : mapping from step to 0 or 1, optional
        Of steps that jump: on which side of a jump to look, the lower or the upper one, where an interval has
        no more than one.
    """
    one, zero = (np.ones_like(lower), np.ones_like(lower)), (np.zeros_like(lower), np.zeros_like(lower))
    found: list[list[Range]] = [[(lower, upper)], [one], [zero]]
    with np.errstate(all="ignore"):
        for number, step in enumerate(curve.steps):
            for k, result in enumerate(_step(step, found, order)):
                found[k].append(result)
            if sides and number in sides:
                found[0][-1] = _one_side(found[0][-1], sides[number])
        return tuple(_sum(curve.output, found[k], constant=k == 0) for k in range(order + 1))


def value_beside_jumps(curve: Curve, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return bounds of the values of `curve` in intervals, as `curve_ranges` does, but not of what lies
    between the two values of a step that jumps once."""
    jumping = [k for k, step in enumerate(curve.steps) if step.function in STEPS]
    if not jumping or len(jumping) > MOST_JUMPS:
        return curve_ranges(curve, lower, upper)[0]
    found = [
        curve_ranges(curve, lower, upper, 0, dict(zip(jumping, sides, strict=True)))[0]
        for sides in product((0, 1), repeat=len(jumping))
    ]
    below, above = zip(*found, strict=True)
    return np.minimum.reduce(below), np.maximum.reduce(above)


def _one_side(found: Range, side: int) -> Range:
    """Return one end of ranges over one jump, as a range."""
    lower, upper = found
    once = upper - lower <= 1.0
    return np.where(once & (side == 1), upper, lower), np.where(once & (side == 0), lower, upper)


def _step(step: Step, found: list[list[Range]], order: int) -> tuple[Range, ...]:
    """Return the value of a step and its derivatives."""
    arguments = [_sum(a, found[0]) for a in step.arguments]
    value = image(step.function, step.parameter, arguments)
    if order == 0:
        return (value,)
    partial = slope_ranges(step.function, step.parameter, arguments)
    firsts = [_sum(a, found[1], constant=False) for a in step.arguments]
    slope = _plus(*(_times(p, f) for p, f in zip(partial, firsts, strict=True)))
    if order == 1:
        return value, slope
    seconds = [_sum(a, found[2], constant=False) for a in step.arguments]
    parts = [_times(p, s) for p, s in zip(partial, seconds, strict=True)]
    if len(firsts) == 2:  # a product
        cross = _times(*firsts)
        parts.append((2.0 * cross[0], 2.0 * cross[1]))
    else:
        bend = curvature_range(step.function, step.parameter, arguments)
        parts.append(_times(bend, image("square", 0.0, firsts)))
    return value, slope, _plus(*parts)


def _sum(total: Sum, parts: Sequence[Range], constant: bool = True) -> Range:
    """Return bounds of a sum of steps whose values or derivatives have bounds."""
    start = total.constant if constant else 0.0
    if len(total.terms) == 1 and start == 0.0 and abs(total.terms[0][1]) == 1.0:  # nothing to round
        ((place, weight),) = total.terms
        lower, upper = parts[place]
        return (lower, upper) if weight > 0 else (-upper, -lower)
    terms = []
    for place, weight in total.terms:
        ends = parts[place] if weight > 0 else parts[place][::-1]
        terms.append((weight * ends[0], weight * ends[1]))
    return _plus((np.full_like(parts[0][0], start),) * 2, *terms)


def _times(first: Range, second: Range) -> Range:
    return image("product", 0.0, [first, second])


def _plus(*terms: Range) -> Range:
    """Return bounds of the sum of values in ranges."""
    if len(terms) == 1:
        return terms[0]
    lower, upper = (sum(ends[1:], ends[0]) for ends in zip(*terms, strict=True))
    size = sum(np.maximum(np.abs(low), np.abs(high)) for low, high in terms)
    lost = 2.0 * (len(terms) + 1) * EPS * size + TINY
    lower, upper = lower - lost, upper + lost
    return np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)
