"""Arrays whose diagonal, or one beside it, is one value."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply, Variable

from .. import scalar
from ..gof.op import Op
from . import basic as tensor


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
