"""Three exact methods for networks of relu in turn: each has as long as it comes close fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphopt.solvers.branching.branch_and_bound import BranchAndBound
from graphopt.solvers.branching.search import Search
from graphopt.solvers.limits import Limits
from graphopt.solvers.milp.mixed_integer import mixed_integer, whole_box
from graphopt.solvers.phases.search import PhaseSearch
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program

PROBE = 0.5  # CPU seconds
STAGES = ((1.0, 0.2), (4.0, 0.04), (16.0, 0.01), (64.0, 0.003))
"""After so many probes at most so large a share of the first gap may be left, else the search over boxes is
given up. A search that closes does so fast at its end: the share falls slowly first."""
PATIENCE = ((0.5, 0.1),)
"""After so large a share of the time at most so large a share of the first gap may be left, else the search
over phases is given up."""
BEGINNING = 0.1  # share of the time in which the search over phases looks for good points at first
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
    threshold: float | None = None,
    probe: float = PROBE,
    progress: Callable[[Proof], None] | None = None,
) -> Proof:
    """Return the proved minimum of a program of relu: by branch and bound over boxes of inputs, then over
    phases of neurons, then by MILP.

    Boxes are fast where few inputs matter, phases where many do; each has the word as long as it closes its
    gap fast, and the best point known goes on to the next. MILP comes at once where no point is known, which
    only limits can cause; it goes on with the boxes left open. The proof has the better bound and the better
    point of all. The arguments are those of `branch_and_bound`; `probe` is how many CPU seconds boxes may
    take before they are judged.

    Raises
    ------
    InvalidValue
        If the program has other functions than relu, or the box is not finite.
    """
    options = BranchAndBound() if options is None else options
    integer = np.zeros(program.size, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    lower, upper = whole_box(program, lower, upper, integer)
    started = time.perf_counter()
    relay = _Relay(options, started + options.max_seconds, progress)
    boxes = Search(
        program, lower, upper, integer, Limits.of(program, limits), gap=options.gap, threshold=threshold
    )
    found = relay.run(boxes, lambda: boxes.begin(incumbent), _too_slow(STAGES, probe, time.thread_time))
    if relay.over(found):
        return found
    asked: dict[str, Any] = {"integer": integer, "limits": limits}
    if found.x is not None:
        phases = PhaseSearch(program, lower, upper, **asked, gap=options.gap, threshold=threshold)
        now = time.perf_counter()
        left = relay.until - now
        found = relay.run(
            phases,
            lambda: phases.begin(found.x, until=now + BEGINNING * left),
            _too_slow(PATIENCE, left, time.perf_counter),
        )
        if relay.over(found):
            return found
    offset = time.perf_counter() - started
    try:
        last = mixed_integer(
            program,
            lower,
            upper,
            **asked,
            incumbent=found.x,
            boxes=boxes,
            max_seconds=options.max_seconds - offset,
            gap=options.gap,
            progress=None if progress is None else lambda proof: progress(better(found, proof, offset)),
        )
    except KeyboardInterrupt:
        return replace(found, stopped="interrupted")
    return better(found, last, offset)


class _Relay:
    """Lets one search after the other run, until one time, and joins what they find."""

    def __init__(
        self, options: BranchAndBound, until: float, progress: Callable[[Proof], None] | None
    ) -> None:
        self.options, self.until, self.progress = options, until, progress
        self.found: Proof | None = None

    def over(self, proof: Proof) -> bool:
        """Return whether nothing is left to be done, or no time."""
        return proof.stopped in DECIDED or time.perf_counter() >= self.until

    def run(
        self, search: Search | PhaseSearch, begin: Callable[[], None], enough: Callable[[Proof], bool]
    ) -> Proof:
        """Let `search` run until it is decided, meets a limit or had `enough`, and return what is known by
        all that ran."""
        before, offset = self.found, 0.0 if self.found is None else self.found.seconds

        def known(stopped: str) -> Proof:
            return better(before, search.proof(stopped), offset)

        try:
            begin()
            while True:
                now = known("running")
                if self.progress is not None:
                    self.progress(now)
                stopped = search.decided() or self._limit(search)
                if stopped is None and now.x is not None and now.gap <= self.options.gap:
                    stopped = "gap"
                if stopped is None and enough(now):
                    stopped = "time"
                if stopped is not None:
                    break
                search.advance(self._count(search))
        except KeyboardInterrupt:
            stopped = "interrupted"
        self.found = known(stopped)
        return self.found

    def _limit(self, search: Search | PhaseSearch) -> str | None:
        """Return which limit `search` has met, if any."""
        if search.nodes >= self.options.max_nodes:
            return "nodes"
        if time.perf_counter() >= self.until:
            return "time"
        return "memory" if search.frontier.bytes > self.options.max_memory else None

    def _count(self, search: Search | PhaseSearch) -> int:
        """Return how many boxes or nodes to part next: no more than the limits have room for."""
        in_time = (self.until - time.perf_counter()) * search.nodes / search.seconds
        return max(1, int(min(self.options.batch, self.options.max_nodes - search.nodes, in_time)) // 2)


def _too_slow(
    stages: Sequence[tuple[float, float]], unit: float, clock: Callable[[], float]
) -> Callable[[Proof], bool]:
    """Return a function of proofs in turn that says whether more of the first gap is left than one of the
    `stages` allows: pairs of a time in units and a share."""
    waiting, started, first = list(stages), clock(), np.inf

    def enough(proof: Proof) -> bool:
        nonlocal first
        if not np.isfinite(first):
            first = proof.gap
        while waiting and clock() - started >= waiting[0][0] * unit:
            if not proof.gap <= waiting.pop(0)[1] * first:
                return True
        return False

    return enough


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
