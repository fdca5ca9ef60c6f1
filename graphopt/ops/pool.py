"""Pooling as operations with gradients of every order."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import InvalidValue, ShapeMismatch, unknown_name
from graphopt.ops import pooling as kernels
from graphopt.ops.pooling import Pooling

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pool(x, window, *, stride=None, padding=None, mode="max", partial=False):
    """Return the maximum, sum or average of `x` under a window that slides over its last axes.

    Parameters
    ----------
    x : (..., *image)
    window : sequence of int
        Its size along each of the last axes; as many axes are pooled.
    stride : sequence of int, optional
        How far it moves; its own size if not given, so that windows lie side by side.
    padding : sequence of int, optional
        The border at both ends. It holds no values: only "average_inc_pad" counts its places.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
    partial : bool
        Whether windows that reach over the end of the image count.

    Returns
    -------
    (..., *places)

    Raises
    ------
    ShapeMismatch, InvalidValue
        When window, stride and padding do not have one entry for each axis, or do not fit.
    """
    x, window = pt.as_tensor_variable(x), tuple(map(int, window))
    stride = window if stride is None else tuple(map(int, stride))
    padding = (0,) * len(window) if padding is None else tuple(map(int, padding))
    if not len(window) == len(stride) == len(padding) <= x.ndim:
        raise ShapeMismatch(
            f"pool: window {window}, stride {stride}, padding {padding} for {x.ndim} axes; "
            "expected as many entries in each, and no more than axes."
        )
    if partial and any(padding):
        raise InvalidValue(f"pool: padding {padding} with partial windows; expected one or the other.")
    if mode not in MODES:
        raise unknown_name("pooling mode", mode, MODES)
    return Pool(Pooling(window, stride, padding, partial), mode)(x)


class _Pooling(Op):
    """An operation that is described by a `Pooling` and a mode."""

    __props__ = ("pooling", "mode")

    def __init__(self, pooling: Pooling, mode: str = "max") -> None:
        self.pooling, self.mode = pooling, mode

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = numpy_funcify(self, node)(*inputs)

    def numpy_seconds(self, node) -> float:
        """Return about how long the NumPy kernel takes, for the engine; the sizes are rarely known before."""
        return 1e-3

    def gradients(self, inputs, cotangents, position, make):
        """Return `make(cotangent)` as the gradient of one input; the others have none."""
        if isinstance(cotangents[0].type, DisconnectedType):
            return [DisconnectedType()() for _ in inputs]
        gradients = [variable.zeros_like() for variable in inputs]
        gradients[position] = make(cotangents[0])
        return gradients


class Pool(_Pooling):
    """``x -> y``."""

    def make_node(self, x):
        x = pt.as_tensor_variable(x)
        axes = len(self.pooling.window)
        image = x.type.shape[x.ndim - axes :]
        places = (None,) * axes if None in image else self.pooling.places(image)
        return Apply(self, [x], [pt.tensor(dtype=x.dtype, shape=(*x.type.shape[: x.ndim - axes], *places))])

    def infer_shape(self, fgraph, node, shapes):
        (x,) = shapes
        start = len(x) - len(self.pooling.window)
        return [(*x[:start], *self.pooling.places(x[start:]))]

    def pullback(self, inputs, outputs, cotangents):
        (x,), (y,) = inputs, outputs

        def gradient(dy):
            if self.mode == "max":
                return MaxPoolGradient(self.pooling)(x, y, dy)
            return AveragePoolGradient(self.pooling, self.mode)(x, dy)

        return self.gradients(inputs, cotangents, 0, gradient)


class MaxPoolGradient(_Pooling):
    """``(x, y, dy) -> dx``."""

    def make_node(self, x, y, dy):
        x, y, dy = map(pt.as_tensor_variable, (x, y, dy))
        return Apply(self, [x, y, dy], [pt.tensor(dtype=x.dtype, shape=x.type.shape)])

    def infer_shape(self, fgraph, node, shapes):
        return [shapes[0]]

    def pullback(self, inputs, outputs, cotangents):
        x, y, _ = inputs
        return self.gradients(inputs, cotangents, 2, lambda ddx: PickMax(self.pooling)(x, y, ddx))


class PickMax(_Pooling):
    """``(x, y, values) -> picked``, the transpose of ``MaxPoolGradient``."""

    def make_node(self, x, y, values):
        x, y, values = map(pt.as_tensor_variable, (x, y, values))
        return Apply(self, [x, y, values], [pt.tensor(dtype=x.dtype, shape=y.type.shape)])

    def infer_shape(self, fgraph, node, shapes):
        return [shapes[1]]

    def pullback(self, inputs, outputs, cotangents):
        x, y, _ = inputs
        return self.gradients(inputs, cotangents, 2, lambda dp: MaxPoolGradient(self.pooling)(x, y, dp))


class AveragePoolGradient(_Pooling):
    """``(x, dy) -> dx`` of sums and averages; only the shape of `x` matters."""

    def make_node(self, x, dy):
        x, dy = map(pt.as_tensor_variable, (x, dy))
        return Apply(self, [x, dy], [pt.tensor(dtype=x.dtype, shape=x.type.shape)])

    def infer_shape(self, fgraph, node, shapes):
        return [shapes[0]]

    def pullback(self, inputs, outputs, cotangents):
        return self.gradients(inputs, cotangents, 1, Pool(self.pooling, self.mode))


@numpy_funcify.register(Pool)
def _pool(op, node):
    return {
        "max": lambda x: kernels.max_pool(x, op.pooling),
        "sum": lambda x: kernels.sum_pool(x, op.pooling),
        "average_inc_pad": lambda x: kernels.average_pool(x, op.pooling, True),
        "average_exc_pad": lambda x: kernels.average_pool(x, op.pooling, False),
    }[op.mode]


@numpy_funcify.register(AveragePoolGradient)
def _average_pool_gradient(op, node):
    return {
        "sum": lambda x, dy: kernels.sum_pool_gradient(dy.astype(x.dtype, copy=False), x.shape, op.pooling),
        "average_inc_pad": lambda x, dy: kernels.average_pool_gradient(x, dy, op.pooling, True),
        "average_exc_pad": lambda x, dy: kernels.average_pool_gradient(x, dy, op.pooling, False),
    }[op.mode]


@numpy_funcify.register(MaxPoolGradient)
def _max_pool_gradient(op, node):
    return lambda x, y, dy: kernels.max_pool_gradient(x, y, dy, op.pooling)


@numpy_funcify.register(PickMax)
def _pick_max(op, node):
    return lambda x, y, values: kernels.pick_max(x, y, values, op.pooling)
