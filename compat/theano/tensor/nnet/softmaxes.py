"""The softmax of each row of a matrix, its logarithm and its gradient."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytensor.tensor.special as pts
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from ....adopt import adopted
from ...gof.op import Op
from .. import basic as tensor

__all__ = [
    "LogSoftmax",
    "Softmax",
    "SoftmaxGrad",
    "SoftmaxWithBias",
    "logsoftmax",
    "logsoftmax_op",
    "softmax",
    "softmax_grad",
    "softmax_graph",
    "softmax_op",
    "softmax_with_bias",
]


def softmax_rows(x: np.ndarray) -> np.ndarray:
    """Return exp(x) over its sum along each row, without overflow."""
    if x.size == 0:
        return np.zeros_like(x)
    e = np.exp(x - x.max(axis=1, keepdims=True))
    e /= e.sum(axis=1, keepdims=True)
    return e


def _floats(name: str, x: Any, ndims: tuple[int, ...]) -> Variable:
    """Return `x` as a variable of floats with as many axes as one of `ndims`."""
    x = tensor.as_tensor_variable(x)
    if x.type.ndim not in ndims or x.type.dtype not in tensor.float_dtypes:
        wanted = " or ".join(f"{n}-d" for n in ndims)
        raise ValueError(f"{name} must be {wanted} tensor of floats. Got {x.type}")
    return x


def _rows(op: Op, x: Any) -> Variable:
    """Return `x` as a matrix; a vector becomes its only row, with a warning."""
    x = _floats("x", x, (1, 2))
    if x.ndim == 2:
        return x
    warnings.warn(
        f"DEPRECATION: If x is a vector, {type(op).__name__} will not automatically pad x anymore in next "
        "releases. If you need it, please do it manually. The vector case is gonna be supported soon and the "
        "output will be a vector.",
        stacklevel=5,
    )
    return tensor.shape_padleft(x, n_ones=1)


class Softmax(Op):
    """``exp(x) / sum(exp(x))`` of each row; the result is a matrix, also for a vector."""

    nin = nout = 1
    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = _rows(self, x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = softmax_rows(inputs[0])

    def expanded(self, inputs: Any) -> list:
        return [pts.softmax(inputs[0], axis=1)]

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        return [softmax_grad(grads[0], outputs[0])]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        return [None] if None in eval_points else self.L_op(inputs, [self(*inputs)], eval_points)

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        return shapes


class LogSoftmax(Op):
    """The logarithm of `Softmax`, which stays finite where the softmax is 0."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = _rows(self, x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        shifted = x - x.max(axis=1, keepdims=True)
        shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        outputs[0][0] = shifted

    def expanded(self, inputs: Any) -> list:
        return [pts.log_softmax(inputs[0], axis=1)]

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,), (g,) = inputs, grads
        return [g - tensor.sum(g, axis=1, keepdims=True) * softmax_op(x)]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        return [None] if None in eval_points else self.grad(inputs, eval_points)

    def infer_shape(self, node: Apply, shapes: Any) -> Any:
        return shapes


class SoftmaxGrad(Op):
    """``sm * (dy - sum(dy * sm))`` of each row: the gradient of `Softmax` from that of its result `sm`."""

    nin, nout = 2, 1
    __props__ = ()

    def make_node(self, dy: Any, sm: Any) -> Apply:
        dy, sm = _floats("dy", dy, (1, 2)), tensor.as_tensor_variable(sm)
        dy, sm = (tensor.shape_padleft(v, n_ones=1) if v.ndim == 1 else v for v in (dy, sm))
        return Apply(self, [dy, sm], [sm.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        dy, sm = inputs
        d = dy * sm
        d -= d.sum(axis=1, keepdims=True) * sm
        outputs[0][0] = d.astype(sm.dtype, copy=False)

    def expanded(self, inputs: Any) -> list:
        dy, sm = inputs
        d = dy * sm
        return [(d - d.sum(axis=1, keepdims=True) * sm).astype(sm.dtype)]

    def grad(self, inputs: Any, grads: Any) -> list:
        (dy, sm), (g,) = inputs, grads
        along = tensor.sum(g * sm, axis=1, keepdims=True)
        return [sm * (g - along), g * (dy - tensor.sum(dy * sm, axis=1, keepdims=True)) - dy * along]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[1]]


class SoftmaxWithBias(Op):
    """The softmax of each row of ``x + b``."""

    nin, nout = 2, 1
    __props__ = ()

    def make_node(self, x: Any, b: Any) -> Apply:
        x, b = _floats("x", x, (2,)), _floats("b", b, (1,))
        return Apply(self, [x, b], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        x, b = inputs
        if b.shape[0] != x.shape[1]:
            raise ValueError(
                f"b must have same number of columns as x; got {b.shape[0]} for x of shape {x.shape}"
            )
        outputs[0][0] = softmax_rows(x + b).astype(x.dtype, copy=False)

    def expanded(self, inputs: Any) -> list:
        x, b = inputs
        return [pts.softmax(x + b, axis=1).astype(x.dtype)]

    def L_op(self, inputs: Any, outputs: Any, grads: Any) -> list:
        if isinstance(grads[0].type, DisconnectedType):
            return [DisconnectedType()(), DisconnectedType()()]
        dx = softmax_grad(grads[0], outputs[0])
        return [dx, tensor.sum(dx, axis=0)]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]


softmax_op, logsoftmax_op = Softmax(), LogSoftmax()
softmax_grad, softmax_with_bias = SoftmaxGrad(), SoftmaxWithBias()


def softmax(c: Any) -> Variable:
    """Return the softmax of each row of `c`, a matrix; a vector is one row, its result a matrix too."""
    c = tensor.as_tensor_variable(c)
    if c.broadcastable and c.broadcastable[-1]:
        warnings.warn(
            "The softmax is applied on a dimension of shape 1, which does not have a semantic meaning.",
            stacklevel=2,
        )
    return softmax_op(c)


def logsoftmax(c: Any) -> Variable:
    """Return the logarithm of `softmax`."""
    return logsoftmax_op(c)


@adopted
def softmax_graph(c: Any) -> Variable:
    """Return ``exp(c) / exp(c).sum(axis=-1, keepdims=True)``, written out."""
    return tensor.exp(c) / tensor.exp(c).sum(axis=-1, keepdims=True)
