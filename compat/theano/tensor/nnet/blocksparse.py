"""Products with matrices made of blocks, of which only some are used for each sample."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply, Variable

from ...gof.op import Op
from .. import basic as tensor

__all__ = [
    "SparseBlockGemv",
    "SparseBlockOuter",
    "sparse_block_dot",
    "sparse_block_gemv",
    "sparse_block_gemv_inplace",
    "sparse_block_outer",
    "sparse_block_outer_inplace",
]


class _BlockOp(Op):
    """An operation that adds to its first input, in place when asked to."""

    __props__ = ("inplace",)
    registered_opts: ClassVar[list] = []

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]


class SparseBlockGemv(_BlockOp):
    """``o[b, j] + sum_i h[b, i] @ W[inputIdx[b, i], outputIdx[b, j]]``

    Parameters
    ----------
    o : (batch, output window, output size)
    W : (input blocks, output blocks, input size, output size)
    h : (batch, input window, input size)
    inputIdx : (batch, input window) integers
        Which blocks the inputs belong to.
    outputIdx : (batch, output window) integers
        Which blocks are computed.
    """

    def make_node(self, o: Any, W: Any, h: Any, inputIdx: Any, outputIdx: Any) -> Apply:
        inputs = [tensor.as_tensor_variable(v) for v in (o, W, h, inputIdx, outputIdx)]
        names = (
            ("output o", 3, "2D"),
            ("weight matrix W", 4, "4D"),
            ("input h", 3, "3D"),
            ("input indices inputIdx", 2, "2D"),
            ("output indices outputIdx", 2, "2D"),
        )
        for variable, (name, ndim, said) in zip(inputs, names):
            if variable.ndim != ndim:
                raise TypeError(f"The {name} must be a {said} tensor; got {variable.type}")
        assert all(i.type.dtype in tensor.discrete_dtypes for i in inputs[3:])
        return Apply(self, inputs, [inputs[0].type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        o, W, h, input_blocks, output_blocks = inputs
        if not self.inplace:
            o = o.copy()
        for b in range(o.shape[0]):
            blocks = W[input_blocks[b][:, None], output_blocks[b]]
            o[b] += np.tensordot(h[b], blocks, axes=((0, 1), (0, 2)))
        outputs[0][0] = o

    def grad(self, inputs: Any, grads: Any) -> list:
        (_, W, h, input_blocks, output_blocks), (g,) = inputs, grads
        turned = W.dimshuffle((1, 0, 3, 2))
        return [
            g,
            SparseBlockOuter(self.inplace)(W.zeros_like(), h, g, input_blocks, output_blocks),
            SparseBlockGemv(self.inplace)(h.zeros_like(), turned, g, output_blocks, input_blocks),
            grad_undefined(self, 3, input_blocks, "grad of inputIdx makes no sense"),
            grad_undefined(self, 4, output_blocks, "grad of outputIdx makes no sense"),
        ]


class SparseBlockOuter(_BlockOp):
    """`o` with ``alpha * outer(x[b, i], y[b, j])`` added to its block ``[xIdx[b, i], yIdx[b, j]]``.

    Parameters
    ----------
    o : (x blocks, y blocks, x size, y size)
    x, y : (batch, window, size)
    xIdx, yIdx : (batch, window) integers
    alpha : number, optional
    """

    def make_node(self, o: Any, x: Any, y: Any, xIdx: Any, yIdx: Any, alpha: Any = None) -> Apply:
        alpha = tensor.constant(np.float32(1)) if alpha is None else alpha
        inputs = [tensor.as_tensor_variable(v) for v in (o, x, y, xIdx, yIdx, alpha)]
        return Apply(self, inputs, [inputs[0].type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        o, x, y, x_blocks, y_blocks, alpha = inputs
        if not self.inplace:
            o = o.copy()
        for b in range(x.shape[0]):
            products = (alpha * x[b])[:, None, :, None] * y[b][None, :, None, :]
            np.add.at(o, (x_blocks[b][:, None], y_blocks[b]), products)
        outputs[0][0] = o


sparse_block_gemv, sparse_block_gemv_inplace = SparseBlockGemv(False), SparseBlockGemv(True)
sparse_block_outer, sparse_block_outer_inplace = SparseBlockOuter(False), SparseBlockOuter(True)


def sparse_block_dot(W: Any, h: Any, inputIdx: Any, b: Any, outputIdx: Any) -> Variable:
    """Return ``b[outputIdx] + h @ W`` for the chosen blocks; see `SparseBlockGemv`.

    Without a batch axis `h` and the indices have one axis less, and the result has a batch of one.
    """
    assert inputIdx.ndim == h.ndim - 1
    assert outputIdx.ndim == inputIdx.ndim
    if h.ndim == 2:
        h = h.dimshuffle("x", 0, 1)
        inputIdx, outputIdx = inputIdx.dimshuffle("x", 0), outputIdx.dimshuffle("x", 0)
    return SparseBlockGemv()(b.take(outputIdx, axis=0), W, h, inputIdx, outputIdx)
