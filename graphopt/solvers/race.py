"""Three exact methods for networks of relu in turn: each goes on for as long as it comes close fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter, thread_time
from typing import Any

import numpy as np

from graphopt.solvers.branching.branch_and_bound import BranchAndBound
from graphopt.solvers.branching.search import METHOD as BOXES
from graphopt.solvers.branching.search import Search
from graphopt.solvers.known import Known
from graphopt.solvers.limits import Limits
from graphopt.solvers.milp.mixed_integer import mixed_integer, whole_box
from graphopt.solvers.phases.search import PhaseSearch
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program

PROBE = 0.5  # CPU seconds
STAGES = ((0.5, 0.15), (1.0, 0.07), (4.0, 0.02), (16.0, 0.005), (64.0, 0.002))
"""After so many probes at most so large a share of the first gap may be left, else the search over phases has
its turn. A search over boxes that closes does so fast at its end: the share falls slowly first."""
TRIAL = 8.0  # times as long as boxes phases are tried
PATIENCE = (0.5, 0.1)
"""When so large a share of the time is left, at most so large a share of the gap may be, else MILP has the
rest."""
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

    Boxes are fast where few inputs matter, phases where many do. Boxes begin; once they are slow, phases are
    tried for a multiple of that time. Should boxes still have the better bound, they have as much time as
    phases; the better one goes on. MILP has the rest of the time where that does not come close; at once
    where no point is known, which only limits can cause. Good points go from one to the next, and the proof
    has the best bound and the best point of all. The arguments are those of `branch_and_bound`; `probe` is
    how many CPU seconds make a unit of the stages by which boxes are judged.

    Raises
    ------
    InvalidValue
        If the program has other functions than relu, or the box is not finite.
    """
    options = BranchAndBound() if options is None else options
    integer = np.zeros(program.size, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    lower, upper = whole_box(program, lower, upper, integer)
    relay = _Relay(options, progress)
    boxes = Search(
        program, lower, upper, integer, Limits.of(program, limits), gap=options.gap, threshold=threshold
    )
    over_boxes = _Runner(boxes, lambda: boxes.begin(incumbent))
    relay.run(over_boxes, _too_slow(relay.known, probe))
    asked: dict[str, Any] = {"integer": integer, "limits": limits}
    if relay.open and relay.known.x is not None:
        phases = PhaseSearch(program, lower, upper, **asked, gap=options.gap, threshold=threshold)
        until = perf_counter() + BEGINNING * relay.left
        relay.decide(over_boxes, _Runner(phases, lambda: phases.begin(relay.known.x, until=until)))
    found = relay.known.proof(relay.stopped)
    if not relay.open:
        return found
    try:
        last = mixed_integer(
            program,
            lower,
            upper,
            **asked,
            incumbent=found.x,
            boxes=boxes,
            max_seconds=relay.left,
            gap=options.gap,
            progress=progress and (lambda proof: progress(better(found, proof, found.seconds))),
        )
    except KeyboardInterrupt:
        return replace(found, stopped="interrupted")
    return better(found, last, found.seconds)


class _Runner:
    """A search, and how many CPU seconds it has run."""

    def __init__(self, search: Search | PhaseSearch, begin: Callable[[], None]) -> None:
        self.search, self.begin, self.begun = search, begin, False
        self.seconds = 0.0

    def advance(self, count: int) -> None:
        """Begin, or go on with so many boxes or nodes."""
        started = thread_time()
        if self.begun:
            self.search.advance(count)
        else:
            self.begun = True
            self.begin()
        self.seconds += thread_time() - started


class _Relay:
    """Lets searches run, one at a time, and joins what they find.

    Attributes
    ----------
    known : Known
        By all that ran.
    stopped : str
        Why the last one stopped.
    """

    def __init__(self, options: BranchAndBound, progress: Callable[[Proof], None] | None) -> None:
        self.options, self.progress = options, progress
        self.known, self.stopped = Known(BOXES), "running"

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.options.max_seconds - self.known.seconds

    @property
    def open(self) -> bool:
        """Whether something is left to be done, and time for it."""
        return self.stopped not in (*DECIDED, "nodes") and self.left > 0

    def decide(self, first: _Runner, second: _Runner) -> None:
        """Let `second` run for a while, and then whichever of the two is better at it, until all is decided
        or it does not come close."""
        wide, (share, most) = self.known.gap, PATIENCE
        late = share * self.left

        def hopeless() -> bool:
            return self.left <= late and not self.known.gap <= most * wide

        def run(runner: _Runner, seconds: float) -> None:
            if self.open and not hopeless() and (not runner.begun or self._end(runner.search) is None):
                self.run(runner, lambda: runner.seconds >= seconds or hopeless())

        run(second, TRIAL * first.seconds)
        if second.search.lower_bound < first.search.lower_bound:
            run(first, second.seconds)
        ahead, behind = first, second
        if second.search.lower_bound >= first.search.lower_bound:
            ahead, behind = second, first
        run(ahead, np.inf)
        run(behind, np.inf)

    def run(self, runner: _Runner, enough: Callable[[], bool]) -> None:
        """Let a search run until it is decided, meets a limit or had `enough`."""
        search = runner.search
        if self.known.value < search.value:
            search.x, search.value = self.known.x, self.known.value
        self.stopped = "running"
        try:
            while self.stopped == "running":
                self._advance(runner)
                self.stopped = self._end(search) or ("time" if self.left <= 0 or enough() else "running")
        except KeyboardInterrupt:
            self.known.searched(search)
            self.stopped = "interrupted"

    def _advance(self, runner: _Runner) -> None:
        """Let a search go on by one step, take in what it knows, and report it."""
        search = runner.search
        before = search.nodes
        runner.advance(self._count(search))
        self.known.nodes += search.nodes - before
        self.known.searched(search)
        self.known.note()
        if self.progress is not None:
            self.progress(self.known.proof("running"))

    def _end(self, search: Search | PhaseSearch) -> str | None:
        """Return why `search` does not go on, if it does not."""
        stopped = search.decided()
        if stopped is None and self.known.x is not None and self.known.gap <= self.options.gap:
            return "gap"
        if stopped is None and self.known.nodes >= self.options.max_nodes:
            return "nodes"
        if stopped is None and search.frontier.bytes > self.options.max_memory:
            return "memory"
        return stopped

    def _count(self, search: Search | PhaseSearch) -> int:
        """Return how many boxes or nodes to part next: no more than the limits have room for."""
        in_time = self.left * search.nodes / search.seconds
        return max(1, int(min(self.options.batch, self.options.max_nodes - self.known.nodes, in_time)) // 2)


def _too_slow(known: Known, probe: float) -> Callable[[], bool]:
    """Return a function that says whether, by now, more of the first gap is left than `STAGES` allow."""
    waiting, started, first = list(STAGES), thread_time(), np.inf

    def enough() -> bool:
        nonlocal first
        if not np.isfinite(first):
            first = known.gap
        while waiting and thread_time() - started >= waiting[0][0] * probe:
            if not known.gap <= waiting.pop(0)[1] * first:
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
