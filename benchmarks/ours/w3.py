"""W3 in this project: epochs of story 2's forecaster, its input gradient, and the bounded solve."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

import graphopt as go
from benchmarks import data
from benchmarks.ours import forecaster
from graphopt import engine


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

    def solve():
        answer = go.minimize(
            net,
            objective="sum",
            fixed={"past": question["past"]},
            bounds={"plan": (-1, 1)},
            x0={"plan": question["plans"][0]},
        )
        return [np.asarray(answer.fun), np.asarray(answer.nfev)]

    tasks = {f"epoch, {tier}": epoch(tier) for tier in ("fast", "now")}
    for tier in ("fast", "now"):
        tasks[f"one plan, {tier}"] = call(question["plans"][:1], tier)
        tasks[f"256 plans, {tier}"] = call(question["plans"], tier)
    tasks["solve"] = solve
    return tasks
