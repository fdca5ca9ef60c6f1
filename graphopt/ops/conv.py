"""Convolution of images with any number of axes, as operations with gradients of every order."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.ops.correlation import Correlation
from graphopt.ops.sliding import Sliding


def conv(x, W, *, border="valid", stride=1, dilation=1, groups=1, flip=False, unshared=False):
    """Return the correlation of images with kernels, what neural networks call a convolution.

    Parameters
    ----------
    x : (B, C, *image)
        Images with one axis or more.
    W : (O, C / groups, *kernel)
        Kernels; when `unshared`, (O, *places, C / groups, *kernel).
    border : {"valid", "full", "half"}, int, or one entry for each axis
        The zeros around the images: none, all but one of the kernel's length, half of it; or their number,
        or for each axis a number or a pair (before, after).
    stride, dilation : int or one for each axis
        How far the kernel moves, and how far its weights lie apart in the image.
    groups : int
        Into how many parts channels and kernels are divided.
    flip : bool
        Whether the kernels are turned round, as in the mathematical convolution.
    unshared : bool
        Whether each place has kernels of its own.

    Returns
    -------
    (B, O, *places)

    Raises
    ------
    ShapeMismatch
        When the axes, the channels or the sizes do not fit; at the call, or here if static shapes tell.
    InvalidValue, InvalidType
        When an option is not one of those above.
    """
    x, W = pt.as_tensor_variable(x), pt.as_tensor_variable(W)
    if x.ndim < 3:
        raise ShapeMismatch(f"conv: the images have {x.ndim} axes, expected (batch, channels, *image).")
    if groups < 1:
        raise InvalidValue(f"conv: groups is {groups}; expected a number from 1 up.")
    sliding = Sliding.of(x.ndim - 2, border, stride, dilation)
    return Correlate(Correlation(sliding, groups, flip, unshared))(x, W)


class Correlating(Op):
    """An operation that is described by a `Correlation`."""

    __props__ = ("correlation",)

    def __init__(self, correlation: Correlation) -> None:
        self.correlation = correlation

    @property
    def axes(self) -> int:
        return len(self.correlation.sliding.stride)

    def numpy_seconds(self, node) -> float:
        """Return about how long the NumPy kernel takes, for the engine; the sizes are rarely known before."""
        return 2.5e-3

    def _arguments(self, *arrays):
        """Return the arrays as variables of their common float dtype."""
        variables = [pt.as_tensor_variable(v) for v in arrays]
        dtype = np.result_type(*(v.dtype for v in variables))
        if dtype.kind not in "fc":
            if dtype.kind not in "iub":
                raise InvalidType(f"{type(self).__name__}: got {dtype.name}, expected numbers.")
            dtype = np.dtype("float64")
        return [v if v.dtype == dtype.name else v.astype(dtype.name) for v in variables]

    def _check_axes(self, name: str, variable, axes: int) -> None:
        if variable.ndim != axes:
            raise ShapeMismatch(
                f"{type(self).__name__}: {name} has {variable.ndim} axes, expected {axes}; "
                f"its static shape is {variable.type.shape}."
            )

    def _w_axes(self) -> int:
        return 2 + self.axes * (1 + self.correlation.unshared)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.kernel(*inputs).astype(node.outputs[0].dtype, copy=False)


class Correlate(Correlating):
    """``(x, w) -> y``."""

    def make_node(self, x, w):
        x, w = self._arguments(x, w)
        self._check_axes("x", x, 2 + self.axes)
        self._check_axes("w", w, self._w_axes())
        image, kernel = x.type.shape[2:], w.type.shape[-self.axes :]
        places = (None,) * self.axes
        if None not in (*image, *kernel):
            places = self.correlation.sliding.window(image, kernel).places
        shape = (x.type.shape[0], w.type.shape[0], *places)
        return Apply(self, [x, w], [pt.tensor(dtype=x.dtype, shape=shape)])

    @property
    def kernel(self):
        return self.correlation.forward

    def infer_shape(self, fgraph, node, shapes):
        x, w = shapes
        return [(x[0], w[0], *self.correlation.sliding.places(x[2:], w[-self.axes :]))]

    def pullback(self, inputs, outputs, cotangents):
        x, w = inputs
        (dy,) = cotangents
        if isinstance(dy.type, DisconnectedType):
            return [DisconnectedType()(), DisconnectedType()()]
        return [
            CorrelateInputGradient(self.correlation)(w, dy, x.shape[2:]),
            CorrelateWeightGradient(self.correlation)(x, dy, w.shape[-self.axes :]),
        ]


class CorrelateWeightGradient(Correlating):
    """``(x, dy, kernel size) -> dw``."""

    def make_node(self, x, dy, kernel):
        x, dy = self._arguments(x, dy)
        self._check_axes("x", x, 2 + self.axes)
        self._check_axes("dy", dy, 2 + self.axes)
        channels = x.type.shape[1]
        shape = (
            dy.type.shape[1],
            *(dy.type.shape[2:] if self.correlation.unshared else ()),
            None if channels is None else channels // self.correlation.groups,
            *(None,) * self.axes,
        )
        return Apply(self, [x, dy, _sizes(kernel)], [pt.tensor(dtype=x.dtype, shape=shape)])

    @property
    def kernel(self):
        return self.correlation.weight_gradient

    def infer_shape(self, fgraph, node, shapes):
        x, dy, _ = shapes
        kernel = [node.inputs[2][k] for k in range(self.axes)]
        places = dy[2:] if self.correlation.unshared else ()
        return [(dy[1], *places, x[1] // self.correlation.groups, *kernel)]

    def connection_pattern(self, node):
        return [[True], [True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        x, dy, _ = inputs
        (dw,) = cotangents
        if isinstance(dw.type, DisconnectedType):
            return [DisconnectedType()() for _ in inputs]
        return [
            CorrelateInputGradient(self.correlation)(dw, dy, x.shape[2:]),
            Correlate(self.correlation)(x, dw),
            DisconnectedType()(),
        ]


class CorrelateInputGradient(Correlating):
    """``(w, dy, image size) -> dx``."""

    def make_node(self, w, dy, image):
        w, dy = self._arguments(w, dy)
        self._check_axes("w", w, self._w_axes())
        self._check_axes("dy", dy, 2 + self.axes)
        channels = w.type.shape[-self.axes - 1]
        channels = None if channels is None else channels * self.correlation.groups
        shape = (dy.type.shape[0], channels, *(None,) * self.axes)
        return Apply(self, [w, dy, _sizes(image)], [pt.tensor(dtype=w.dtype, shape=shape)])

    @property
    def kernel(self):
        return self.correlation.input_gradient

    def infer_shape(self, fgraph, node, shapes):
        w, dy, _ = shapes
        image = [node.inputs[2][k] for k in range(self.axes)]
        return [(dy[0], w[-self.axes - 1] * self.correlation.groups, *image)]

    def connection_pattern(self, node):
        return [[True], [True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        w, dy, _ = inputs
        (dx,) = cotangents
        if isinstance(dx.type, DisconnectedType):
            return [DisconnectedType()() for _ in inputs]
        return [
            CorrelateWeightGradient(self.correlation)(dx, dy, w.shape[-self.axes :]),
            Correlate(self.correlation)(dx, w),
            DisconnectedType()(),
        ]


def _sizes(sizes):
    """Return sizes as a vector of integers."""
    return pt.as_tensor_variable(sizes).astype("int64")


@numpy_funcify.register(Correlating)
def _correlating_kernel(op, node):
    return op.kernel
