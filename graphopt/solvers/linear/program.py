"""Programs that are affine in the decisions, solved as linear or mixed-integer linear programs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.errors import InvalidValue
from graphopt.solvers.linear.integer import solve_integer
from graphopt.solvers.linear.model import EPS, LinearModel, dual_bound, proves_infeasible, solve_linear
from graphopt.solvers.proof import Proof
from graphopt.structure.forms import Form
from graphopt.structure.program import Program


def linear_program(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray | None = None,
    limits: Sequence[tuple[Any, Any]] = (),
    max_seconds: float = 60.0,
) -> Proof:
    """Return the proved minimum of an affine program over a box, bounds infinite where there are none.

    The point is inside the box exactly. For real decisions the lower bound is that of the dual, computed so
    that it holds whatever HiGHS's tolerances are; with whole numbers it is HiGHS's, less its tolerance.

    Parameters
    ----------
    integer : bool array, (n,), optional
        Which decisions are whole numbers.
    limits : sequence of (lower, upper)
        For each of ``program.outputs[1:]``, numbers or arrays, infinite where there is no limit.
    max_seconds : float
        When to stop, for integers.

    Raises
    ------
    InvalidValue
        If the program is not affine.
    """
    started = time.perf_counter()
    if len(program.groups) > 1:
        raise InvalidValue(
            f"The program is {program.structure}; a linear program has no nonlinear elements. Use "
            "mixed_integer or branch_and_bound."
        )
    model = affine_model(program, lower, upper, limits)
    if integer is not None and np.any(integer):
        return solve_integer(model, np.asarray(integer, dtype=bool), max_seconds=max_seconds)
    vertex = solve_linear(model)
    seconds = time.perf_counter() - started
    if vertex.x is None or vertex.duals is None:
        stopped, bound = vertex.status, -np.inf
        if stopped == "infeasible":
            proved = proves_infeasible(model)
            stopped, bound = ("infeasible", np.inf) if proved else ("failed", -np.inf)
        value = -np.inf if stopped == "unbounded" else np.inf
        return Proof(x=None, value=value, lower_bound=bound, method="LP", stopped=stopped, seconds=seconds)
    value = model.value(vertex.x)
    bound = min(value, dual_bound(model, vertex.duals))
    history = ((seconds, bound, value),)
    return Proof(
        x=vertex.x,
        value=value,
        lower_bound=bound,
        method="LP",
        stopped="gap",
        seconds=seconds,
        history=history,
    )


def affine_model(
    program: Program, lower: np.ndarray, upper: np.ndarray, limits: Sequence[tuple[Any, Any]] = ()
) -> LinearModel:
    """Return an affine `program` as arrays."""
    from scipy import sparse

    n = program.size
    cost = program.outputs[0]
    rows, low, high, error = [sparse.csr_array((0, n))], [np.zeros(0)], [np.zeros(0)], [np.zeros(0)]
    for form, (least, most) in zip(program.outputs[1:], limits, strict=True):
        rows.append(sparse.csr_array(matrix_of(form, n)))
        low.append(np.broadcast_to(least, form.size) - form.constant)
        high.append(np.broadcast_to(most, form.size) - form.constant)
        largest = np.maximum(
            *(np.where(np.isfinite(side), np.abs(side), 0.0) for side in (low[-1], high[-1]))
        )
        error.append(EPS * (largest + np.abs(form.constant)))
    return LinearModel(
        np.asarray(sparse.csr_array(matrix_of(cost, n)).toarray())[0],
        float(cost.constant[0]),
        sparse.vstack(rows, format="csr"),
        np.concatenate(low),
        np.concatenate(high),
        np.asarray(lower, dtype=np.float64),
        np.asarray(upper, dtype=np.float64),
        np.concatenate(error),
    )


def matrix_of(form: Form, n: int) -> Any:
    """Return the matrix of the decisions in `form`, zero where they do not matter."""
    return form.terms[0] if 0 in form.terms else np.zeros((form.size, n))
