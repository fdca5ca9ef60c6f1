"""S in this project: many starts of L-BFGS-B in step, beside one after the other and SciPy's own runs.

Each task returns the ends' values, then how many points were evaluated.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy.optimize

import graphopt as go
from benchmarks import data
from benchmarks.ours import forecaster
from graphopt.problem.batched import batched_cost
from graphopt.problem.compiled import compile_problem
from graphopt.problem.network_problem import network_problem
from graphopt.solvers.local.run import run_local, run_many

SOLVER = go.LBFGSB(gradient_tolerance=data.GRADIENT_TOLERANCE, function_tolerance=data.FACTOR)


@cache
def dense():
    """Return the compiled question about the dense network."""
    layers = [go.Dense(units, "tanh") for units in data.DENSE[1:-1]]
    net = go.Sequential([go.Input(data.DENSE[0]), *layers, go.Dense(data.DENSE[-1])], seed=0)
    net.set_weights(data.dense_weights())
    return compile_problem(network_problem(net, "minimize", bounds=(-1, 1)), tier="fast")


@cache
def plan():
    """Return the compiled question about the plan of the forecaster."""
    asked = {"objective": "sum", "fixed": {"past": data.plan_question()["past"]}, "bounds": {"plan": (-1, 1)}}
    return compile_problem(network_problem(forecaster.build_for_question(), "minimize", **asked), tier="fast")


def ends(runs):
    """Return the values of the runs' ends and the number of evaluations."""
    return [np.array([run.fun for run in runs]), sum(run.evaluations for run in runs)]


def scipy_alone(compiled, starts):
    """Return what `ends` does, of SciPy's own runs with the same function, a point a call."""
    cost = batched_cost(compiled)

    def at(x):
        value, gradient = cost(x[None])
        return float(value[0]), gradient[0]

    options = {"ftol": data.FACTOR, "gtol": data.GRADIENT_TOLERANCE}
    box = scipy.optimize.Bounds(compiled.lower, compiled.upper)
    found = [
        scipy.optimize.minimize(at, start, jac=True, method="L-BFGS-B", bounds=box, options=options)
        for start in starts
    ]
    return [np.array([one.fun for one in found]), sum(one.nfev for one in found)]


def prepare():
    """Return the tasks of this contestant."""
    cases = {"dense": (dense, data.dense_starts()), "plan": (plan, data.plan_starts())}
    tasks = {}
    for name, (compiled, starts) in cases.items():
        tasks[f"{name}, in step"] = lambda c=compiled, s=starts: ends(run_many(c(), SOLVER, s))
        tasks[f"{name}, one by one"] = lambda c=compiled, s=starts: ends(
            [run_local(c(), SOLVER, start) for start in s]
        )
        tasks[f"{name}, scipy"] = lambda c=compiled, s=starts: scipy_alone(c(), s)
    return tasks
