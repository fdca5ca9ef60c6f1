"""Searches that wait for runs of solvers: those that wait for the same solver run together where it can."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

import numpy as np

from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.run import ConstrainedRun, ConstrainedSolver, End


class Asked(NamedTuple):
    """What a search waits for: a run of `solver` in `program` from z, in scaled units."""

    solver: ConstrainedSolver
    program: NonlinearProgram
    z: np.ndarray


Search = Generator[Asked, End, ConstrainedRun]


def run_searches(searches: Sequence[Search]) -> list[ConstrainedRun]:
    """Return what `searches` return; all are about one compiled problem.

    A solver with ``run_many(programs, points)`` is asked for the ends of all that wait for it at once,
    another for one after the other.
    """
    runs: list[ConstrainedRun | None] = [None] * len(searches)
    waiting: dict[int, Asked] = {}

    def go_on(number: int, end: End | None) -> None:
        try:
            waiting[number] = searches[number].send(end)  # type: ignore[arg-type]  # None starts it
        except StopIteration as stop:
            runs[number] = stop.value

    for number in range(len(searches)):
        go_on(number, None)
    while waiting:
        first = next(iter(waiting))
        solver = waiting[first].solver
        run_many = getattr(solver, "run_many", None)
        if run_many is None:
            asked = waiting.pop(first)
            go_on(first, solver.run(asked.program, asked.z))
            continue
        together = [number for number, asked in waiting.items() if asked.solver is solver]
        wanted = [waiting.pop(number) for number in together]
        ends = run_many([asked.program for asked in wanted], [asked.z for asked in wanted])
        for number, end in zip(together, ends, strict=True):
            go_on(number, end)
    return runs  # type: ignore[return-value]
