"""W1 in bare PyTensor: story 1's net, its bias concatenated, 20 000 updates in one compiled loop."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

from benchmarks import data
from graphopt import engine


def layer(x, weights):
    """Return ``sigmoid([x, 1] @ weights)``."""
    return pt.sigmoid(pt.dot(pt.concatenate([x, np.ones(1)]), weights))


def prepare():
    """Return the tasks of this contestant."""
    x, y = pt.vector("x", dtype="float64", shape=(2,)), pt.scalar("y", dtype="float64")
    start = data.gate_weights()
    theta = [pytensor.shared(w, name=f"theta{k}", shape=w.shape) for k, w in enumerate(start, 1)]
    cost = (pt.sum(layer(layer(x, theta[0]), theta[1])) - y) ** 2
    updates = {w: w - data.GATE_RATE * slope for w, slope in zip(theta, pytensor.grad(cost, theta))}

    def task(tier):
        loop = engine.compile_loop([x, y], [cost], updates=updates, tier=tier)

        def run():
            for shared, value in zip(theta, start):
                shared.set_value(value)
            loop([data.GATE_X, data.GATE_Y], epochs=data.GATE_EPOCHS)
            return [shared.get_value() for shared in theta]

        return run

    return {tier: task(tier) for tier in ("fast", "now")}
