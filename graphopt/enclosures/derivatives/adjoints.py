"""Interval bounds of what each value of a program matters to weighted sums of its outputs, over boxes.

Signs are exact: sums of terms of one sign never change it, and a bound of 0 stays 0, so that an input in
which a sum is monotone is known as such.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graphopt.enclosures.elementwise.slopes import slope_ranges
from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.structure.forms import Matrix, dense, times
from graphopt.structure.program import Program

SMALLEST = 1e-100
"""Bounds that are not 0 stay this far from it: products must not underflow to 0 and lose their sign."""


def adjoint_bounds(
    program: Program, enclosure: Enclosure, weights: Mapping[int, np.ndarray | None]
) -> dict[int, Range]:
    """Return bounds of the derivatives of weighted sums of outputs by the values of each group.

    Parameters
    ----------
    enclosure : Enclosure
        Of `program` over B boxes, by intervals or (tighter) by linear bounds.
    weights : mapping from output to array, (m, size of the output), or None
        m sums over the outputs named; None stands for each element by itself.

    Returns
    -------
    dict of int to (lower, upper)
        For each group that the sums depend on, the decisions (group 0) among them: two arrays (B or 1, m,
        size of the group), infinite where there is no bound. At kinks of relu: bounds of Clarke's generalised
        derivative.
    """
    tolerance = program_tolerance(program) + 2.0 * EPS * len(weights)
    parts: dict[int, np.ndarray] = {}

    def add(group: int, some: np.ndarray) -> None:
        parts[group] = parts[group] + some if group in parts else some

    with np.errstate(all="ignore"):
        for k, rows in weights.items():
            for g, matrix in program.outputs[k].terms.items():
                if rows is None:
                    add(g, _of_both_signs(dense(matrix)[None], dense(matrix)[None]))
                else:
                    add(g, _carried(rows[None], rows[None], matrix))
        found: dict[int, Range] = {}
        for g in range(max(parts, default=-1), -1, -1):
            if g not in parts:
                continue
            found[g] = lower, upper = _summed(parts.pop(g), tolerance)
            if g == 0:
                break
            group = program.groups[g]
            slopes = slope_ranges(group.function, group.parameter, enclosure.arguments[g])
            for (low, high), argument in zip(slopes, group.arguments, strict=True):
                product = multiplied((lower, upper), (low[:, None], high[:, None]))
                for h, matrix in argument.terms.items():
                    add(h, _carried(*product, matrix))
    return found


def multiplied(first: Range, second: Range) -> Range:
    """Return bounds of all products of two intervals, with the signs of exact arithmetic."""
    (lower, upper), (low, high) = first, second
    with np.errstate(all="ignore"):
        corners = [np.where((a == 0) | (b == 0), 0.0, a * b) for a in (lower, upper) for b in (low, high)]
    least: np.ndarray = np.minimum.reduce(corners)
    most: np.ndarray = np.maximum.reduce(corners)
    least, most = least - 4 * EPS * np.abs(least), most + 4 * EPS * np.abs(most)
    falls = ((lower < 0) & (high > 0)) | ((upper > 0) & (low < 0))
    rises = ((upper > 0) & (high > 0)) | ((lower < 0) & (low < 0))
    least = np.where(falls, np.minimum(least, -SMALLEST), np.maximum(least, 0.0))
    most = np.where(rises, np.maximum(most, SMALLEST), np.minimum(most, 0.0))
    return least, most


def _of_both_signs(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the negative and the positive parts of lower bounds, then those of upper bounds."""
    return np.stack(
        [np.minimum(lower, 0.0), np.maximum(lower, 0.0), np.minimum(upper, 0.0), np.maximum(upper, 0.0)]
    )


def _carried(lower: np.ndarray, upper: np.ndarray, matrix: Matrix) -> np.ndarray:
    """Return the parts of ``adjoint @ matrix``: a sum of terms of one sign each."""
    parts = _of_both_signs(lower, upper)
    positive, negative = matrix * (matrix > 0), matrix * (matrix < 0)
    kept, turned = times(parts, positive), times(parts, negative)
    return kept + turned[[3, 2, 1, 0]]


def _summed(parts: np.ndarray, tolerance: float) -> Range:
    """Return lower and upper bounds, the parts' rounding errors taken off."""
    less, more = 1.0 - tolerance, 1.0 + tolerance
    lower, upper = more * parts[0] + less * parts[1], less * parts[2] + more * parts[3]
    return np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)
