"""C in this project: many starts of an augmented Lagrangian in step, beside one after the other.

Each task returns the ends' values, then how many points were evaluated. One start after the other runs as it
does when it is the only one; "by parts" calls cost, rows and derivatives apart.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytensor.tensor as pt

import graphopt as go
from benchmarks import data
from graphopt.problem.compiled import compile_problem
from graphopt.problem.network_problem import network_problem
from graphopt.solvers.constrained import augmented_points
from graphopt.solvers.constrained.choosing import solve_constrained

SOLVER = go.AugmentedLagrangian()
PLAN = (24, 10)


@cache
def dense():
    """Return the dense network of S with three nonlinear constraints on its ten inputs, compiled."""
    hidden = [go.Dense(units, "tanh") for units in data.DENSE[1:-1]]
    layers = [go.Input(data.DENSE[0], name="x"), *hidden, go.Dense(data.DENSE[-1])]
    net = go.Sequential(layers, seed=0)
    net.set_weights(data.dense_weights())
    limits = [
        go.leq(lambda v: pt.sum(v["x"] ** 2), 4.0),
        go.leq(lambda v: v["x"][0] * v["x"][1] + v["x"][2] ** 2, 0.2),
        go.geq(lambda v: pt.sum(pt.sin(v["x"][3:6])), 0.3),
    ]
    question = network_problem(net, "minimize", bounds=(-1, 1), constraints=limits)
    return compile_problem(question, tier="fast")


@cache
def plan():
    """Return a plan of 24 steps of ten inputs through an LSTM layer of 64 units, compiled.

    No step may be larger than 0.2, nor a total larger than 4.8; the second output may not exceed 0.1.
    """
    steps = go.Input(PLAN, name="plan")
    net = go.Model([steps], go.Dense(2, "tanh", name="out")(go.LSTM(data.UNITS)(steps)), seed=0)
    limits = [go.rate("plan", 0.2), go.budget("plan", upper=4.8), go.leq(lambda v: v["out"][1], 0.1)]
    question = {"objective": lambda out: out[0], "bounds": {"plan": (-1, 1)}, "constraints": limits}
    return compile_problem(network_problem(net, "minimize", **question), tier="fast")


def ends(runs):
    """Return the values of the runs' ends and the number of evaluations."""
    return [np.array([run.fun for run in runs]), sum(run.evaluations for run in runs)]


def in_step(compiled, starts):
    """Return what `ends` does, of runs from all starts."""
    return ends(solve_constrained(compiled, starts, solver=SOLVER))


def one_by_one(compiled, starts):
    """Return what `ends` does, of runs that know nothing of each other."""
    return ends([run for start in starts for run in solve_constrained(compiled, [start], solver=SOLVER)])


def by_parts(compiled, starts):
    """Return what `one_by_one` does, without a function of the whole augmented Lagrangian."""
    usual = augmented_points.ONE_GRAPH_FROM
    augmented_points.ONE_GRAPH_FROM = np.inf
    try:
        return one_by_one(compiled, starts)
    finally:
        augmented_points.ONE_GRAPH_FROM = usual


def prepare():
    """Return the tasks of this contestant."""
    plans = np.random.default_rng(8).uniform(-1, 1, (data.PLAN_STARTS, PLAN[0] * PLAN[1]))
    cases = {"dense": (dense, data.dense_starts()), "plan": (plan, plans)}
    ways = {"in step": in_step, "one by one": one_by_one, "by parts": by_parts}
    return {
        f"{name}, {way}": lambda run=run, compiled=compiled, starts=starts: run(compiled(), starts)
        for name, (compiled, starts) in cases.items()
        for way, run in ways.items()
    }
