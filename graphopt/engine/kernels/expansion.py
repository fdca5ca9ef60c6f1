"""Operations that say what they compute as a graph: kernels of them need no word of their own.

An operation has a method ``expanded(inputs)`` that returns its outputs as expressions of `inputs`.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph

from graphopt.engine.rewrites.simplify import rewrite
from graphopt.errors import CompileError


def expansion(op: Any, node: Apply, otherwise: str) -> FunctionGraph:
    """Return the graph that `op` stands for over inputs like those of `node`.

    Raises
    ------
    CompileError
        Saying `otherwise`, if the operation does not tell.
    """
    expanded = getattr(op, "expanded", None)
    if expanded is None:
        raise CompileError(f"{op} {otherwise}.")
    inputs = [variable.type() for variable in node.inputs]
    fgraph = FunctionGraph(inputs, list(expanded(inputs)), clone=True)
    rewrite(fgraph)
    return fgraph
