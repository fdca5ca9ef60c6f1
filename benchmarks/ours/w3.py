"""W3 in this project: epochs of story 2's forecaster, its input gradient, and the bounded solve."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt

import graphopt as go
from benchmarks import data
from benchmarks.ours import forecaster
from graphopt import engine
from graphopt.problem.compiled import compile_problem
from graphopt.problem.network_problem import network_problem
from graphopt.solvers.local.run import run_local


def prepare():
    """Return the tasks of this contestant; each compiles when first called."""
    question = data.plan_question()
    asked = {"objective": "sum", "fixed": {"past": question["past"]}, "bounds": {"plan": (-1, 1)}}
    build = cache(forecaster.build_for_question)

    def epoch(tier):
        network = cache(lambda: forecaster.build(data.forecaster_weights()))

        def run():
            network().set_weights(data.forecaster_weights())
            forecaster.train(network(), tier=tier)
            return network().get_weights()

        return run

    def call(plans, tier):
        @cache
        def compiled():
            x = pt.tensor("plan", dtype="float32", shape=plans.shape)
            past = np.broadcast_to(question["past"], (len(plans), *data.PAST))
            costs = (
                build().expression({"past": pt.as_tensor(np.ascontiguousarray(past)), "plan": x}).sum(axis=1)
            )
            outputs = [costs, pytensor.grad(costs.sum(), x)]
            held = engine.hoist(outputs, [x])
            inputs = [variable.type() for variable in held]
            function = engine.compile([x, *inputs], outputs, givens=dict(zip(held, inputs)), tier=tier)
            return function, engine.compile([], held)()

        def run():
            function, values = compiled()
            return function(plans, *values)

        return run

    def solve(**tolerances):
        solver = go.LBFGSB(**tolerances)
        start = question["plans"][0].ravel().astype(float)
        compiled = cache(lambda: compile_problem(network_problem(build(), "minimize", **asked), tier="fast"))

        def run():
            found = run_local(compiled(), solver, start)
            return [np.asarray(found.fun), np.asarray(found.evaluations)]

        return run

    def answer():
        found = go.minimize(build(), x0={"plan": question["plans"][0]}, **asked)
        return [np.asarray(found.fun), np.asarray(found.nfev)]

    tasks = {f"epoch, {tier}": epoch(tier) for tier in ("fast", "now")}
    for tier in ("fast", "now"):
        tasks[f"one plan, {tier}"] = call(question["plans"][:1], tier)
        tasks[f"256 plans, {tier}"] = call(question["plans"], tier)
    tasks["solve, SciPy's tolerances"] = solve(**data.SCIPY_TOLERANCES)
    tasks["solve, our tolerances"] = solve()
    tasks["whole answer"] = answer
    return tasks
