"""W2 in bare PyTensor: one million updates of story 3's recurrence in one compiled loop."""

from __future__ import annotations

import pytensor
import pytensor.tensor as pt

from benchmarks import data
from graphopt import engine


def prepare():
    """Return the tasks of this contestant."""
    x, y = pt.scalar("x", dtype="float64"), pt.scalar("y", dtype="float64")
    start = data.ewma_weights()
    shared = {name: pytensor.shared(value, name=name) for name, value in start.items()}
    W_a, W_x, b, a = (shared[name] for name in ("W_a", "W_x", "b", "a"))
    predicted = W_x * x + W_a * a + b
    cost = 0.5 * (y - predicted) ** 2
    weights = [W_a, W_x, b]
    updates = {w: w - data.EWMA_RATE * slope for w, slope in zip(weights, pytensor.grad(cost, weights))}
    loop = engine.compile_loop([x, y], [], updates={**updates, a: predicted}, tier="fast")
    signal, averages = data.ewma()

    def run():
        for name, variable in shared.items():
            variable.set_value(start[name])
        loop([signal, averages], epochs=data.EWMA_EPOCHS)
        return [variable.get_value() for variable in (W_a, W_x, b, a)]

    return {"fast": run}
