"""Rewrites of `Rebroadcast`, which other rewrites cannot see through: merge it, move it up, leave it out."""

from __future__ import annotations

from typing import Any

from pytensor.compile import optdb
from pytensor.graph.basic import Apply
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.subtensor import Subtensor

from .shaping import Rebroadcast

__all__ = ["local_rebroadcast_lift", "local_subtensor_of_rebroadcast", "local_useless_rebroadcast"]


def _canonical(rewriter: Any) -> Any:
    """Register a rewrite for canonicalisation, under its name."""
    optdb["canonicalize"].register(rewriter.__name__, rewriter, "fast_run", "fast_compile")
    return rewriter


@_canonical
@node_rewriter([Rebroadcast])
def local_useless_rebroadcast(fgraph: Any, node: Apply) -> Any:
    """A change to the pattern that is known already -> the input."""
    (x,) = node.inputs
    known = x.type.broadcastable
    return [x] if all(known[i] == b for i, b in node.op.axes) else False


@_canonical
@node_rewriter([Rebroadcast])
def local_rebroadcast_lift(fgraph: Any, node: Apply) -> Any:
    """Before a function of one argument; two in a row -> one."""
    (x,) = node.inputs
    inner = x.owner
    if inner is None or len(fgraph.clients[x]) > 1:
        return False
    if isinstance(inner.op, Elemwise) and len(inner.inputs) == len(inner.outputs) == 1:
        result = inner.op(node.op(inner.inputs[0]))
    elif isinstance(inner.op, Rebroadcast):
        result = Rebroadcast(*{**inner.op.axis, **node.op.axis}.items())(inner.inputs[0])
    else:
        return False
    copy_stack_trace(node.outputs, result)
    return [result]


@_canonical
@node_rewriter([Subtensor])
def local_subtensor_of_rebroadcast(fgraph: Any, node: Apply) -> Any:
    """A part of an array that a Rebroadcast made less known -> that part of what is known."""
    x, *places = node.inputs
    if x.owner is None or not isinstance(x.owner.op, Rebroadcast) or any(b for _, b in x.owner.op.axes):
        return False
    result = node.op(x.owner.inputs[0], *places)
    copy_stack_trace(node.outputs, result)
    return [result]
