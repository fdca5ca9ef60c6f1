"""Interval bounds of the gradient of an output over boxes, carried backwards through the program.

Signs are exact: sums of terms of one sign never change it, and a bound of 0 stays 0, so that an input in
which an output is monotone is known as such.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.enclosures.slopes import slope_ranges
from graphopt.structure.forms import Matrix, dense, times
from graphopt.structure.program import Program

SMALLEST = 1e-100
"""Bounds that are not 0 stay this far from it: products must not underflow to 0 and lose their sign."""


def gradient_bounds(program: Program, enclosure: Enclosure, output: int = 0) -> Range:
    """Return bounds of every partial derivative of an output over the boxes of `enclosure`.

    Parameters
    ----------
    enclosure : Enclosure
        Of `program` over B boxes, by intervals or (tighter) by linear bounds.
    output : int
        Which of the outputs, of m elements.

    Returns
    -------
    (lower, upper) : two arrays, (B, m, n)
        Infinite where there is no bound. A derivative whose lower bound is >= 0 belongs to an input in which
        the output does not decrease anywhere in the box. At kinks of relu: bounds of Clarke's generalised
        gradient.
    """
    tolerance = program_tolerance(program)
    form = program.outputs[output]
    full = (len(enclosure.values[0][0]), form.size, program.size)
    parts = {g: _of_both_signs(dense(matrix)[None], dense(matrix)[None]) for g, matrix in form.terms.items()}
    with np.errstate(all="ignore"):
        for g in range(max(parts, default=0), 0, -1):
            if g not in parts:
                continue
            lower, upper = _summed(parts.pop(g), tolerance)
            group = program.groups[g]
            slopes = slope_ranges(group.function, group.parameter, enclosure.arguments[g])
            for (low, high), argument in zip(slopes, group.arguments, strict=True):
                found = _multiplied(lower, upper, low[:, None], high[:, None])
                for h, matrix in argument.terms.items():
                    added = _carried(*found, matrix)
                    parts[h] = parts[h] + added if h in parts else added
        if 0 not in parts:
            return np.zeros(full), np.zeros(full)
        lower, upper = _summed(parts[0], tolerance)
    return np.broadcast_to(lower, full).copy(), np.broadcast_to(upper, full).copy()


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


def _multiplied(lower: np.ndarray, upper: np.ndarray, low: np.ndarray, high: np.ndarray) -> Range:
    """Return bounds of all products of two intervals."""
    corners = [np.where((a == 0) | (b == 0), 0.0, a * b) for a in (lower, upper) for b in (low, high)]
    least: np.ndarray = np.minimum.reduce(corners)
    most: np.ndarray = np.maximum.reduce(corners)
    least, most = least - 4 * EPS * np.abs(least), most + 4 * EPS * np.abs(most)
    falls = ((lower < 0) & (high > 0)) | ((upper > 0) & (low < 0))
    rises = ((upper > 0) & (high > 0)) | ((lower < 0) & (low < 0))
    least = np.where(falls, np.minimum(least, -SMALLEST), np.maximum(least, 0.0))
    most = np.where(rises, np.maximum(most, SMALLEST), np.minimum(most, 0.0))
    return least, most
