"""Sums of sums and products of products become one with many operands, in one pass."""

from __future__ import annotations

from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter, out2in
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import add, mul

#: PyTensor's rewrite that this one stands in for. It builds a longer sum for each operand it takes in: a sum
#: of n terms, written in a loop, costs n * n.
REPLACED = "flatten_nested_add_mul"


@node_rewriter([add, mul])
def flatten_sums(fgraph: FunctionGraph, node: Apply):
    """Return one sum (or product) of what the sums inside of it add up, where nobody else reads those.

    A sum inside stays if it has another dtype, in which it may wrap around, or fewer elements, which would
    be added again and again.
    """
    operands: list[Variable] = []
    pending = list(reversed(node.inputs))
    while pending:
        operand = pending.pop()
        if _is_part(fgraph, operand, node):
            pending.extend(reversed(operand.owner.inputs))
        else:
            operands.append(operand)
    if len(operands) == len(node.inputs):
        return None
    flat = node.op(*operands)
    copy_stack_trace(node.outputs[0], flat)
    return [flat]


def _is_part(fgraph: FunctionGraph, operand: Variable, node: Apply) -> bool:
    owner, whole = operand.owner, node.outputs[0].type
    return (
        owner is not None
        and isinstance(owner.op, Elemwise)
        and owner.op.scalar_op == node.op.scalar_op
        and len(owner.inputs) > 1
        and len(fgraph.clients[operand]) == 1
        and (operand.type.dtype, operand.type.broadcastable) == (whole.dtype, whole.broadcastable)
    )


optdb["add_mul_fusion"].register(
    "graphopt_flatten_sums", out2in(flatten_sums, ignore_newtrees=False), "fast_run", position=0
)
