"""`Thunk`, the part of a function that takes no arguments: it runs on what the containers hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph

from graphopt.engine.compiler import Compiled

from ..configdefaults import config

__all__ = ["Thunk"]


class Thunk:
    """What ``f.fn`` is: put values into ``f.input_storage``, call it, and read ``f.output_storage``.

    Attributes
    ----------
    storage_map : dict
        ``{variable of f.maker.fgraph: its list of one value}``. Inputs, outputs and constants have values;
        results in between are never kept, so theirs are None.
    nodes, thunks : list
        The graph's nodes in the order of work; there is one thunk for all of them.
    """

    def __init__(
        self, compiled: Compiled, fgraph: FunctionGraph, inputs: Sequence, cells: Sequence, outputs: Sequence
    ) -> None:
        self.compiled, self.fgraph = compiled, fgraph
        self._inputs, self._cells, self._outputs = inputs, cells, outputs
        self.allow_gc = config.allow_gc

    def __call__(self, n_calls: int = 1, output_subset: Sequence[int] | None = None) -> None:
        """Run the graph `n_calls` times, with its updates; leave the outputs in their containers."""
        for _ in range(n_calls):
            results = self.compiled.trusted(*[cell[0] for cell in self._cells])
        for position, container in enumerate(self._outputs):
            if output_subset is None or position in output_subset:
                container.storage[0] = results[position]

    @cached_property
    def storage_map(self) -> dict[Variable, list]:
        cells = {v: [v.data] if isinstance(v, Constant) else [None] for v in self.fgraph.variables}
        cells.update((v, c.storage) for v, c in zip(self.fgraph.outputs, self._outputs))
        cells.update((v, c.storage) for v, c in zip(self.fgraph.inputs, self._inputs))
        return cells

    @cached_property
    def nodes(self) -> list:
        return self.fgraph.toposort()

    @property
    def thunks(self) -> list:
        return [self]
