"""Elements of an array, each repeated."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from ...adopt import adopted
from ..gof.op import Op
from . import basic as tensor
from . import subtensor
from .accumulating import _normalised


class RepeatOp(Op):
    """Repeat elements along `axis`, of the flattened array when None; see `repeat`."""

    __props__ = ("axis",)

    def __init__(self, axis: int | None = None) -> None:
        self.axis = axis

    def make_node(self, x: Any, repeats: Any) -> Apply:
        x, repeats = tensor.as_tensor_variable(x), tensor.as_tensor_variable(repeats)
        if repeats.dtype not in tensor.integer_dtypes:
            raise TypeError("repeats.dtype must be an integer.")
        if repeats.dtype == "uint64":
            raise TypeError(
                "dtypes ('uint64',) are not supported by numpy.repeat for the 'repeats' parameter, ",
                repeats.dtype,
            )
        pattern = [False] if self.axis is None else list(x.broadcastable)
        if self.axis is not None and not _is_one(repeats):
            pattern[self.axis] = False
        return Apply(self, [x, repeats], [tensor.TensorType(x.dtype, pattern)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, repeats = inputs
        outputs[0][0] = np.repeat(x, repeats=repeats, axis=self.axis)

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [False]]

    def grad(self, inputs: Any, grads: Any) -> list:
        (x, repeats), (g,) = inputs, grads
        axis = 0 if self.axis is None else _normalised(self.axis, x.ndim)
        flat = x.flatten() if self.axis is None else x
        rows = RepeatOp(0)(tensor.arange(flat.shape[axis]), repeats)
        # each element gathers the gradients of its repetitions, along a first axis
        front = [axis, *(i for i in range(flat.ndim) if i != axis)]
        back = [front.index(i) for i in range(flat.ndim)]
        sums = subtensor.inc_subtensor(
            tensor.zeros_like(flat.dimshuffle(front), dtype=g.dtype)[rows], g.dimshuffle(front)
        )
        sums = sums.dimshuffle(back)
        return [sums.reshape(x.shape, ndim=x.ndim) if self.axis is None else sums, DisconnectedType()()]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        shape, repeats = list(shapes[0]), node.inputs[1]
        if self.axis is None:
            size = tensor.prod(tensor.stack(shape)) if shape else tensor.constant(1, dtype="int64")
            return [[size * repeats if repeats.ndim == 0 else tensor.sum(repeats, dtype="int64")]]
        if repeats.ndim == 0:
            shape[self.axis] = shape[self.axis] * repeats
        else:
            shape[self.axis] = tensor.sum(repeats, dtype="int64")
        return [shape]


def _is_one(variable: Variable) -> bool:
    try:
        return bool(tensor.get_scalar_constant_value(variable) == 1)
    except tensor.NotScalarConstantError:
        return False


@adopted
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Variable:
    """Return `x` with its elements repeated along `axis`, of the flattened array when None.

    Parameters
    ----------
    repeats : int, or a vector of one for each element

    Raises
    ------
    ValueError
        If `repeats` has more than one dimension, or `axis` is out of range.
    TypeError
        If the dtype is not supported.
    """
    repeats = tensor.as_tensor_variable(repeats)
    if repeats.ndim > 1:
        raise ValueError("The dimension of repeats should not exceed 1.")
    if repeats.ndim == 1 and not repeats.broadcastable[0]:
        return RepeatOp(axis=axis)(x, repeats)
    if repeats.ndim == 1:
        repeats = repeats[0]
    if x.dtype == "uint64":
        raise TypeError("theano.tensor.repeat don't support dtype uint64")
    if axis is None:
        axis, x = 0, x.flatten()
    elif axis >= x.ndim:
        raise ValueError("Axis should not exceed x.ndim-1.")
    axis = _normalised(axis, x.ndim)
    shape = [x.shape[i] for i in range(x.ndim)]
    wide = [*shape[: axis + 1], repeats, *shape[axis + 1 :]]
    pattern = [*range(axis + 1), "x", *range(axis + 1, x.ndim)]
    shape[axis] = shape[axis] * repeats
    return tensor.alloc(x.dimshuffle(*pattern), *wide).reshape(shape)
