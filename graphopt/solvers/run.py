"""Run solvers on a compiled problem, one start after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.problem.compiled import CompiledProblem
from graphopt.solvers.solver import LocalSolver, Run


def run_local(compiled: CompiledProblem, solver: LocalSolver, x0: np.ndarray) -> Run:
    """Return the run of `solver` from the flat vector `x0`, in the caller's units."""
    if compiled.scale is not None:
        return _run_scaled(compiled, solver, x0, compiled.scale)
    cost = compiled.cost
    steps = solver.steps(x0, compiled.lower, compiled.upper)
    try:
        x = next(steps)
        while True:
            x = steps.send(cost(x))
    except StopIteration as end:
        return end.value


def _run_scaled(compiled: CompiledProblem, solver: LocalSolver, x0: np.ndarray, scale: np.ndarray) -> Run:
    """Return the run over ``z = x / scale``. Every evaluated x is put back into the box: ``z * scale`` may
    leave it.
    """
    lower, upper = compiled.lower, compiled.upper

    def unscaled(z: np.ndarray) -> np.ndarray:
        return np.minimum(np.maximum(z * scale, lower), upper)

    steps = solver.steps(x0 / scale, lower / scale, upper / scale)
    try:
        z = next(steps)
        while True:
            value, gradient = compiled.cost(unscaled(z))
            z = steps.send((value, gradient * scale))
    except StopIteration as end:
        run = end.value
    return Run(
        unscaled(run.x),
        run.fun,
        run.gradient / scale,
        run.stopped,
        run.message,
        run.iterations,
        run.evaluations,
        run.nonfinite,
    )


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
