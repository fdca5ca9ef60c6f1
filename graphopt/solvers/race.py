"""Branch and bound on inputs against MILP, for networks of relu: whichever closes first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphopt.solvers.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.milp import mixed_integer
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program

PROBE = 0.5  # seconds
LONGER = 4.0  # times as long a run that came close is tried again
CLOSE = 0.05  # share of the first gap that is left when a run came close
DECIDED = ("gap", "infeasible", "threshold", "interrupted")


def race(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    options: BranchAndBound | None = None,
    integer: np.ndarray | None = None,
    limits: Sequence[tuple[Any, Any]] = (),
    incumbent: np.ndarray | None = None,
    probe: float = PROBE,
    progress: Callable[[Proof], None] | None = None,
) -> Proof:
    """Return the proved minimum of a program of relu: a short branch and bound, a longer one while that came
    close, then MILP in the time that is left, from the best point found.

    The proof has the better bound and the better point of all runs. The arguments are those of
    `branch_and_bound`; `probe` is how many seconds the first run may take.
    """
    options = BranchAndBound() if options is None else options
    started = time.perf_counter()
    until = started + options.max_seconds
    best: Proof | None = None
    while True:
        offset, left = time.perf_counter() - started, until - time.perf_counter()
        run = branch_and_bound(
            program,
            lower,
            upper,
            options=replace(options, max_seconds=max(min(probe, left), 0.0)),
            integer=integer,
            limits=limits,
            incumbent=incumbent if best is None or best.x is None else best.x,
            progress=progress,
        )
        best = better(best, run, offset)
        if run.stopped in DECIDED or best.gap <= options.gap or left <= probe:
            return best
        if not _came_close(run):
            break
        probe *= LONGER
    offset, left = time.perf_counter() - started, until - time.perf_counter()
    run = mixed_integer(
        program,
        lower,
        upper,
        integer=integer,
        limits=limits,
        incumbent=incumbent if best.x is None else best.x,
        max_seconds=max(left, 0.0),
        gap=options.gap,
    )
    return better(best, run, offset)


def better(first: Proof | None, second: Proof, offset: float = 0.0) -> Proof:
    """Return what two proofs about one question prove together.

    The method is that of the better bound. `second` started `offset` seconds after `first`.
    """
    if first is None:
        return second
    if "infeasible" in (first.stopped, second.stopped):
        return first if first.stopped == "infeasible" else second
    point = first if first.value <= second.value else second
    bound = first if first.lower_bound > second.lower_bound else second
    stopped = "gap" if "gap" in (first.stopped, second.stopped) else second.stopped
    trail = list(first.history)
    for seconds, low, value in second.history:
        last = trail[-1] if trail else (0.0, -np.inf, np.inf)
        trail.append((seconds + offset, max(low, last[1]), min(value, last[2])))
    return replace(
        bound,
        x=point.x,
        value=point.value,
        lower_bound=min(bound.lower_bound, point.value),
        stopped=stopped,
        nodes=first.nodes + second.nodes,
        seconds=offset + second.seconds,
        history=tuple(trail),
    )


def _came_close(run: Proof) -> bool:
    """Return whether little of the first gap is left."""
    gaps = [value - low for _, low, value in run.history if np.isfinite(value - low)]
    return bool(gaps) and run.gap <= CLOSE * gaps[0]
