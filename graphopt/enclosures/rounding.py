"""How far computed bounds are moved outwards, so that rounding errors cannot make them wrong.

Bounds hold for the exact real function *and* for what NumPy computes for it in float64: the two differ by no
more than the paddings below. N. J. Higham, "Accuracy and Stability of Numerical Algorithms", chapter 3: a sum
of n products is computed to ``n eps / (1 - n eps)`` of the sum of their magnitudes, in whatever order.
"""

from __future__ import annotations

import numpy as np

from graphopt.structure.forms import Form
from graphopt.structure.program import Program

EPS = float(np.finfo(np.float64).eps)
TINY = 1e-300  # covers underflow
ULPS = 16  # relative error of an elementwise function, in units of EPS; libm's are below 4


def form_tolerance(form: Form) -> float:
    """Return the relative error of computing `form`, as a share of the sum of its terms' magnitudes, doubled:
    once for our own computation, once for whoever evaluates it."""
    return 2.0 * EPS * (sum(m.shape[1] for m in form.terms.values()) + len(form.terms) + 8)


def program_tolerance(program: Program) -> float:
    """Return a relative error that covers every sum met when bounds are carried back through `program`."""
    forms = [a for group in program.groups for a in group.arguments] + list(program.outputs)
    widest = max((sum(m.shape[1] for m in f.terms.values()) + len(f.terms) for f in forms), default=0)
    largest = max([group.size for group in program.groups] + [f.size for f in forms])
    return 2.0 * EPS * (widest + largest + 2 * len(program.groups) + 32)


def outward(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return computed function values moved outwards by their relative error."""
    return (
        lower - (ULPS * EPS * np.abs(lower) + TINY),
        upper + (ULPS * EPS * np.abs(upper) + TINY),
    )
