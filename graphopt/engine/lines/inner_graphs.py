"""Operations that hold a graph of their own, as the straight-line function of that graph."""

from __future__ import annotations

from collections.abc import Callable

from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph

from graphopt.engine.lines.linker import StraightLine, numpy_funcify
from graphopt.engine.rewrites.simplify import rewrite


def inner_function(fgraph: FunctionGraph, *, name: str, make: Callable | None = None) -> StraightLine:
    """Return the function of an operation's inner graph, after the same rewrites the outer graph gets.

    `make`, where given, makes the function of the rewritten graph.
    """
    own = FunctionGraph(fgraph.inputs, fgraph.outputs, clone=True)
    rewrite(own)
    return StraightLine(own, name=name) if make is None else make(own)


@numpy_funcify.register(OpFromGraph)
def graph_function(op: OpFromGraph, node: Apply) -> Callable:
    """Return the function of an OpFromGraph: its inner graph."""
    inner, single = inner_function(op.fgraph, name=type(op).__name__), len(node.outputs) == 1

    def run(*inputs):
        results = inner(*inputs)
        return results[0] if single else results

    return run
