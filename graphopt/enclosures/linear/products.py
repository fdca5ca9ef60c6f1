"""Sums and differences of the factors of products: they tell what the factors share.

``4 x y = (x + y) ** 2 - (x - y) ** 2``. Planes through the intervals of the two factors treat them as if they
were independent. Gates of a recurrent network are not: both squares are smaller than the intervals say, and
the more the factors move with the same inputs, the smaller is one of them.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.relaxations import Spans
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.linear.backward import Backward
from graphopt.enclosures.rounding import EPS
from graphopt.structure.forms import Form, dense
from graphopt.structure.program import Group


def spans_of(back: Backward, group: Group, ranges: list[Range], magnitudes: list[np.ndarray]) -> Spans:
    """Return linear bounds of the scaled sum and difference of a product's factors.

    Parameters
    ----------
    back : Backward
        Of all groups before.
    group : Group
        A product.
    ranges : list of (lower, upper)
        Of its two factors: arrays (B, size).
    magnitudes : list of array, (B, size)
        The sums of the magnitudes of their terms.
    """
    with np.errstate(all="ignore"):
        scale = np.sqrt((ranges[1][1] - ranges[1][0]) / (ranges[0][1] - ranges[0][0]))
    scale = np.where((scale > 1e-30) & (scale < 1e30), scale, 1.0)
    lost = back.tolerance * (scale * magnitudes[0] + magnitudes[1] / scale)
    parts = []
    first, second = group.arguments
    for some in back.lots(4 * group.size):
        weights, constant = _sums(first, second, scale[some], lost[some])
        parts.append(back.carried(weights, constant, some).bound)
    total, difference, no_total, no_difference = np.split(np.concatenate(parts), 4, axis=1)
    return Spans(scale, (total, -no_total), (difference, -no_difference))


def range_of(spans: Spans) -> Range:
    """Return bounds of the product from those of sum and difference: two arrays (B, size)."""
    total, difference = image("square", 0.0, [spans.total]), image("square", 0.0, [spans.difference])
    with np.errstate(all="ignore"):
        lower, upper = 0.25 * (total[0] - difference[1]), 0.25 * (total[1] - difference[0])
        lower -= EPS * (total[0] + difference[1])
        upper += EPS * (total[1] + difference[0])
    return np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)


def _sums(
    first: Form, second: Form, scale: np.ndarray, lost: np.ndarray
) -> tuple[dict[int, np.ndarray], np.ndarray]:
    """Return weights and constants of the scaled sum, the difference, and both negated: (B, 4 size)."""

    def four(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.concatenate([x + y, x - y, -x - y, y - x], axis=1)

    weights = {}
    for g in {**first.terms, **second.terms}:
        x, y = (dense(form.terms[g]) if g in form.terms else np.zeros(1) for form in (first, second))
        weights[g] = four(*np.broadcast_arrays(scale[:, :, None] * x, y / scale[:, :, None]))
    return weights, four(scale * first.constant, second.constant / scale) - np.tile(lost, (1, 4))
