"""Branch and bound on inputs against MILP, for networks of relu: whichever closes first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.milp.mixed_integer import mixed_integer
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program

PROBE = 0.5  # CPU seconds
STAGES = ((1.0, 0.2), (4.0, 0.04), (16.0, 0.01), (64.0, 0.003))
"""After so many probes at most so large a share of the first gap may be left, else MILP takes over. A search
that closes does so fast at its end: the share falls slowly first."""
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
    """Return the proved minimum of a program of relu: by branch and bound while it comes close fast, then by
    MILP in the time that is left, from the best point found.

    The proof has the better bound and the better point of both. The arguments are those of
    `branch_and_bound`; `probe` is how many CPU seconds it may take before it is judged.
    """
    options = BranchAndBound() if options is None else options
    started = time.perf_counter()
    judge = _Judge(probe, progress)
    first = branch_and_bound(
        program,
        lower,
        upper,
        options=options,
        integer=integer,
        limits=limits,
        incumbent=incumbent,
        progress=judge,
    )
    offset = time.perf_counter() - started
    if not judge.enough and (first.stopped in DECIDED or offset >= options.max_seconds):
        return first
    second = mixed_integer(
        program,
        lower,
        upper,
        integer=integer,
        limits=limits,
        incumbent=incumbent if first.x is None else first.x,
        max_seconds=max(options.max_seconds - offset, 0.0),
        gap=options.gap,
    )
    return better(first, second, offset)


class _Enough(KeyboardInterrupt):
    """Ends a branch and bound from its own report of progress, as Ctrl-C would."""


class _Judge:
    """Watches a branch and bound and ends it when too much of its first gap is left."""

    def __init__(self, probe: float, progress: Callable[[Proof], None] | None) -> None:
        self.probe, self.progress, self.enough = probe, progress, False
        self.started, self.stages, self.first = time.thread_time(), list(STAGES), np.inf

    def __call__(self, proof: Proof) -> None:
        if self.progress is not None:
            self.progress(proof)
        if not np.isfinite(self.first):
            self.first = proof.gap
        while self.stages and time.thread_time() - self.started >= self.stages[0][0] * self.probe:
            _, share = self.stages.pop(0)
            if not proof.gap <= share * self.first:
                self.enough = True
                raise _Enough


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
