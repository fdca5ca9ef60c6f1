"""Run a graph one node at a time, with a look at what each computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.fg import FunctionGraph

from graphopt.engine.lines.linker import Failure, numpy_funcify


class Step:
    """One node of a run, as watchers see it: `fn.inputs` and `fn.outputs` are lists of one-element lists."""

    def __init__(self, node: Apply) -> None:
        self.node = node
        self.function = numpy_funcify(node.op, node)
        self.inputs: list[list] = []
        self.outputs: list[list] = []

    def __call__(self) -> None:
        results = self.function(*[cell[0] for cell in self.inputs])
        results = results if len(self.outputs) > 1 else (results,)
        for cell, result in zip(self.outputs, results):
            cell[0] = np.asarray(result) if isinstance(result, np.generic) else result


class NodeByNode:
    """A graph as a function of its inputs that returns its outputs.

    Parameters
    ----------
    before, after : callable, optional
        Called as ``f(position, node, step)`` around each node.
    """

    def __init__(
        self, fgraph: FunctionGraph, before: Callable | None = None, after: Callable | None = None
    ) -> None:
        self.fgraph, self.before, self.after = fgraph, before, after
        self.steps = [Step(node) for node in fgraph.toposort()]

    def run(self, *values: Any) -> list:
        """Return the outputs for these values of the graph's inputs."""
        storage = {v: [x] for v, x in zip(self.fgraph.inputs, values)}
        for position, step in enumerate(self.steps):
            for variable in step.node.inputs:
                if isinstance(variable, Constant):
                    storage.setdefault(variable, [variable.data])
            step.inputs = [storage[v] for v in step.node.inputs]
            step.outputs = [storage.setdefault(v, [None]) for v in step.node.outputs]
            try:
                if self.before is not None:
                    self.before(position, step.node, step)
                step()
                if self.after is not None:
                    self.after(position, step.node, step)
            except Exception as error:
                values = tuple(cell[0] for cell in step.inputs)
                error.graphopt_failure = Failure(step.node, values, self.fgraph, "")
                raise
        return [storage[v][0] if v in storage else v.data for v in self.fgraph.outputs]

    __call__ = run

    def explain(self, error: BaseException) -> None:
        """Add nothing to `error`: it knows where it happened."""
