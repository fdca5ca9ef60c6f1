"""The pooling Ops, whose window, stride and padding are inputs, and their gradients."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable

from graphopt.engine.lines.linker import native_funcify
from graphopt.ops.kernels.pool import compiled_pool
from graphopt.ops.pool import MaxPoolGradient, PickMax
from graphopt.ops.pooling import (
    Pooling,
    average_pool,
    average_pool_gradient,
    max_pool,
    max_pool_gradient,
    pick_first_max,
    pick_max,
    sum_pool,
    sum_pool_gradient,
)

from ...gof.op import OpenMPOp
from .. import basic as tensor
from .pool_arguments import MODES, out_shape, renamed


class _Pooling(OpenMPOp):
    """What all have in common: the last inputs are window, stride and padding, vectors of `ndim` integers."""

    __props__ = ("ignore_border", "mode", "ndim")
    ndim, openmp = 2, False  # of old pickles

    def numpy_seconds(self, node: Apply) -> float:
        """Return about how long a call takes, for the engine; shapes are not known before."""
        return 1e-3

    def window(self, ws: Any, stride: Any, pad: Any) -> list[Variable]:
        """Return window, stride and padding as vectors of integers.

        Raises
        ------
        NotImplementedError
            If the padding is not smaller than the window, or comes with borders that are not ignored.
        TypeError
            If they are not integers.
        """
        stride = ws if stride is None else stride
        pad = (0,) * self.ndim if pad is None else pad
        if self.checks_padding and isinstance(pad, tuple | list):
            if max(pad) != 0 and not self.ignore_border:
                raise NotImplementedError("padding works only with ignore_border=True")
            if isinstance(ws, tuple | list) and any(p >= w for p, w in zip(pad, ws)):
                raise NotImplementedError("padding must be smaller than strides")
        vectors = [tensor.as_tensor_variable(v) for v in (ws, stride, pad)]
        for name, vector in zip(("Pool downsample", "Stride", "Padding"), vectors):
            assert vector.ndim == 1
            if vector.dtype not in tensor.int_dtypes:
                raise TypeError(f"{name} parameters must be ints.")
        return vectors

    checks_padding = True

    def pooling(self, *sizes: np.ndarray) -> Pooling:
        """Return the numeric form for values of window, stride and padding."""
        if not sizes:  # nodes of old pickles have them in the Op
            sizes = tuple(map(np.array, (self.ds, self.st, self.padding)))
        assert all(size.shape == (self.ndim,) for size in sizes)
        if any(sizes[2]) and not self.ignore_border:
            raise ValueError("padding must be zero when ignore border is False")
        return Pooling(*(tuple(map(int, size)) for size in sizes), partial=not self.ignore_border)

    def perform(self, node: Apply, inp: Sequence, out: Sequence) -> None:
        result = self.values(self.pooling(*inp[self.n_arrays :]), *inp[: self.n_arrays])
        out[0][0] = result.astype(node.outputs[0].type.dtype, copy=False)

    n_arrays: int

    def connection_pattern(self, node: Apply) -> list:
        return [[True]] * self.n_arrays + [[False]] * (len(node.inputs) - self.n_arrays)

    def disconnected(self, inputs: Sequence) -> list:
        """Return the gradients of window, stride and padding."""
        return [DisconnectedType()() for _ in inputs[self.n_arrays :]]


def _checked_mode(mode: str) -> str:
    mode = "max" if mode == "max_deterministic" else mode
    if mode not in MODES:
        raise ValueError(
            "Pool mode parameter only support 'max', 'sum', 'average_inc_pad' and 'average_exc_pad'. "
            f"Got {mode}"
        )
    return mode


class _Shaped(_Pooling):
    """What `Pool` and its gradients share: the shape of what is pooled, from sizes under old names too."""

    where_named = ""
    counts_zeros = False  # as a padding that is given

    @classmethod
    def out_shape(
        cls,
        imgshape: Sequence,
        ws: Any = None,
        ignore_border: bool = False,
        stride: Any = None,
        pad: Any = None,
        ndim: int = 2,
        ds: Any = None,
        st: Any = None,
        padding: Any = None,
    ) -> list:
        """Return the shape of the result for images of shape `imgshape`, numbers or expressions."""
        none = None if cls.counts_zeros else (0,) * (ndim or 2)
        ws, stride, pad = renamed(ws, ds, stride, st, pad, padding, none=none, depth=3, where=cls.where_named)
        return out_shape(imgshape, ws, ignore_border, stride, pad, ndim)


class Pool(_Shaped):
    """``(x, window[, stride][, padding]) -> y``

    Parameters
    ----------
    ignore_border : bool
        Whether windows that reach over the end are left out.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
    ndim : int
        How many axes, the last ones, are pooled.
    """

    n_arrays = 1

    def __init__(
        self, ignore_border: bool = False, mode: str = "max", ndim: int = 2, openmp: bool | None = None
    ) -> None:
        super().__init__(openmp=openmp)
        self.ignore_border, self.mode, self.ndim = ignore_border, _checked_mode(mode), ndim

    def make_node(self, x: Any, ws: Any, stride: Any = None, pad: Any = None) -> Apply:
        x = tensor.as_tensor_variable(x)
        sizes = self.window(ws, stride, pad)
        if x.type.ndim < self.ndim:
            raise TypeError()
        batch = x.broadcastable[: x.ndim - self.ndim]
        return Apply(self, [x, *sizes], [tensor.TensorType(x.dtype, batch + (False,) * self.ndim)()])

    def values(self, pooling: Pooling, x: np.ndarray) -> np.ndarray:
        if self.mode == "max":
            return max_pool(x, pooling)
        if self.mode == "sum":
            return sum_pool(x, pooling)
        return average_pool(x, pooling, self.mode == "average_inc_pad")

    def infer_shape(self, node: Apply, in_shapes: Sequence) -> list:
        ws, stride, pad = node.inputs[1:]
        return [out_shape(in_shapes[0], ws, self.ignore_border, stride, pad, self.ndim)]

    def L_op(self, inputs: Sequence, outputs: Sequence, grads: Sequence) -> list:
        x, *sizes = inputs
        options = {"ndim": self.ndim, "ignore_border": self.ignore_border}
        if self.mode == "max":
            gx = MaxPoolGrad(**options)(x, outputs[0], grads[0], *sizes)
        else:
            gx = AveragePoolGrad(mode=self.mode, **options)(x, grads[0], *sizes)
        return [gx, *self.disconnected(inputs)]

    def R_op(self, inputs: Sequence, eval_points: Sequence) -> list:
        if eval_points[0] is None:
            return [None]
        x, *sizes = inputs
        if self.mode != "max":
            return [self(eval_points[0], *sizes)]
        pick = DownsampleFactorMaxGradGrad(self.ignore_border, self.mode, self.ndim)
        return [pick(x, self(*inputs), eval_points[0], *sizes)]


class PoolGrad(_Shaped):
    """The base of the gradients of `Pool`."""

    checks_padding = False
    where_named = " in PoolGrad"
    counts_zeros = True

    def __init__(
        self, ignore_border: bool, mode: str = "max", ndim: int = 2, openmp: bool | None = None
    ) -> None:
        super().__init__(openmp=openmp)
        self.ignore_border, self.mode, self.ndim = ignore_border, _checked_mode(mode), ndim

    def arrays(self, *arrays: Any) -> list[Variable]:
        """Return the arrays as variables with as many axes each."""
        variables = [tensor.as_tensor_variable(v) for v in arrays]
        assert len({v.ndim for v in variables}) == 1
        assert variables[0].ndim >= self.ndim
        return variables

    def infer_shape(self, node: Apply, in_shapes: Sequence) -> list:
        return [in_shapes[0]]


class MaxPoolGrad(PoolGrad):
    """``(x, y, dC/dy, window[, stride][, padding]) -> dC/dx``; each of equal maxima gets all of it."""

    n_arrays = 3

    def __init__(self, ignore_border: bool, ndim: int = 2, openmp: bool | None = None) -> None:
        super().__init__(ignore_border, "max", ndim, openmp)

    def make_node(self, x: Any, maxout: Any, gz: Any, ws: Any, stride: Any = None, pad: Any = None) -> Apply:
        x, maxout, gz = self.arrays(x, maxout, gz)
        return Apply(self, [x, maxout, gz, *self.window(ws, stride, pad)], [x.type()])

    def values(self, pooling: Pooling, x: np.ndarray, maxout: np.ndarray, gz: np.ndarray) -> np.ndarray:
        return max_pool_gradient(x, maxout, gz, pooling)

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        x, maxout, _, *sizes = inp
        pick = DownsampleFactorMaxGradGrad(self.ignore_border, ndim=self.ndim)
        return [
            tensor.zeros_like(x),
            tensor.zeros_like(maxout),
            pick(x, maxout, grads[0], *sizes),
            *self.disconnected(inp),
        ]


class AveragePoolGrad(PoolGrad):
    """``(x, dC/dy, window[, stride][, padding]) -> dC/dx`` of sums and averages."""

    n_arrays = 2

    def __init__(self, ignore_border: bool, mode: str = "average_inc_pad", ndim: int = 2) -> None:
        assert mode in MODES[1:]
        super().__init__(ignore_border, mode, ndim)

    def make_node(
        self, x: Any, gz: Any, ws: Any, stride: Any = None, pad: Any = None, dummy: Any = None
    ) -> Apply:
        x, gz = self.arrays(x, gz)
        return Apply(self, [x, gz, *self.window(ws, stride, pad)], [x.type()])

    def values(self, pooling: Pooling, x: np.ndarray, gz: np.ndarray) -> np.ndarray:
        if self.mode == "sum":
            return sum_pool_gradient(gz, x.shape, pooling)
        return average_pool_gradient(x, gz, pooling, self.mode == "average_inc_pad")

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        x, _, *sizes = inp
        pool = Pool(self.ignore_border, self.mode, self.ndim)
        return [tensor.zeros_like(x), pool(grads[0], *sizes), *self.disconnected(inp)]


class DownsampleFactorMaxGradGrad(_Pooling):
    """``(x, y, values, window[, stride][, padding]) -> sums of the values where x is the maximum y``"""

    n_arrays = 3

    def __init__(
        self, ignore_border: bool, mode: str = "max", ndim: int = 2, openmp: bool | None = None
    ) -> None:
        super().__init__(openmp=openmp)
        assert mode == "max"
        self.ignore_border, self.mode, self.ndim = ignore_border, mode, ndim

    def make_node(self, x: Any, maxout: Any, gz: Any, ws: Any, stride: Any = None, pad: Any = None) -> Apply:
        x, maxout, gz = (tensor.as_tensor_variable(v) for v in (x, maxout, gz))
        assert x.ndim == maxout.ndim == gz.ndim >= self.ndim
        return Apply(self, [x, maxout, gz, *self.window(ws, stride, pad)], [x.type()])

    def values(self, pooling: Pooling, x: np.ndarray, maxout: np.ndarray, gz: np.ndarray) -> np.ndarray:
        return pick_max(x, maxout, gz, pooling)

    def infer_shape(self, node: Apply, in_shapes: Sequence) -> list:
        return [in_shapes[1]]

    def grad(self, inp: Sequence, grads: Sequence) -> list:
        x, maxout, _, *sizes = inp
        return [
            tensor.zeros_like(x),
            tensor.zeros_like(maxout),
            MaxPoolGrad(self.ignore_border, self.ndim)(x, maxout, grads[0], *sizes),
            *self.disconnected(inp),
        ]


class MaxPoolRop(_Pooling):
    """``(x, direction, window[, stride][, padding]) -> the direction at the first maximum of each window``"""

    n_arrays = 2

    def __init__(
        self, ignore_border: bool = False, mode: str = "max", ndim: int = 2, openmp: bool | None = None
    ) -> None:
        super().__init__(openmp=openmp)
        assert mode == "max"
        self.ignore_border, self.mode, self.ndim = ignore_border, mode, ndim

    def make_node(self, x: Any, eval_point: Any, ws: Any, stride: Any = None, pad: Any = None) -> Apply:
        x, eval_point = tensor.as_tensor_variable(x), tensor.as_tensor_variable(eval_point)
        sizes = self.window(ws, stride, pad)
        if x.type.ndim < self.ndim:
            raise TypeError()
        batch = x.broadcastable[: x.ndim - self.ndim]
        output = tensor.TensorType(eval_point.dtype, batch + (False,) * self.ndim)
        return Apply(self, [x, eval_point, *sizes], [output()])

    def values(self, pooling: Pooling, x: np.ndarray, eval_point: np.ndarray) -> np.ndarray:
        return pick_first_max(x, eval_point, pooling)


#: Op -> the numeric operation whose compiled form serves it
_TWINS = {MaxPoolGrad: MaxPoolGradient, DownsampleFactorMaxGradGrad: PickMax}


@native_funcify.register(MaxPoolGrad)
@native_funcify.register(DownsampleFactorMaxGradGrad)
def _compiled(op: _Pooling, node: Apply) -> Callable:
    """Return the Op's values by native code, or by NumPy where there is none."""
    dtype = node.inputs[0].type.dtype

    @functools.lru_cache(maxsize=16)
    def twin(pooling: Pooling) -> Callable:
        return compiled_pool(_TWINS[type(op)], pooling, dtype) or functools.partial(op.values, pooling)

    def run(x, maxout, given, *sizes):
        return twin(op.pooling(*sizes))(x, maxout, given)

    return run
