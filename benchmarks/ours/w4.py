"""W4 in this project: Rosenbrock's function in a box by `graphopt.solve`."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt

import graphopt as go
from benchmarks import data


def rosenbrock(x):
    """Return Rosenbrock's function of x (size,)."""
    return pt.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def prepare():
    """Return the tasks of this contestant."""

    def solve(size, iterations):
        x = pt.vector("x", dtype="float64", shape=(size,))
        lower, upper = data.ROSENBROCK_BOX
        problem = go.Problem(minimize=rosenbrock(x), variables=[go.Variable(x, lower=lower, upper=upper)])
        solver = go.LBFGSB(max_iterations=iterations)
        start = data.rosenbrock_start(size)

        def run():
            answer = go.solve(problem, solver, x0=start)
            return [np.asarray(answer.fun), np.asarray(answer.nfev)]

        return run

    tasks = {}
    for size in data.ROSENBROCK_SIZES:
        tasks[f"solve d={size}"] = solve(size, data.ROSENBROCK_ITERATIONS)
        tasks[f"one iteration d={size}"] = solve(size, 1)
    return tasks
