"""A graph over one more leading axis: what it computes for one sample, for many at once and without a loop.

PyTensor does it for most operations; the rules here are for those it would loop over: whole recurrent layers,
whose batch axis takes the samples in, and joins of what has the new axis with what has not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch

import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node
from pytensor.graph.traversal import toposort, truncated_graph_inputs
from pytensor.tensor.basic import Join

from graphopt.ops.gru import GRUForward
from graphopt.ops.lstm import LSTMForward
from graphopt.ops.rnn import RNNForward


def vectorized(outputs: Sequence[Variable], replace: Mapping[Variable, Variable]) -> list[Variable]:
    """Return `outputs` with variables replaced by ones that have a leading axis more.

    What depends on them has the leading axis too; the rest of the graph stays as it is.
    """
    inputs = truncated_graph_inputs(outputs, ancestors_to_include=replace.keys())
    new = {variable: replace.get(variable, variable) for variable in inputs}
    for node in toposort(outputs, blockers=inputs):
        made = _vectorize(node.op, node, *(new.get(variable, variable) for variable in node.inputs))
        made = made.outputs if isinstance(made, Apply) else made
        for old, variable in zip(node.outputs, made, strict=True):
            new.setdefault(old, variable)
    return [new[output] for output in outputs]


@singledispatch
def _vectorize(op: Op, node: Apply, *inputs: Variable) -> Apply | Sequence[Variable]:
    """Return the node, or its outputs, over inputs of which some have a leading axis more."""
    return _vectorize_node(op, node, *inputs)


@_vectorize.register
def _vectorize_join(op: Join, node: Apply, axis: Variable, *parts: Variable) -> Apply | Sequence[Variable]:
    """Return the join with every part repeated along the leading axis where it has none."""
    old_axis, *old = node.inputs
    extra = [new.type.ndim - part.type.ndim for new, part in zip(parts, old, strict=True)]
    if max(extra) != 1 or not isinstance(old_axis, Constant) or axis is not old_axis:
        return _vectorize_node(op, node, axis, *parts)
    rows = next(part.shape[0] for part, k in zip(parts, extra, strict=True) if k)
    whole = [
        part if k else pt.alloc(part, rows, *(part.shape[i] for i in range(part.type.ndim)))
        for part, k in zip(parts, extra, strict=True)
    ]
    place = int(old_axis.data) % node.outputs[0].type.ndim
    return op.make_node(place + 1, *whole)


@_vectorize.register(GRUForward)
@_vectorize.register(LSTMForward)
@_vectorize.register(RNNForward)
def _vectorize_layer(op: Op, node: Apply, z: Variable, U: Variable, *states: Variable) -> Sequence[Variable]:
    """Return the outputs of the layer, the samples beside each other in its batch axis while it runs."""
    if U.type.ndim > node.inputs[1].type.ndim:
        return _vectorize_node(
            op, node, z, U, *states
        ).outputs  # weights of their own for each sample: a loop
    inputs, old = [z, *states], [node.inputs[0], *node.inputs[2:]]
    extra = [new.type.ndim - own.type.ndim for new, own in zip(inputs, old, strict=True)]
    if not any(extra):
        return op.make_node(z, U, *states).outputs
    rows = next(x.shape[0] for x, k in zip(inputs, extra, strict=True) if k)

    def together(x: Variable, ndim: int) -> Variable:
        """Return `x` with its leading axis merged into the batch axis, the last but one."""
        own = [x.shape[i - ndim] for i in range(ndim)]
        x = pt.alloc(x, rows, *own) if x.type.ndim == ndim else x
        front = x.type.shape[1 : ndim - 1]
        x = x.transpose(*range(1, ndim - 1), 0, ndim - 1, ndim)
        lengths = [own[i] if n is None else n for i, n in enumerate(front)]
        units = own[-1] if x.type.shape[-1] is None else x.type.shape[-1]
        return x.reshape([*lengths, -1, units], ndim=ndim)

    merged = [together(x, own.type.ndim) for x, own in zip(inputs, old, strict=True)]
    outputs = op(merged[0], U, *merged[1:], return_list=True)
    apart = []
    for output, own in zip(outputs, node.outputs, strict=True):
        front = own.type.ndim - 2
        samples = own.type.shape[-2] if own.type.shape[-2] is not None else -1
        units = output.shape[-1] if own.type.shape[-1] is None else own.type.shape[-1]
        lengths = [output.shape[i] if n is None else n for i, n in enumerate(own.type.shape[:front])]
        output = output.reshape([*lengths, rows, samples, units], ndim=front + 3)
        apart.append(output.transpose(front, *range(front), front + 1, front + 2))
    return apart
