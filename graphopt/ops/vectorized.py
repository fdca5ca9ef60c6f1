"""Whole recurrent layers over one more axis: the samples of all batches go through the layer together.

With it `pytensor.graph.replace.vectorize_graph` turns a network of one sample into one of many, without a
loop.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.replace import _vectorize_node
from pytensor.tensor.blockwise import vectorize_node_fallback

from graphopt.ops.gru import GRUForward
from graphopt.ops.lstm import LSTMForward
from graphopt.ops.rnn import RNNForward


@_vectorize_node.register(GRUForward)
@_vectorize_node.register(LSTMForward)
@_vectorize_node.register(RNNForward)
def _vectorize_layer(
    op: GRUForward | LSTMForward | RNNForward, node: Apply, z, U, *states
) -> Sequence[Variable]:
    """Return the outputs of the layer, the leading axes of `z` and `states` in front of their own.

    With weights of their own for each batch the layer is looped over.
    """
    if U.type.ndim > node.inputs[1].type.ndim:
        return vectorize_node_fallback(op, node, z, U, *states).outputs
    inputs = [z, *states]
    cores = [x.type.ndim for x in (node.inputs[0], *node.inputs[2:])]
    k = max(x.type.ndim - core for x, core in zip(inputs, cores, strict=True))
    widest = next(x for x, core in zip(inputs, cores, strict=True) if x.type.ndim - core == k)
    lengths = [n if n is not None else widest.shape[i] for i, n in enumerate(widest.type.shape[:k])]

    def together(x, core: int):
        """Return `x` with its leading axes merged into the batch axis, the last but one."""
        own = [x.shape[i - core] for i in range(core)]
        x = pt.broadcast_to(x, [*lengths, *own]) if x.type.ndim - core < k else x
        axes = [*range(k, k + core - 2), *range(k), k + core - 2, k + core - 1]
        return x.transpose(*axes).reshape([*own[:-2], -1, own[-1]], ndim=core)

    merged = [together(x, core) for x, core in zip(inputs, cores, strict=True)]
    outputs = op(merged[0], U, *merged[1:], return_list=True)

    apart = []
    for output in outputs:
        front, units = output.type.ndim - 2, output.shape[-1]
        shape = [*(output.shape[i] for i in range(front)), *lengths, -1, units]
        output = output.reshape(shape, ndim=front + k + 2)
        axes = [*range(front, front + k), *range(front), front + k, front + k + 1]
        apart.append(output.transpose(*axes))
    return apart
