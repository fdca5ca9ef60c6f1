"""W4 in this project: Rosenbrock's function in a box by our L-BFGS-B on a problem compiled once."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt

import graphopt as go
from benchmarks import data
from graphopt.problem.compiled import compile_problem
from graphopt.solvers.local.run import run_local


def rosenbrock(x):
    """Return Rosenbrock's function of x (size,)."""
    return pt.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def prepare():
    """Return the tasks of this contestant."""
    tasks = {}
    solver = go.LBFGSB(max_iterations=data.ROSENBROCK_ITERATIONS, **data.SCIPY_TOLERANCES)
    for size in data.ROSENBROCK_SIZES:
        x = pt.vector("x", dtype="float64", shape=(size,))
        lower, upper = data.ROSENBROCK_BOX
        problem = go.Problem(minimize=rosenbrock(x), variables=[go.Variable(x, lower=lower, upper=upper)])
        compiled = compile_problem(problem, tier="fast")
        start = data.rosenbrock_start(size)

        def solve(compiled=compiled, start=start):
            found = run_local(compiled, solver, start)
            return [np.asarray(found.fun), np.asarray(found.evaluations)]

        def set_up(compiled=compiled, start=start):
            return [next(solver.steps(start, compiled.lower, compiled.upper))]

        def evaluate(compiled=compiled, start=start):
            return [np.asarray(part) for part in compiled.cost(start)]

        tasks |= {f"solve d={size}": solve, f"set-up d={size}": set_up, f"value+gradient d={size}": evaluate}
    return tasks
