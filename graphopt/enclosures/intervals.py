"""Interval bounds of a program: forwards, group by group, each element by itself.

R. E. Moore, R. B. Kearfott and M. J. Cloud, "Introduction to Interval Analysis", 2009. Cheap and loose: what
two elements share is forgotten. `graphopt.enclosures.linear.bounds` remembers it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.enclosure import Enclosure, Range, meet
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.rounding import TINY, form_tolerance
from graphopt.structure.forms import Form, Matrix, times
from graphopt.structure.program import Program


def interval_bounds(
    program: Program, lower: np.ndarray, upper: np.ndarray, within: Enclosure | None = None
) -> Enclosure:
    """Return interval bounds of everything `program` computes over boxes.

    Parameters
    ----------
    lower, upper : array, (B, n)
        The boxes, ``lower <= upper``.
    within : Enclosure, optional
        Of boxes that contain these, one each: the result is intersected with it.
    """
    values: list[Range] = [box_of(lower, upper)]
    arguments: list[tuple[Range, ...]] = [()]
    for g, group in enumerate(program.groups[1:], 1):
        ranges = tuple(
            meet(form_range(form, values)[:2], None if within is None else within.arguments[g][k])
            for k, form in enumerate(group.arguments)
        )
        arguments.append(ranges)
        values.append(
            meet(image(group.function, group.parameter, ranges), None if within is None else within.values[g])
        )
    outputs = tuple(
        meet(form_range(form, values)[:2], None if within is None else within.outputs[k])
        for k, form in enumerate(program.outputs)
    )
    return Enclosure(tuple(arguments), tuple(values), outputs)


def box_of(lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return the boxes in float64."""
    return np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)


def form_range(form: Form, values: Sequence[Range]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return bounds of `form`, padded for rounding, and the sum of its terms' magnitudes: (B, size) each."""
    boxes, facts = len(values[0][0]), facts_of(form)
    centre = np.repeat(form.constant[None], boxes, axis=0)
    radius = np.zeros_like(centre)
    magnitude = np.repeat(np.abs(form.constant)[None], boxes, axis=0)
    no_lower = no_upper = None
    for group, matrix in form.terms.items():
        lower, upper = values[group]
        if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
            down, up, lower, upper = _unbounded(matrix, lower, upper)
            no_lower = down if no_lower is None else no_lower | down
            no_upper = up if no_upper is None else no_upper | up
        centre += times(0.5 * lower + 0.5 * upper, matrix.T)
        sums = times(
            np.concatenate([0.5 * upper - 0.5 * lower, np.maximum(np.abs(lower), np.abs(upper))]),
            facts.absolute[group].T,
        )
        radius += sums[:boxes]
        magnitude += sums[boxes:]
    radius += form_tolerance(form) * magnitude + TINY
    lower, upper = centre - radius, centre + radius
    for copy in facts.copies:
        low, high = (side[:, copy.columns] for side in values[copy.group])
        lower[:, copy.rows] = np.where(copy.negative, -high, low)
        upper[:, copy.rows] = np.where(copy.negative, -low, high)
    if no_lower is not None:
        magnitude[no_lower | no_upper] = np.inf
        lower[no_lower], upper[no_upper] = -np.inf, np.inf
    if not np.isfinite(magnitude).all():
        lower[np.isnan(lower)], upper[np.isnan(upper)] = -np.inf, np.inf
        magnitude[np.isnan(magnitude)] = np.inf
    return lower, upper, magnitude


def _unbounded(matrix: Matrix, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return which elements of ``matrix @ values`` have no lower and no upper bound because a value has none,
    then the bounds with zeros where a value has none on either side."""
    below, above = np.isneginf(lower) * 1.0, np.isposinf(upper) * 1.0
    positive, negative = (matrix > 0).astype(np.float64), (matrix < 0).astype(np.float64)
    down = times(below, positive.T) + times(above, negative.T) > 0
    up = times(above, positive.T) + times(below, negative.T) > 0
    open_ = ~(np.isfinite(lower) & np.isfinite(upper))
    mirrored = np.where(open_ & np.isfinite(lower), lower, np.where(open_ & np.isfinite(upper), upper, 0.0))
    return down, up, np.where(open_, mirrored, lower), np.where(open_, mirrored, upper)
