"""Interval bounds of the gradient of an output over boxes."""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.derivatives.adjoints import adjoint_bounds
from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.structure.program import Program


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
    full = (len(enclosure.values[0][0]), program.outputs[output].size, program.size)
    found = adjoint_bounds(program, enclosure, {output: None})
    if 0 not in found:
        return np.zeros(full), np.zeros(full)
    lower, upper = found[0]
    return np.broadcast_to(lower, full).copy(), np.broadcast_to(upper, full).copy()
