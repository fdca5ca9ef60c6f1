"""Searching, counting, unique values and other functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor.extra_ops as ptx
from pytensor.graph.basic import Apply, Variable

from ...adopt import adopted
from ...belonging import belong_to
from ...front import Front, FrontOp
from ..gof.op import Op
from . import accumulating, diagonal_filling, flat_indices, repeating, subtensor
from . import basic as tensor
from .accumulating import CumOp, CumprodOp, CumsumOp, DiffOp, _normalised, cumprod, cumsum, diff
from .diagonal_filling import FillDiagonal, FillDiagonalOffset, fill_diagonal, fill_diagonal_offset
from .diagonal_filling import fill_diagonal_ as fill_diagonal_
from .diagonal_filling import fill_diagonal_offset_ as fill_diagonal_offset_
from .flat_indices import RavelMultiIndex, UnravelIndex, ravel_multi_index, unravel_index
from .repeating import RepeatOp, repeat

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

belong_to(__name__, accumulating, repeating, diagonal_filling, flat_indices)


def _without_arguments(plain: type, doc: str) -> type:
    """Return the front of an operation whose constructor takes nothing."""
    body = {"stands_for": plain, "plain": plain(), "__doc__": doc, "__module__": __name__}
    return Front(plain.__name__, (FrontOp, plain), body)


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


@adopted
def to_one_hot(y: Any, nb_class: Any, dtype: str | None = None) -> Variable:
    """Return the matrix whose row i is 1 at the label ``y[i]`` and 0 elsewhere."""
    zeros = tensor.zeros((y.shape[0], nb_class), dtype=dtype)
    return subtensor.set_subtensor(zeros[tensor.arange(y.shape[0]), y], 1)
