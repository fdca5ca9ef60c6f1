"""Inverses of tensors, and tensor equations solved."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from .. import scalar
from ..gof.op import Op
from . import basic as tensor


class TensorInv(Op):
    """The inverse of an array with respect to `tensordot` over `ind` axes; see `tensorinv`."""

    _numop = staticmethod(np.linalg.tensorinv)
    __props__ = ("ind",)

    def __init__(self, ind: int = 2) -> None:
        self.ind = ind

    def make_node(self, a: Any) -> Apply:
        a = tensor.as_tensor_variable(a)
        pattern = a.broadcastable[self.ind :] + a.broadcastable[: self.ind]
        return Apply(self, [a], [tensor.TensorType(a.dtype, pattern)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self._numop(inputs[0], self.ind)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0][self.ind :] + shapes[0][: self.ind]]


def tensorinv(a: Any, ind: int = 2) -> Variable:
    """Return the inverse of `a`, seen as a matrix of its first `ind` and its other axes."""
    return TensorInv(ind)(a)


class TensorSolve(Op):
    """The solution x of ``tensordot(a, x) = b``; see `tensorsolve`."""

    _numop = staticmethod(np.linalg.tensorsolve)
    __props__ = ("axes",)

    def __init__(self, axes: Any = None) -> None:
        self.axes = tuple(axes) if isinstance(axes, list) else axes

    def make_node(self, a: Any, b: Any) -> Apply:
        a, b = tensor.as_tensor_variable(a), tensor.as_tensor_variable(b)
        kind = tensor.TensorType(scalar.upcast(a.dtype, b.dtype), (False,) * (a.ndim - b.ndim))
        return Apply(self, [a, b], [kind()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = self._numop(*inputs, self.axes)


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Variable:
    """Return x of ``tensordot(a, x, x.ndim) = b``, the `axes` of `a` moved to its end first."""
    return TensorSolve(axes)(a, b)
