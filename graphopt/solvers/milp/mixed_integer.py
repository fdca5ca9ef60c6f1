"""Programs of relu as mixed-integer linear programs: the best point, and a proof by branch and cut."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphopt.enclosures.enclosure import Enclosure
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.errors import InvalidValue
from graphopt.solvers.branching.search import METHOD as BOXES
from graphopt.solvers.branching.search import Search
from graphopt.solvers.known import Known
from graphopt.solvers.limits import Limits
from graphopt.solvers.linear.integer import TOLERANCE, chosen_backend
from graphopt.solvers.linear.integer import search as highs_search
from graphopt.solvers.linear.model import dual_bound, proves_infeasible, solve_linear
from graphopt.solvers.milp.ideal_cuts import with_ideal_cuts
from graphopt.solvers.milp.narrowing import advanced, narrowed
from graphopt.solvers.milp.piecewise import Piecewise, piecewise, started_from
from graphopt.solvers.milp.regions import descended_pieces, good_point
from graphopt.solvers.milp.tightening import tightened_arguments
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program, Structure

METHOD = "MILP"
LOOSE = 0.01  # share of the gap added to the cutoff: HiGHS tells its bound only with a point of its own
TIGHTENING = 0.1  # share of the time that each of the steps before HiGHS's search may take
HALF = 0.5  # of the gap asked for is HiGHS's: its tolerance comes on top
FEW = 32  # neurons that may be on or off, up to which a search over boxes and cuts do not pay
NODES = 16_384  # boxes of that search; about half of them are open at its end while the gap is wide
REST = 0.1  # share of the time in which that search goes on, should HiGHS not come to an end


def mixed_integer(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray | None = None,
    limits: Sequence[tuple[Any, Any]] = (),
    incumbent: np.ndarray | None = None,
    boxes: Search | None = None,
    max_seconds: float = 60.0,
    gap: float = 1e-6,
    backend: str | None = None,
    progress: Callable[[Proof], None] | None = None,
) -> Proof:
    """Return the proved minimum of a program of relu over a box.

    Bounds of the neurons' arguments, linear ones (CROWN) and then by linear programs, tell which neurons are
    always on or always off; each of the others is a column with a switch ("big M"), and HiGHS searches for
    points that cost less than the best known one. That one and the answer are the best points of their linear
    pieces, as the program computes them. With many neurons a short branch and bound over the decisions comes
    first: its open boxes have narrower arguments, and its bound stands should HiGHS be stopped without one;
    and cuts of single neurons are added.

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
    boxes : Search, optional
        A search over boxes, begun before, to go on with.
    max_seconds, gap
        When to stop. The gap of the proof is larger than asked by what the tolerance of HiGHS may be worth,
        `graphopt.solvers.linear.integer.TOLERANCE` of the scale of the cost.
    backend : str, optional
        ``"highspy"`` or ``"scipy"``: how HiGHS is called; by default through highspy where it is installed.
        Then it starts from the best point, tells its bound whenever it stops, and can be interrupted.
    progress : callable, optional
        Called with a `Proof` of what is known so far, its `stopped` ``"running"``, while HiGHS runs; highspy
        only. KeyboardInterrupt from it ends the search.

    Raises
    ------
    MissingExtra
        If highspy is asked for and is not installed.
    InvalidValue
        If the program has other functions than relu, or the box is not finite.
    """
    integer = np.zeros(program.size, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    lower, upper = whole_box(program, lower, upper, integer)
    backend, known = chosen_backend(backend), Known(METHOD)
    if (lower > upper).any():
        return known.proof("infeasible")
    until = known.started + TIGHTENING * max_seconds
    known.found(
        *good_point(program, lower, upper, integer=integer, limits=limits, start=incumbent, until=until)
    )
    enclosure = linear_bounds(program, lower[None], upper[None]).enclosure
    closed, method = np.inf, METHOD  # no point outside the part that HiGHS searches costs less than `closed`
    before = 0
    if boxes is not None:
        known.searched(boxes)
        before = boxes.nodes
    if _undecided(enclosure) > FEW:
        until += TIGHTENING * max_seconds
        if boxes is None:
            boxes = Search(program, lower, upper, integer, Limits.of(program, limits), gap=gap)
            boxes.begin(known.x)
        decided = advanced(boxes, nodes=NODES - boxes.nodes, until=until)
        known.searched(boxes)
        known.nodes = boxes.nodes - before
        if decided in ("gap", "infeasible"):
            return known.proof(decided)
        open_boxes = narrowed(boxes, enclosure, until=until) if decided is None else None
        if open_boxes is not None:
            enclosure, closed = open_boxes, boxes.closed
            method = f"{BOXES}, then {METHOD}" if closed < np.inf else METHOD
    low, high = (side[0] for side in enclosure.values[0])
    enclosure = tightened_arguments(program, low, high, enclosure, until=until + TIGHTENING * max_seconds)
    model = piecewise(program, enclosure, limits)
    bound, infeasible = _root_bound(model)
    if infeasible and known.x is None and closed == np.inf:
        return known.proof("infeasible")
    known.bounded(min(closed, np.inf if infeasible else bound), method)
    known.note()
    if known.gap <= gap:
        return known.proof("gap")
    switched = np.concatenate([integer, np.zeros(model.neurons, bool), np.ones(model.neurons, bool)])
    mixed = model.mixed(known.value + LOOSE * known.gap if known.x is not None else np.inf)
    if model.neurons > FEW:
        mixed = with_ideal_cuts(model, mixed, until=time.perf_counter() + TIGHTENING * max_seconds)
    # HiGHS sees no point above the cost of the best, give or take its tolerance
    nothing_better = known.value - TOLERANCE * max(1.0, abs(known.value)) if known.x is not None else np.inf
    left = (1.0 if boxes is None else 1.0 - REST) * max_seconds - known.seconds
    found = highs_search(
        mixed,
        switched,
        max_seconds=left,
        gap=HALF * gap,
        start=None if known.x is None else started_from(model, mixed, program, known.x),
        backend=backend,
        progress=_reported(known, progress, method, min(nothing_better, closed)),
    )
    known.bounded(min(found.bound, nothing_better, closed), method)
    if found.status == "time" and boxes is not None:  # HiGHS may tell no bound
        advanced(boxes, until=known.started + max_seconds)
        known.searched(boxes)
    known.nodes = found.nodes + (0 if boxes is None else boxes.nodes - before)
    if found.x is not None:
        near = found.x[: program.size]
        held = np.where(integer, near, lower), np.where(integer, near, upper)
        known.found(*descended_pieces(program, near, *held, limits))
    if found.status == "infeasible" and known.x is None and closed == np.inf:
        return known.proof("infeasible")
    stopped = {"optimal": "gap", "infeasible": "gap"}.get(found.status, found.status)
    if stopped == "gap" and known.x is None:
        stopped = "failed"  # a point that keeps the limits up to HiGHS's tolerance only
    return known.proof(stopped)


def whole_box(
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


def _reported(
    known: Known, progress: Callable[[Proof], None] | None, method: str, most: float
) -> Callable[[float, int], None] | None:
    """Return what passes on a bound of HiGHS, which says nothing above `most`, and its nodes as a proof."""
    if progress is None:
        return None

    def report(bound: float, nodes: int) -> None:
        known.bounded(min(bound, most), method)
        progress(replace(known.proof("running"), nodes=known.nodes + nodes))

    return report


def _undecided(enclosure: Enclosure) -> int:
    """Return how many neurons of one box may be on or off."""
    return sum(int(np.sum((low < 0) & (high > 0))) for ((low, high),) in enclosure.arguments[1:])


def _root_bound(model: Piecewise) -> tuple[float, bool]:
    """Return the bound of the linear program that holds every neuron in its triangle, and whether it proves
    that no point keeps the limits."""
    relaxed = model.relaxation()
    vertex = solve_linear(relaxed, polish=False)
    if vertex.duals is not None:
        bound = dual_bound(relaxed, vertex.duals)
        return bound - 1e-12 * max(1.0, abs(bound)), False
    return -np.inf, vertex.status == "infeasible" and proves_infeasible(relaxed)
