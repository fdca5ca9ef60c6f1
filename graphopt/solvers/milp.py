"""Programs of relu as mixed-integer linear programs: the best point, and a proof by branch and cut."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.enclosures.linear_bounds import linear_bounds
from graphopt.errors import InvalidValue
from graphopt.solvers.integer_linear import TOLERANCE, search
from graphopt.solvers.linear_model import dual_bound, proves_infeasible, solve_linear
from graphopt.solvers.piecewise import Piecewise, piecewise
from graphopt.solvers.proof import Proof
from graphopt.solvers.regions import descended_pieces, good_point
from graphopt.solvers.tightening import tightened_arguments
from graphopt.structure.program import Program, Structure

METHOD = "MILP"
LOOSE = 0.01  # share of the gap added to the cutoff: HiGHS tells its bound only with a point of its own
TIGHTENING = 0.1  # share of the time that may go into tighter bounds before the search


def mixed_integer(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray | None = None,
    limits: Sequence[tuple[Any, Any]] = (),
    incumbent: np.ndarray | None = None,
    max_seconds: float = 60.0,
    gap: float = 1e-6,
) -> Proof:
    """Return the proved minimum of a program of relu over a box.

    Bounds of the neurons' arguments, linear ones (CROWN) and then by linear programs, tell which neurons are
    always on or always off; each of the others is a column with a switch ("big M"), and HiGHS searches for
    points that cost less than the best known one. That one and the answer are the best points of their linear
    pieces, as the program computes them.

    Parameters
    ----------
    lower, upper : array, (n,)
        Finite.
    integer : bool array, (n,), optional
        Which decisions are whole numbers.
    limits : sequence of (lower, upper)
        For each of ``program.outputs[1:]``: numbers or arrays, infinite where there is no limit.
    incumbent : array, (n,), optional
        A point known before.
    max_seconds, gap
        When to stop. The gap of the proof is larger than asked by what the tolerance of HiGHS may be worth,
        `graphopt.solvers.integer_linear.TOLERANCE` of the scale of the cost.

    Raises
    ------
    InvalidValue
        If the program has other functions than relu, or the box is not finite.
    """
    started = time.perf_counter()
    integer = np.zeros(program.size, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    lower, upper = _whole_box(program, lower, upper, integer)
    history: list[tuple[float, float, float]] = []

    def proof(stopped: str, x: np.ndarray | None, value: float, bound: float, nodes: int = 0) -> Proof:
        seconds = time.perf_counter() - started
        bound = min(bound, value)
        trail = (*history, (seconds, bound, value)) if x is not None else tuple(history)
        return Proof(
            x=x, value=value, lower_bound=bound, method=METHOD, stopped=stopped, nodes=nodes, seconds=seconds,
            history=trail,
        )  # fmt: skip

    if (lower > upper).any():
        return proof("infeasible", None, np.inf, np.inf)
    until = started + TIGHTENING * max_seconds
    x, value = good_point(program, lower, upper, integer=integer, limits=limits, start=incumbent, until=until)
    enclosure = linear_bounds(program, lower[None], upper[None]).enclosure
    enclosure = tightened_arguments(program, lower, upper, enclosure, until=until + TIGHTENING * max_seconds)
    model = piecewise(program, enclosure, limits)
    bound, infeasible = _root_bound(model)
    if infeasible:
        return proof("infeasible", None, np.inf, np.inf)
    history.append((time.perf_counter() - started, min(bound, value), value))
    if value - bound <= gap:
        return proof("gap", x, value, bound)
    switched = np.concatenate([integer, np.zeros(model.neurons, bool), np.ones(model.neurons, bool)])
    left = started + max_seconds - time.perf_counter()
    cutoff = value + LOOSE * (value - bound) if x is not None else np.inf
    found = search(model.mixed(cutoff), switched, max_seconds=left)
    nothing_better = value - TOLERANCE * max(1.0, abs(value)) if x is not None else np.inf
    bound = max(bound, min(found.bound, nothing_better))
    if found.x is not None:
        near = found.x[: program.size]
        held = np.where(integer, near, lower), np.where(integer, near, upper)
        end, reached = descended_pieces(program, near, *held, limits)
        if reached < value:
            x, value = end, reached
    if found.status == "infeasible" and x is None:
        return proof("infeasible", None, np.inf, np.inf, found.nodes)
    stopped = {"optimal": "gap", "infeasible": "gap", "time": "time"}.get(found.status, "failed")
    if stopped == "gap" and x is None:
        stopped = "failed"  # a point that keeps the limits up to HiGHS's tolerance only
    return proof(stopped, x, value, bound, found.nodes)


def _whole_box(
    program: Program, lower: np.ndarray, upper: np.ndarray, integer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the box with whole bounds for whole numbers, the question checked."""
    if program.structure not in (Structure.AFFINE, Structure.PIECEWISE_LINEAR):
        raise InvalidValue(
            f"The program is {program.structure}; mixed_integer takes affine pieces joined by relu only. Use "
            "branch_and_bound."
        )
    lower, upper = np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64)
    for place in np.flatnonzero(~(np.isfinite(lower) & np.isfinite(upper))):
        raise InvalidValue(
            f"Decision {place} may lie between {lower[place]:g} and {upper[place]:g}; mixed_integer needs "
            "finite bounds."
        )
    return np.where(integer, np.ceil(lower), lower), np.where(integer, np.floor(upper), upper)


def _root_bound(model: Piecewise) -> tuple[float, bool]:
    """Return the bound of the linear program that holds every neuron in its triangle, and whether it proves
    that no point keeps the limits."""
    relaxed = model.relaxation()
    vertex = solve_linear(relaxed, polish=False)
    if vertex.duals is not None:
        bound = dual_bound(relaxed, vertex.duals)
        return bound - 1e-12 * max(1.0, abs(bound)), False
    return -np.inf, vertex.status == "infeasible" and proves_infeasible(relaxed)
