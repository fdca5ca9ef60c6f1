"""Running sums, repetition, counting, diagonals, index arithmetic and other functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor.extra_ops as ptx
from pytensor.gradient import DisconnectedType, grad_undefined
from pytensor.graph.basic import Apply, Variable

from ...adopt import adopted
from ...front import Front, FrontOp
from .. import scalar
from ..gof.op import Op
from . import basic as tensor
from . import subtensor

__all__ = [
    "Bartlett",
    "CpuContiguous",
    "CumOp",
    "CumprodOp",
    "CumsumOp",
    "DiffOp",
    "FillDiagonal",
    "FillDiagonalOffset",
    "RavelMultiIndex",
    "RepeatOp",
    "SearchsortedOp",
    "Unique",
    "UnravelIndex",
    "bartlett",
    "bincount",
    "compress",
    "cpu_contiguous",
    "cumprod",
    "cumsum",
    "diff",
    "fill_diagonal",
    "fill_diagonal_offset",
    "ravel_multi_index",
    "repeat",
    "searchsorted",
    "squeeze",
    "to_one_hot",
    "unravel_index",
]


def _without_arguments(plain: type, doc: str) -> type:
    """Return the front of an operation whose constructor takes nothing."""
    body = {"stands_for": plain, "plain": plain(), "__doc__": doc, "__module__": __name__}
    return Front(plain.__name__, (FrontOp, plain), body)


def _normalised(axis: int, ndim: int) -> int:
    return axis + ndim if axis < 0 else axis


# ------------------------------------------------------------------------------- memory layout and searching

CpuContiguous = _without_arguments(ptx.CpuContiguous, "The same array, in C order in memory.")
cpu_contiguous = CpuContiguous()


class SearchsortedOp(FrontOp, ptx.SearchsortedOp):
    """Where values would be inserted in a sorted vector; see `searchsorted`."""

    stands_for = ptx.SearchsortedOp

    def __init__(self, side: str = "left") -> None:
        super().__init__(side)
        self.plain = ptx.SearchsortedOp(side)


def searchsorted(x: Any, v: Any, side: str = "left", sorter: Any = None) -> Variable:
    """Return where each of `v` would be inserted in the sorted vector `x`, as `numpy.searchsorted`."""
    return SearchsortedOp(side=side)(x, v, sorter)


# ---------------------------------------------------------------------------- running sums and differences


class CumOp(FrontOp, ptx.CumOp):
    """The running sum ("add") or product ("mul") along `axis`, of the flattened array when None."""

    stands_for = ptx.CumOp

    def __init__(self, axis: int | None = None, mode: str = "add") -> None:
        super().__init__(0, mode)
        self.axis = axis

    @property
    def plain(self) -> ptx.CumOp:
        return ptx.CumOp(self.axis or 0, self.mode)

    def make_node(self, x: Any) -> Apply:
        x = tensor.as_tensor_variable(x)
        if self.axis is None:
            x = x.flatten() if x.ndim != 1 else x
            axis = 0
        else:
            if self.axis >= x.ndim or self.axis < -x.ndim:
                raise ValueError(f"axis(={self.axis}) out of bounds")
            axis = _normalised(self.axis, x.ndim)
        return CumOp(axis, self.mode)._plain_node(x)

    def _plain_node(self, x: Variable) -> Apply:
        return super().make_node(x)

    def __str__(self) -> str:
        return f"CumOp{{{self.axis}, {self.mode}}}"


def _cum_op(mode: str) -> type:
    """Return the class of old programs and pickles that is a `CumOp` of this mode."""

    def make(kind: type, axis: int | None = None) -> CumOp:
        return CumOp(axis, mode)

    return type("Cumsum" if mode == "add" else "Cumprod", (), {"__new__": make, "__module__": __name__})


CumsumOp, CumprodOp = _cum_op("add"), _cum_op("mul")


def cumsum(x: Any, axis: int | None = None) -> Variable:
    """Return the running sum along `axis`, of the flattened array when None."""
    return CumOp(axis=axis, mode="add")(x)


def cumprod(x: Any, axis: int | None = None) -> Variable:
    """Return the running product along `axis`, of the flattened array when None."""
    return CumOp(axis=axis, mode="mul")(x)


class DiffOp(Op):
    """The `n`-th differences of neighbours along `axis`."""

    __props__ = ("n", "axis")

    def __init__(self, n: int = 1, axis: int = -1) -> None:
        self.n, self.axis = n, axis
        if n == 0:
            self.view_map = {0: [0]}

    def make_node(self, x: Any) -> Apply:
        x = tensor.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = np.diff(inputs[0], n=self.n, axis=self.axis)

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,), (g,) = inputs, grads
        lengths = [x.shape[i] for i in range(x.ndim)]
        lengths[self.axis] = 1
        zero = tensor.alloc(np.zeros((), g.dtype), *lengths)
        for _ in range(self.n):
            g = tensor.concatenate([zero, g], axis=self.axis) - tensor.concatenate([g, zero], axis=self.axis)
        return [g]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        shape = list(shapes[0])
        shape[self.axis] = tensor.maximum(shape[self.axis] - self.n, 0)
        return [shape]


def diff(x: Any, n: int = 1, axis: int = -1) -> Variable:
    """Return the `n`-th differences of neighbours along `axis`, as `numpy.diff`."""
    return DiffOp(n=n, axis=axis)(x)


# ------------------------------------------------------------------------------------ counting and choosing


@adopted
def bincount(x: Any, weights: Any = None, minlength: Any = None, assert_nonneg: bool = False) -> Variable:
    """Return how often each number occurs in the vector of integers `x`, or the sum of its `weights`.

    Parameters
    ----------
    minlength : int, optional
        The result has at least so many entries.
    assert_nonneg : bool
        Whether a negative number is an error when called.

    Raises
    ------
    TypeError
        If `x` is not a vector.
    """
    if x.ndim != 1:
        raise TypeError("Inputs must be of dimension 1.")
    if assert_nonneg:
        from .opt import Assert

        x = Assert("Input to bincount has negative values!")(x, tensor.all(x >= 0))
    length = tensor.cast(x.max() + 1, "int64")
    if minlength is not None:
        length = tensor.maximum(length, minlength)
    counts = tensor.zeros([length], dtype=x.dtype if weights is None else weights.dtype)
    return subtensor.advanced_inc_subtensor1(counts, 1 if weights is None else weights, x)


@adopted
def squeeze(x: Any) -> Variable:
    """Return `x` without the axes known to have length 1."""
    return x.dimshuffle([i for i in range(x.ndim) if not x.broadcastable[i]])


@adopted
def compress(condition: Any, x: Any, axis: int | None = None) -> Variable:
    """Return the slices of `x` along `axis` where `condition` is true."""
    return x.take(tensor.flatnonzero(condition), axis=axis)


class Unique(FrontOp, ptx.Unique):
    """The sorted distinct elements, and on request where they are, the way back and how many there are."""

    stands_for = ptx.Unique

    def __init__(
        self,
        return_index: bool = False,
        return_inverse: bool = False,
        return_counts: bool = False,
        axis: int | None = None,
    ) -> None:
        super().__init__(return_index, return_inverse, return_counts)
        self.axis = axis

    @property
    def plain(self) -> ptx.Unique:
        return ptx.Unique(self.return_index, self.return_inverse, self.return_counts, self.axis)

    def make_node(self, x: Any) -> Apply:
        x = tensor.as_tensor_variable(x)
        axis = self.axis
        if axis is not None:
            axis = _normalised(axis, x.ndim)
            if axis < 0 or axis >= x.ndim:
                raise RuntimeError(f"Unique axis `{self.axis}` is outside of input ndim = {x.ndim}.")
        return Unique(self.return_index, self.return_inverse, self.return_counts, axis)._plain_node(x)

    def _plain_node(self, x: Variable) -> Apply:
        return super().make_node(x)


# ---------------------------------------------------------------------------------------------- repetition


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


# ---------------------------------------------------------------------------------- windows and diagonals


class Bartlett(Op):
    """The Bartlett (triangular) window of `M` points, float64."""

    __props__ = ()

    def make_node(self, M: Any) -> Apply:
        M = tensor.as_tensor_variable(M)
        if M.ndim != 0:
            raise TypeError("Bartlett only works on scalar input")
        if M.dtype not in tensor.integer_dtypes:
            raise TypeError("Bartlett only works on integer input")
        return Apply(self, [M], [tensor.dvector()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = np.bartlett(inputs[0])

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [[tensor.maximum(node.inputs[0], 0)]]

    def grad(self, inputs: Any, grads: Any) -> list:
        return [inputs[0].zeros_like(dtype="float64")]


bartlett_ = Bartlett()


def bartlett(M: Any) -> Variable:
    """Return the Bartlett window of `M` points, as `numpy.bartlett`."""
    return bartlett_(M)


def _same_dtype(name: str, a: Variable, val: Variable) -> Variable:
    """Return `val` cast to the dtype of `a`, if that holds it."""
    if scalar.upcast(a.dtype, val.dtype) != a.dtype:
        raise TypeError(f"{name}: type of second parameter must be the same as the first's")
    return tensor.cast(val, a.dtype)


class FillDiagonal(Op):
    """`a` with its main diagonal set to `val`; in a tall matrix no second diagonal is filled."""

    __props__ = ()

    def make_node(self, a: Any, val: Any) -> Apply:
        a, val = tensor.as_tensor_variable(a), tensor.as_tensor_variable(val)
        if a.ndim < 2:
            raise TypeError("FillDiagonal: first parameter must have at least two dimensions")
        if val.ndim != 0:
            raise TypeError("FillDiagonal: second parameter must be a scalar")
        return Apply(self, [a, _same_dtype("FillDiagonal", a, val)], [a.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        a = inputs[0].copy()
        np.fill_diagonal(a, inputs[1])
        outputs[0][0] = a

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]

    def grad(self, inputs: Any, grads: Any) -> list:
        (a, _), (g,) = inputs, grads
        if a.dtype.startswith("complex"):
            return [None, None]
        if a.ndim > 2:
            raise NotImplementedError("FillDiagonal: gradient is currently implemented for matrices only")
        from .nlinalg import diag

        return [fill_diagonal(g, 0), diag(g).sum()]


fill_diagonal_ = FillDiagonal()


def fill_diagonal(a: Any, val: Any) -> Variable:
    """Return a copy of `a` with its main diagonal set to the number `val`."""
    return fill_diagonal_(a, val)


class FillDiagonalOffset(Op):
    """The matrix `a` with the diagonal `offset` above (below, if negative) the main one set to `val`."""

    __props__ = ()

    def make_node(self, a: Any, val: Any, offset: Any) -> Apply:
        a, val, offset = (tensor.as_tensor_variable(v) for v in (a, val, offset))
        if a.ndim != 2:
            raise TypeError("FillDiagonalOffset: first parameter must have exactly two dimensions")
        if val.ndim != 0:
            raise TypeError("FillDiagonalOffset: second parameter must be a scalar")
        if offset.ndim != 0:
            raise TypeError("FillDiagonalOffset: third parameter must be a scalar")
        val = _same_dtype("FillDiagonalOffset", a, val)
        if offset.dtype not in tensor.integer_dtypes:
            raise TypeError(
                "FillDiagonalOffset: type of third parameter must be as integer "
                "use theano.tensor.cast( input, 'int32/int64')"
            )
        return Apply(self, [a, val, offset], [a.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        a, offset = inputs[0].copy(), int(inputs[2])
        np.einsum("ii->i", _square_at(a, offset))[...] = inputs[1]
        outputs[0][0] = a

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]

    def grad(self, inputs: Any, grads: Any) -> list:
        (a, _, offset), (g,) = inputs, grads
        if a.dtype.startswith("complex"):
            return [None, None, None]
        kept = fill_diagonal_offset(g, 0, offset)
        reason = (
            "offset is not defined for non-integer offset so "
            "fill_diagonal_offset(a,val,offset+eps) is undefined"
        )
        return [kept, (g - kept).sum(), grad_undefined(self, 2, offset, reason)]


def _square_at(a: np.ndarray, offset: int) -> np.ndarray:
    """Return the view of `a` whose main diagonal is the diagonal `offset` of `a`."""
    part = a[:, offset:] if offset >= 0 else a[-offset:]
    n = min(part.shape)
    return part[:n, :n]


fill_diagonal_offset_ = FillDiagonalOffset()


def fill_diagonal_offset(a: Any, val: Any, offset: Any) -> Variable:
    """Return a copy of the matrix `a` with the diagonal `offset` set to the number `val`."""
    return fill_diagonal_offset_(a, val, offset)


@adopted
def to_one_hot(y: Any, nb_class: Any, dtype: str | None = None) -> Variable:
    """Return the matrix whose row i is 1 at the label ``y[i]`` and 0 elsewhere."""
    zeros = tensor.zeros((y.shape[0], nb_class), dtype=dtype)
    return subtensor.set_subtensor(zeros[tensor.arange(y.shape[0]), y], 1)


# ---------------------------------------------------------------------------------------- index arithmetic


def _integers(*variables: Variable) -> None:
    for variable in variables:
        if variable.dtype not in tensor.int_dtypes:
            raise TypeError(f"'{variable.dtype}' object cannot be interpreted as an index")
    if variables[-1].ndim != 1:
        raise TypeError("dims must be a 1D array")


class UnravelIndex(Op):
    """``(flat indices, dims) ->`` an array of indices for each of `ndim` axes.

    `order` is kept for old programs: as under Theano, indices are counted in C order whatever it says.
    """

    __props__ = ("ndim", "order")

    def __init__(self, ndim: int, order: str = "C") -> None:
        assert order in ("C", "F")
        if not isinstance(ndim, int) or ndim < 1:
            raise ValueError("ndim must be an integer greater than 0")
        self.ndim, self.order = ndim, order

    def make_node(self, indices: Any, dims: Any) -> Apply:
        indices, dims = tensor.as_tensor_variable(indices), tensor.as_tensor_variable(dims)
        _integers(indices, dims)
        kind = tensor.TensorType("int64", (False,) * indices.ndim)
        return Apply(self, [indices, dims], [kind() for _ in range(self.ndim)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        results = np.unravel_index(*inputs)
        assert len(results) == len(outputs)
        for cell, value in zip(outputs, results):
            cell[0] = np.array(value, dtype="int64")

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]] * len(node.outputs)


def unravel_index(indices: Any, dims: Any, order: str = "C", ndim: int | None = None) -> tuple[Variable, ...]:
    """Return the indices along each axis of an array of shape `dims` for the flat `indices`.

    Parameters
    ----------
    ndim : int, optional
        The length of `dims`, where the graph does not tell.

    Raises
    ------
    ValueError
        If the length of `dims` is neither known nor given.
    """
    if ndim is None:
        try:
            ndim = tensor.get_vector_length(dims)
        except ValueError:
            raise ValueError(
                f"The length of the provided dimension list ({dims}) cannot be automatically determined, so "
                "Theano is not able to know what the number of dimensions of the unraveled index will be. "
                "You can provide the 'ndim' keyword argument to 'unravel_index' to avoid this problem."
            ) from None
    result = UnravelIndex(ndim=ndim, order=order)(indices, dims)
    return (result,) if ndim == 1 else tuple(result)


class RavelMultiIndex(Op):
    """``(index of each axis..., dims) ->`` flat indices; see `ravel_multi_index`."""

    __props__ = ("mode", "order")

    def __init__(self, mode: str = "raise", order: str = "C") -> None:
        assert mode in ("raise", "wrap", "clip")
        assert order in ("C", "F")
        self.mode, self.order = mode, order

    def make_node(self, *inputs: Any) -> Apply:
        inputs = [tensor.as_tensor_variable(i) for i in inputs]
        _integers(*inputs)
        return Apply(self, inputs, [tensor.TensorType("int64", (False,) * inputs[0].ndim)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        *indices, dims = inputs
        flat = np.ravel_multi_index(indices, dims, mode=self.mode, order=self.order)
        outputs[0][0] = np.asarray(flat, dtype="int64")

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]


def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Variable:
    """Return the flat indices into an array of shape `dims` for a tuple of one index for each axis."""
    if not isinstance(multi_index, tuple | list):
        raise TypeError("multi_index must be a tuple or a list.")
    return RavelMultiIndex(mode=mode, order=order)(*multi_index, dims)
