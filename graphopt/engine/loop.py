"""A compiled step run over the rows of its data: an epoch, or many, in one call."""

from __future__ import annotations

import numpy as np

from graphopt.engine.compiler import Compiled, compile


def compile_loop(inputs, outputs, *, updates, givens=None, tier="auto", name=None) -> Loop:
    return Loop(compile(inputs, list(outputs), updates=updates, givens=givens, tier=tier, name=name or "step"))


class Loop:
    def __init__(self, step: Compiled) -> None:
        self.step = step

    def __call__(self, arrays, *, batch_size=None, order=None, epochs=1):
        n = len(arrays[0])
        order = np.arange(n) if order is None else np.asarray(order)
        collected = []
        step = self.step
        for _ in range(epochs):
            if batch_size is None:
                for row in order:
                    collected.append(step(*[a[row] for a in arrays]))
            else:
                for start in range(0, len(order), batch_size):
                    rows = order[start : start + batch_size]
                    collected.append(step(*[a[rows] for a in arrays]))
        return [np.stack(column) for column in zip(*collected)] if collected else [np.empty(0) for _ in range(step.flat.n_outputs)]

    def report(self):
        return self.step.report()
