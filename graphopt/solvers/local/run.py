"""Run solvers on a compiled problem: from one start, or from many in step with each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from graphopt.problem.batched import batched_cost
from graphopt.problem.compiled import CompiledProblem
from graphopt.solvers.local.solver import LocalSolver, Run, Steps

BATCHED_FROM = 20_000  # starts times numbers in the graph, from which a function of many points pays


def run_local(compiled: CompiledProblem, solver: LocalSolver, x0: np.ndarray) -> Run:
    """Return the run of `solver` from the flat vector `x0`, in the caller's units."""
    cost, steps = compiled.cost, steps_of(compiled, solver, x0)
    try:
        x = next(steps)
        while True:
            x = steps.send(cost(x))
    except StopIteration as end:
        return end.value


def run_many(compiled: CompiledProblem, solver: LocalSolver, starts: np.ndarray) -> list[Run]:
    """Return the runs of `solver` from the rows of `starts`, as `run_local` would make them one by one.

    Each run keeps its own state; the points that all live runs ask for are evaluated in one call.
    """
    pays = len(starts) > 1 and len(starts) * compiled.numbers >= BATCHED_FROM
    cost = batched_cost(compiled) if pays else None
    if cost is None:
        return [run_local(compiled, solver, start) for start in starts]
    runs: list[Any] = [None] * len(starts)
    live = []
    for number, start in enumerate(starts):
        steps = steps_of(compiled, solver, start)
        try:
            live.append((number, steps, next(steps)))
        except StopIteration as end:
            runs[number] = end.value
    while live:
        values, gradients = cost(np.array([x for _, _, x in live]))
        going = []
        for (number, steps, _), value, gradient in zip(live, values.tolist(), gradients, strict=True):
            try:
                going.append((number, steps, steps.send((value, gradient))))
            except StopIteration as end:
                runs[number] = end.value
        live = going
    return runs


def steps_of(compiled: CompiledProblem, solver: LocalSolver, x0: np.ndarray) -> Steps:
    """Return the generator of points of `solver` from `x0`, in the caller's units whatever those of the
    solver.
    """
    if np.all(compiled.units == 1.0):
        return solver.steps(x0, compiled.lower, compiled.upper)
    return _scaled_steps(compiled, solver, x0, compiled.units)


def _scaled_steps(compiled: CompiledProblem, solver: LocalSolver, x0: np.ndarray, scale: np.ndarray) -> Steps:
    """Yield the points of a run over ``z = x / scale``. Every x is put back into the box: ``z * scale`` may
    leave it.
    """
    lower, upper = compiled.lower, compiled.upper

    def unscaled(z: np.ndarray) -> np.ndarray:
        return np.minimum(np.maximum(z * scale, lower), upper)

    steps = solver.steps(x0 / scale, lower / scale, upper / scale)
    try:
        z = next(steps)
        while True:
            value, gradient = yield unscaled(z)
            z = steps.send((value, gradient * scale))
    except StopIteration as end:
        run = end.value
    return replace(run, x=unscaled(run.x), gradient=run.gradient / scale)


def on_bounds(compiled: CompiledProblem, run: Run) -> Run:
    """Return `run` with decisions that stop a rounding error short of a bound put onto it.

    It is done where the cost falls towards the bound, and kept when the cost is no higher there.
    """
    lower, upper, x = compiled.lower, compiled.upper, run.x
    with np.errstate(over="ignore", invalid="ignore"):
        near = 1e-12 * np.maximum(1.0, np.where(np.isfinite(upper - lower), upper - lower, np.abs(x)))
        down = (run.gradient > 0) & (x > lower) & (x - lower <= near)
        up = (run.gradient < 0) & (x < upper) & (upper - x <= near)
    if not (down | up).any():
        return run
    moved = np.where(down, lower, np.where(up, upper, x))
    fun, gradient = compiled.cost(moved)
    if not fun <= run.fun:
        return run
    return replace(run, x=moved, fun=fun, gradient=gradient, evaluations=run.evaluations + 1)
