"""W3 in this project: epochs of story 2's forecaster, its input gradient, and the bounded solve."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

import graphopt as go
from benchmarks import data
from benchmarks.ours import forecaster
from graphopt import engine
from graphopt.problem.compiled import compile_problem
from graphopt.problem.network_problem import network_problem
from graphopt.solvers.run import run_local


def prepare():
    """Return the tasks of this contestant."""

    def epoch(tier):
        net = forecaster.build(data.forecaster_weights())

        def run():
            net.set_weights(data.forecaster_weights())
            forecaster.train(net, tier=tier)
            return net.get_weights()

        return run

    question = data.plan_question()
    net = forecaster.build(question["weights"])

    def call(plans, tier):
        x = pt.tensor("plan", dtype="float32", shape=plans.shape)
        past = np.broadcast_to(question["past"], (len(plans), *data.PAST))
        costs = net.expression({"past": pt.as_tensor(np.ascontiguousarray(past)), "plan": x}).sum(axis=1)
        outputs = [costs, pytensor.grad(costs.sum(), x)]
        held = engine.hoist(outputs, [x])
        values = engine.compile([], held)()
        inputs = [variable.type() for variable in held]
        function = engine.compile([x, *inputs], outputs, givens=dict(zip(held, inputs)), tier=tier)
        return lambda: function(plans, *values)

    asked = {"objective": "sum", "fixed": {"past": question["past"]}, "bounds": {"plan": (-1, 1)}}
    problem = network_problem(net, "minimize", **asked)
    compiled = compile_problem(problem, tier="fast")

    def solve(**tolerances):
        solver = go.LBFGSB(**tolerances)

        def run():
            found = run_local(compiled, solver, question["plans"][0].ravel().astype(float))
            return [np.asarray(found.fun), np.asarray(found.evaluations)]

        return run

    def answer():
        found = go.minimize(net, x0={"plan": question["plans"][0]}, **asked)
        return [np.asarray(found.fun), np.asarray(found.nfev)]

    tasks = {f"epoch, {tier}": epoch(tier) for tier in ("fast", "now")}
    for tier in ("fast", "now"):
        tasks[f"one plan, {tier}"] = call(question["plans"][:1], tier)
        tasks[f"256 plans, {tier}"] = call(question["plans"], tier)
    tasks["solve, SciPy's tolerances"] = solve(**data.SCIPY_TOLERANCES)
    tasks["solve, our tolerances"] = solve()
    tasks["whole answer"] = answer
    return tasks
