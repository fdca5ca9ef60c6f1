"""Sums, products, extremes and moments over axes."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor.math as ptm
from pytensor.graph.basic import Apply, Constant, Variable

from ...adopt import adopt
from ...front import FrontOp
from ..gof.op import Op
from . import elemwise
from .constants import as_tensor_variable
from .shaping import check_and_normalize_axes, makeKeepDims
from .type import TensorType

__all__ = [
    "Argmax",
    "MaxAndArgmax",
    "Mean",
    "all",
    "any",
    "argmax",
    "argmin",
    "cov",
    "max",
    "max_and_argmax",
    "mean",
    "min",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
]


def _kept(x: Variable, y: Variable, axis: Any, keepdims: bool) -> Variable:
    return makeKeepDims(x, y, axis) if keepdims else y


def _axes(x: Variable, axis: Any) -> Any:
    """Return `axis` in a form that the reductions take: None, or a list of integers, each once."""
    if axis is None or (isinstance(axis, Constant) and axis.data is None):
        return None
    if isinstance(axis, int | np.integer):
        return [int(axis)]
    if isinstance(axis, Variable):
        return check_and_normalize_axes(x, axis)
    return list(dict.fromkeys(int(a) for a in np.atleast_1d(axis)))


def sum(
    input: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None
) -> Variable:
    """Return the sum over `axis`; see `elemwise.Sum` for the dtypes."""
    x = as_tensor_variable(input)
    out = elemwise.Sum(axis=_axes(x, axis), dtype=dtype, acc_dtype=acc_dtype)(x)
    return _kept(x, out, axis, keepdims)


def prod(
    input: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: bool = False,
    acc_dtype: Any = None,
    no_zeros_in_input: bool = False,
) -> Variable:
    """Return the product over `axis`; see `elemwise.Prod`."""
    x = as_tensor_variable(input)
    op = elemwise.Prod(_axes(x, axis), dtype=dtype, acc_dtype=acc_dtype, no_zeros_in_input=no_zeros_in_input)
    return _kept(x, op(x), axis, keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return whether any element over `axis` is nonzero."""
    x = as_tensor_variable(x)
    return _kept(x, elemwise.Any(_axes(x, axis))(x), axis, keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return whether all elements over `axis` are nonzero."""
    x = as_tensor_variable(x)
    return _kept(x, elemwise.All(_axes(x, axis))(x), axis, keepdims)


class Mean(elemwise.CAReduce):
    """The mean over `axis` as one Op, without a gradient; `mean` is what most want."""

    def __init__(self, axis: Any = None) -> None:
        super().__init__(ps.add, axis)
        self.over = self.axis

    def make_node(self, input: Any) -> Apply:
        return mean(as_tensor_variable(input), axis=self.over).owner

    def __call__(self, input: Any, **kwargs: Any) -> Variable:
        return mean(input, axis=self.over)

    def __str__(self) -> str:
        return "Mean" if self.axis is None else f"Mean{{{', '.join(map(str, self.axis))}}}"


def mean(
    input: Any,
    axis: Any = None,
    dtype: Any = None,
    op: bool = False,
    keepdims: bool = False,
    acc_dtype: Any = None,
) -> Variable:
    """Return the mean over `axis`; of integers a float64 unless `dtype` says otherwise.

    Raises
    ------
    NotImplementedError
        If `op` is given together with dtypes or `keepdims`.
    """
    x = as_tensor_variable(input)
    if op and (dtype not in (None, "float64") or acc_dtype not in (None, "float64")):
        raise NotImplementedError(
            "The Mean op does not support the dtype or acc_dtype argument. The op only supports float64 and "
            "automatically casts its input to float64."
        )
    half = "float16" in (x.dtype, dtype) and dtype in (None, "float16")
    total = sum(x, axis, "float32" if half else dtype, keepdims, acc_dtype)
    lengths = x.shape.astype("float32" if total.dtype in ("float32", "complex64") else "float64")
    result = _divided(total, lengths, _axes_from_the_front(x, axis))
    if result is total and total.dtype in ps.discrete_dtypes:  # over no axis
        result = total.astype(lengths.dtype)
    if half:
        result = result.astype("float16")
    result.name = "mean"
    return result


def _axes_from_the_front(x: Variable, axis: Any) -> list[int]:
    return list(range(x.ndim)) if axis is None else [a + x.ndim if a < 0 else a for a in _axes(x, axis)]


def _divided(total: Variable, lengths: Variable, axes: list[int]) -> Variable:
    """Return `total` divided by each of the `lengths` of `axes`, one after the other as Theano did."""
    from .elementwise import true_div

    for axis in axes:
        total = true_div(total, lengths[axis])
    return total


def var(
    input: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> Variable:
    """Return the variance over `axis`, the sum of squares divided by n - `ddof`.

    `corrected` subtracts the rounding error of the mean ("corrected two-pass algorithm").
    """
    if isinstance(ddof, builtins.bool):
        raise ValueError(
            "Parameter keepdims is now at index 3: (input, axis=None, ddof=0, keepdims=False, "
            "corrected=False)"
        )
    x = as_tensor_variable(input)
    axes = _axes_from_the_front(x, axis)
    centered = x - mean(x, axes, keepdims=True)
    two = np.asarray(2, dtype=centered.dtype)
    if ddof == 0:
        result = mean(centered**two, axes, keepdims=keepdims)
        error = mean(centered, axes, keepdims=keepdims) ** 2 if corrected else None
    else:
        free = x.shape - ddof
        result = _divided(sum(centered**two, axes, keepdims=keepdims), free, axes)
        error = (
            _divided(sum(centered, axes, keepdims=keepdims) ** 2, free * x.shape, axes) if corrected else None
        )
    result = result - error if corrected else result
    result.name = "var"
    return result


def std(
    input: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> Variable:
    """Return the square root of `var`."""
    if isinstance(ddof, builtins.bool):
        raise ValueError(
            "Parameter keepdims is now at index 3: (input, axis=None, ddof=0, keepdims=False, "
            "corrected=False)"
        )
    from .elementwise import _elemwise_of

    result = _elemwise_of["sqrt"](var(input, axis, ddof, keepdims, corrected))
    result.name = "std"
    return result


class Argmax(FrontOp, ptm.Argmax):
    """The index of the first largest element over `axis`."""

    stands_for = ptm.Argmax

    def __init__(self, axis: Any) -> None:
        axis = None if axis is None else tuple(axis)
        self.stand_for(ptm.Argmax(axis))

    def make_node(self, x: Any, axis: Any = None) -> Apply:
        return super().make_node(as_tensor_variable(x))


class MaxAndArgmax(Op):
    """The largest elements over `axis`, and the index of each."""

    nin, nout = 2, 2
    __props__ = ("axis",)

    def __init__(self, axis: Any) -> None:
        self.axis = tuple(axis)

    def make_node(self, x: Any) -> Apply:
        x = as_tensor_variable(x)
        pattern = [b for i, b in enumerate(x.type.broadcastable) if i not in self.axis]
        return Apply(
            self,
            [x],
            [TensorType(x.type.dtype, pattern)(name="max"), TensorType("int64", pattern)(name="argmax")],
        )

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        axes = tuple(self.axis)
        outputs[0][0] = np.asarray(np.max(x, axes), dtype=node.outputs[0].dtype)
        kept = [i for i in range(x.ndim) if i not in axes]
        turned = np.transpose(x, (*kept, *axes)).reshape(
            [*[x.shape[i] for i in kept], math.prod(x.shape[i] for i in axes)]
        )
        outputs[1][0] = np.asarray(np.argmax(turned, axis=-1), dtype="int64")

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        lengths = tuple(n for i, n in enumerate(shapes[0]) if i not in self.axis)
        return [lengths, lengths]

    def grad(self, inputs: Any, grads: Any) -> list:
        from ..gradient import DisconnectedType

        (x,) = inputs
        g_max, _ = grads
        if isinstance(g_max.type, DisconnectedType):
            return [x.zeros_like()]
        return [_gradient_of_max(x, g_max, self.axis)]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        """Return what `eval_points` holds where the (first) largest elements are."""
        x, v = inputs[0], eval_points[0]
        if v is None:
            return [None, None]
        if not self.axis:
            return [v, None]
        from .creation import arange
        from .shaping import patternbroadcast

        kept = [i for i in range(x.ndim) if i not in self.axis]
        order = (*kept, *self.axis)
        rows, points = (t.dimshuffle(order).flatten(len(kept) + 1) for t in (x, v))
        rows, points = (t.reshape((-1, t.shape[-1])) for t in (rows, points))
        picked = points[arange(rows.shape[0]), argmax(rows, axis=1)]
        picked = picked.reshape([x.shape[i] for i in kept], ndim=len(kept))
        return [patternbroadcast(picked, [x.type.broadcastable[i] for i in kept]), None]

    def connection_pattern(self, node: Apply) -> list:
        return [[True, False]]


def _gradient_of_max(x: Variable, g: Variable, axes: Any) -> Variable:
    from .elementwise import eq

    largest = makeKeepDims(x, max(x, axis=list(axes)), list(axes))
    return eq(largest, x) * makeKeepDims(x, g, list(axes))


def max_and_argmax(a: Any, axis: Any = None, keepdims: bool = False) -> list[Variable]:
    """Return the largest elements over `axis` and the index of each (into the axes made one)."""
    a = as_tensor_variable(a)
    axes = check_and_normalize_axes(a, axis)
    if not axes:
        axes = list(range(a.type.ndim))
    largest, index = MaxAndArgmax(axes)(a)
    return [_kept(a, largest, axis, keepdims), _kept(a, index, axis, keepdims)]


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return the largest elements over `axis`."""
    x = as_tensor_variable(x)
    axes = check_and_normalize_axes(x, axis) or None
    largest = adopt(ptm.max(x, axis=axes))
    largest.name = "max"
    return _kept(x, largest, axis, keepdims)


def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return the index of the first largest element over `axis`; of the flattened `x` when None."""
    x = as_tensor_variable(x)
    axes = check_and_normalize_axes(x, axis) or None
    return _kept(x, Argmax(axes)(x), axis, keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return the smallest elements over `axis`."""
    x = as_tensor_variable(x)
    return _flipped(x, max(_flipped(x, x), axis=axis, keepdims=keepdims))


def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Variable:
    """Return the index of the first smallest element over `axis`."""
    x = as_tensor_variable(x)
    return argmax(_flipped(x, x), axis=axis, keepdims=keepdims)


def _flipped(x: Variable, y: Variable) -> Variable:
    """Return `y` in the reverse order of the values of `x`'s dtype."""
    from .elementwise import _elemwise_of

    kind = np.dtype(x.dtype).kind
    if kind == "u":
        return np.asarray(np.iinfo(x.dtype).max, dtype=x.dtype) - y
    if kind == "i":
        return np.asarray(-1, dtype=x.dtype) - y  # -y would overflow at the smallest integer
    return _elemwise_of["invert"](y) if kind == "b" else -y


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Variable:
    """Return the covariance matrix of the rows of `m` (of its columns unless `rowvar`), as `numpy.cov`."""
    return adopt(ptm.cov(m, y, rowvar, bias, ddof, fweights, aweights))


def ptp(a: Any, axis: Any = None) -> Variable:
    """Return the largest minus the smallest element over `axis`."""
    a = as_tensor_variable(a)
    return max(a, axis) - min(a, axis)
