"""A graph written in single precision, rebuilt in double: rounding noise of 1e-7 stalls line searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import graph_inputs, io_toposort
from pytensor.scalar.basic import Cast
from pytensor.tensor.elemwise import CAReduce, Elemwise
from pytensor.tensor.type import TensorType

NARROW = ("float16", "float32")


def in_double(outputs: Sequence[Variable], swaps: Mapping[Variable, Variable]) -> list[Variable]:
    """Return `outputs` with variables replaced by `swaps` and all that is narrower than float64 widened to
    it.

    Weights and constants are widened by a cast, which does not depend on any decision and so is evaluated
    once per solve. An operation that cannot take wider inputs (the inner graph of a loop written in float32)
    keeps its own precision.
    """
    outputs = list(outputs)
    blockers = list(swaps)
    new: dict[Variable, Variable] = dict(swaps)
    for root in graph_inputs(outputs, blockers=blockers):
        if root not in new:
            new[root] = _wide(root)
    for node in io_toposort(blockers, outputs):
        if all(output in new for output in node.outputs):
            continue
        inputs = [new.get(i, i) for i in node.inputs]
        unchanged = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        for old, rebuilt in zip(
            node.outputs, node.outputs if unchanged else _rebuilt(node, inputs), strict=True
        ):
            if rebuilt is not old and hasattr(old.tag, "trace"):
                rebuilt.tag.trace = old.tag.trace  # where the user wrote it, for messages
            new.setdefault(old, _wide(rebuilt))
    return [new.get(output, output) for output in outputs]


def _rebuilt(node: Apply, inputs: list[Variable]) -> list[Variable]:
    """Return the outputs of `node` over `inputs`, wider where its operation allows."""
    op = node.op
    if isinstance(op, Elemwise) and isinstance(op.scalar_op, Cast) and node.outputs[0].type.dtype in NARROW:
        return [pt.cast(inputs[0], "float64")]
    if isinstance(op, CAReduce) and node.outputs[0].type.dtype in NARROW:
        op = op.clone(dtype="float64", acc_dtype="float64")
    try:
        return op.make_node(*inputs).outputs
    except (TypeError, ValueError, NotImplementedError, AssertionError):
        narrow = [
            old.type.filter_variable(_as(new, old)) for new, old in zip(inputs, node.inputs, strict=True)
        ]
        return node.op.make_node(*narrow).outputs


def _as(new: Variable, old: Variable) -> Variable:
    """Return `new` in the dtype of `old`."""
    if isinstance(old.type, TensorType) and new.type.dtype != old.type.dtype:
        return pt.cast(new, old.type.dtype)
    return new


def _wide(variable: Variable) -> Variable:
    """Return `variable` as float64 if it is a narrower float."""
    if isinstance(variable.type, TensorType) and variable.type.dtype in NARROW:
        return pt.cast(variable, "float64")
    return variable
