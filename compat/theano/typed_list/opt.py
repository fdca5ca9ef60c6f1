"""Changes lists in place where nobody else needs them."""

from __future__ import annotations

from typing import Any

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.rewriting.basic import in2out, node_rewriter

from .basic import Append, Extend, Insert, Remove, Reverse

__all__ = ["typed_list_inplace_opt"]


@node_rewriter([Append, Extend, Insert, Remove, Reverse], inplace=True)
def typed_list_inplace_opt(fgraph: Any, node: Apply) -> list | bool:
    """Return the node's output computed in place."""
    if node.op.inplace:
        return False
    return [type(node.op)(inplace=True)(*node.inputs)]


optdb.register(
    "typed_list_inplace_opt",
    in2out(typed_list_inplace_opt, ignore_newtrees=True),
    "fast_run",
    "inplace",
    position=60,
)
