"""Products of tensors and diagonals: `dot`, `tensordot`, `batched_dot`, `outer`, `diag`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor.math as ptm
from pytensor.graph.basic import Apply, Variable

from ...front import FrontOp
from ..gof.op import Op
from .constants import as_tensor_variable
from .type import TensorType

__all__ = [
    "AllocDiag",
    "Dot",
    "ExtractDiag",
    "_dot",
    "batched_dot",
    "batched_tensordot",
    "dense_dot",
    "diag",
    "diagonal",
    "dot",
    "outer",
    "tensordot",
]


class Dot(FrontOp, ptm.Dot):
    """The product of two vectors or matrices."""

    stands_for = ptm.Dot

    def __init__(self) -> None:
        self.plain = ptm._dot

    def make_node(self, *inputs: Any) -> Apply:
        inputs = [as_tensor_variable(i) for i in inputs]
        if len(inputs) != 2:
            raise TypeError(f"theano.tensor.Dot: 2 arguments required, {len(inputs)} given ")
        for place, x in enumerate(inputs):
            if x.ndim not in (1, 2):
                raise TypeError(
                    f"theano.tensor.Dot: input {place} (0-indexed) must have ndim of 1 or 2, {x.ndim} given. "
                    "Consider calling theano.tensor.dot instead."
                )
        x, y = inputs
        return _matrices_of_vectors(x, y) if 1 in (x.ndim, y.ndim) else super().make_node(x, y)

    def __str__(self) -> str:
        return "dot"


def _matrices_of_vectors(x: Variable, y: Variable) -> Apply:
    """Return the node of the product, of which at least one factor is a vector.

    PyTensor's Dot takes matrices only: the vector becomes one and the axis is dropped again.
    """
    left = x.dimshuffle("x", 0) if x.ndim == 1 else x
    right = y.dimshuffle(0, "x") if y.ndim == 1 else y
    product = Dot()(left, right)
    axes = [0] * (x.ndim == 2) + [1] * (y.ndim == 2)
    return product.dimshuffle(*axes).owner


_dot = Dot()


def dense_dot(a: Any, b: Any) -> Variable:
    """Return the dot product of two dense tensors; see `dot`."""
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.ndim > 2 or b.ndim > 2:
        return tensordot(a, b, [[a.ndim - 1], [max(0, b.ndim - 2)]])
    return _dot(a, b)


def dot(a: Any, b: Any) -> Variable:
    """Return the product of `a` and `b`.

    With a scalar it is elementwise, of matrices and vectors as usual, of tensors summed over the last axis of
    `a` and the last but one of `b`.
    """
    for x in (a, b):
        if hasattr(getattr(x, "type", None), "format"):
            from ..sparse import dot as sparse_dot

            return sparse_dot(a, b)
    return dense_dot(a, b)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Variable:
    """Return the sum of products over pairs of axes, as `numpy.tensordot`."""
    return _tensordot_as_dot(a, b, axes, dot=dense_dot, batched=False)


def batched_tensordot(x: Any, y: Any, axes: Any = 2) -> Variable:
    """Return `tensordot` of each pair ``x[i], y[i]``; the axes count the first, batched one too."""
    return _tensordot_as_dot(x, y, axes, dot=batched_dot, batched=True)


def _tensordot_as_dot(a: Any, b: Any, axes: Any, dot: Callable, batched: bool) -> Variable:
    """Return the tensordot by way of `dot`: the summed axes brought to one end and made one.

    Raises
    ------
    ValueError
        If axes are out of range, given twice, or not as many for `a` as for `b`.
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    first = 1 if batched else 0
    if not np.isscalar(axes) and len(axes) != 2:
        raise ValueError(f"Axes should be an integer or a list/tuple of len 2 ({axes} was provided)")
    if np.isscalar(axes):
        n = int(axes)
        for operand_name, operand in (("a", a), ("b", b)):
            if n > operand.ndim:
                raise ValueError(
                    f"axes can not be larger than the dimension of {operand_name} "
                    f"({operand_name}.ndim={operand.ndim}, axes={n})"
                )
            if batched and n == operand.ndim:
                raise ValueError(
                    "axes to sum over must not include the batch axis "
                    f"of {operand_name} ({operand_name}.ndim={operand.ndim}, axes={n})"
                )
        a_axes, b_axes = list(range(a.ndim - n, a.ndim)), list(range(first, first + n))
    else:
        a_axes, b_axes = ([int(i) for i in np.atleast_1d(np.asarray(part, dtype=int))] for part in axes)
        a_axes = [i + a.ndim if i < 0 else i for i in a_axes]
        b_axes = [i + b.ndim if i < 0 else i for i in b_axes]
        if len(a_axes) != len(b_axes):
            raise ValueError("Axes elements must have the same length.")
        for name, operand, chosen in (("a", a, a_axes), ("b", b, b_axes)):
            if len(chosen) > operand.ndim:
                raise ValueError(
                    f"axes[{int(name == 'b')}] should be array_like with length less than the dimensions of "
                    f"{name} ({name}.ndim={operand.ndim}, len={len(chosen)})."
                )
            if chosen and (max(chosen) >= operand.ndim or min(chosen) < 0):
                raise ValueError(
                    f"axes[{int(name == 'b')}] contains dimensions greater than or equal to {name}.ndim "
                    f"({name}.ndim={operand.ndim}, max={max(chosen)})."
                )
            if batched and 0 in chosen:
                raise ValueError(
                    f"axes to sum over must not contain the batch axis (axes[{int(name == 'b')}]={chosen})"
                )
    a_free = [i for i in range(first, a.ndim) if i not in a_axes]
    b_free = [i for i in range(first, b.ndim) if i not in b_axes]
    head = [0] * first
    a_turned = a.dimshuffle(head + a_free + a_axes)
    b_turned = b.dimshuffle(head + b_axes + b_free)
    batch = [a.shape[0]] if batched else []
    summed = [_product([b.shape[i] for i in b_axes])]
    a_flat = a_turned.reshape([*batch, _product([a.shape[i] for i in a_free]), *summed], ndim=first + 2)
    b_flat = b_turned.reshape([*batch, *summed, _product([b.shape[i] for i in b_free])], ndim=first + 2)
    product = dot(a_flat, b_flat)
    lengths = [*batch, *[a.shape[i] for i in a_free], *[b.shape[i] for i in b_free]]
    result = product.reshape(lengths, ndim=len(lengths))
    pattern = ([a.broadcastable[0]] if batched else []) + [a.broadcastable[i] for i in a_free]
    pattern += [b.broadcastable[i] for i in b_free]
    if tuple(pattern) != result.broadcastable:
        from .shaping import patternbroadcast

        result = patternbroadcast(result, pattern)
    return result


def _product(lengths: list) -> Any:
    result: Any = 1
    for n in lengths:
        result = n * result
    return result


def batched_dot(a: Any, b: Any) -> Variable:
    """Return ``dot(a[i], b[i])`` for each i.

    Raises
    ------
    TypeError
        If one has no axis to be batched over.
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if a.ndim == 0:
        raise TypeError("a must have at least one (batch) axis")
    if b.ndim == 0:
        raise TypeError("b must have at least one (batch) axis")
    if a.ndim == 1:
        return a.dimshuffle(0, *["x"] * (b.ndim - 1)) * b
    if b.ndim == 1:
        return a * b.dimshuffle(0, *["x"] * (a.ndim - 1))
    if a.ndim > 3 or b.ndim > 3:
        return batched_tensordot(a, b, [[a.ndim - 1], [max(1, b.ndim - 2)]])
    from .blas import BatchedDot

    left = a.dimshuffle(0, "x", 1) if a.ndim == 2 else a
    right = b.dimshuffle(0, 1, "x") if b.ndim == 2 else b
    product = BatchedDot()(left, right)
    return (
        product.dimshuffle(0, *[1] * (a.ndim == 3), *[2] * (b.ndim == 3))
        if 2 in (a.ndim, b.ndim)
        else product
    )


def outer(x: Any, y: Any) -> Variable:
    """Return the outer product of two vectors (of tensors: of their elements)."""
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if x.ndim != 1:
        x = x.flatten()
    if y.ndim != 1:
        y = y.flatten()
    return dense_dot(x.dimshuffle(0, "x"), y.dimshuffle("x", 0))


class ExtractDiag(Op):
    """The diagonal of the planes of two axes, as the last axis of the result."""

    __props__ = ("offset", "axis1", "axis2", "view")

    def __init__(self, offset: int = 0, axis1: int = 0, axis2: int = 1, view: bool = False) -> None:
        self.offset, self.axis1, self.axis2, self.view = offset, axis1, axis2, view
        if view:
            self.view_map = {0: [0]}

    def make_node(self, x: Any) -> Apply:
        x = as_tensor_variable(x)
        if x.ndim < 2:
            raise ValueError("ExtractDiag needs an input with 2 or more dimensions", x)
        return Apply(self, [x], [TensorType(x.dtype, [False] * (x.ndim - 1))()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        diagonal = inputs[0].diagonal(self.offset, self.axis1, self.axis2)
        outputs[0][0] = diagonal if self.view else diagonal.copy()

    def grad(self, inputs: Any, grads: Any) -> list:
        from .subtensor import set_subtensor

        (x,), (g,) = inputs, grads
        from .creation import arange, zeros_like

        axis1, axis2 = self.axis1 % x.ndim, self.axis2 % x.ndim
        n = g.shape[-1]
        row = arange(n) + max(0, -self.offset)
        column = arange(n) + max(0, self.offset)
        others = [i for i in range(x.ndim) if i not in (axis1, axis2)]
        turned = zeros_like(x, dtype=g.dtype).dimshuffle(axis1, axis2, *others)
        filled = set_subtensor(turned[row, column], g.dimshuffle(g.ndim - 1, *range(g.ndim - 1)))
        order = [axis1, axis2, *others]
        return [filled.dimshuffle([order.index(i) for i in range(x.ndim)])]

    def R_op(self, inputs: Any, eval_points: Any) -> list:
        return [None] if eval_points[0] is None else [self(eval_points[0])]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        from .elementwise import _elemwise_of

        lengths = list(shapes[0])
        rows, columns = lengths[self.axis1], lengths[self.axis2]
        drop = {self.axis1 % len(lengths), self.axis2 % len(lengths)}
        others = [n for i, n in enumerate(lengths) if i not in drop]
        if self.offset > 0:
            columns = columns - self.offset
        elif self.offset < 0:
            rows = rows + self.offset
        n = _elemwise_of["maximum"](0, _elemwise_of["minimum"](rows, columns))
        return [[*others, n]]

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        for name, default in (("view", False), ("offset", 0), ("axis1", 0), ("axis2", 1)):
            self.__dict__.setdefault(name, default)
        if self.view:
            self.view_map = {0: [0]}


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """Return the diagonal of the planes of `axis1` and `axis2`, `offset` columns from the main one."""
    return ExtractDiag(offset, axis1, axis2)(a)


class AllocDiag(Op):
    """The tensor whose planes of `axis1` and `axis2` have the last axis of the input on their diagonal."""

    __props__ = ("offset", "axis1", "axis2")

    def __init__(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> None:
        self.offset, self.axis1, self.axis2 = offset, axis1, axis2

    def make_node(self, diag: Any) -> Apply:
        diag = as_tensor_variable(diag)
        if diag.type.ndim < 1:
            raise ValueError("AllocDiag needs an input with 1 or more dimensions", diag.type)
        return Apply(self, [diag], [TensorType(diag.dtype, [False] * (diag.ndim + 1))()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (values,) = inputs
        n = values.shape[-1] + abs(self.offset)
        result = np.zeros((*values.shape[:-1], n, n), dtype=values.dtype)
        index = np.arange(values.shape[-1])
        result[..., index + max(0, -self.offset), index + max(0, self.offset)] = values
        outputs[0][0] = np.moveaxis(result, (-2, -1), (self.axis1, self.axis2))

    def grad(self, inputs: Any, grads: Any) -> list:
        return [diagonal(grads[0], self.offset, self.axis1, self.axis2)]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        (lengths,) = shapes
        n = lengths[-1] + abs(self.offset)
        result = list(lengths[:-1])
        ndim = len(lengths) + 1
        for axis in sorted({self.axis1 % ndim, self.axis2 % ndim}):
            result.insert(axis, n)
        return [tuple(result)]

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        for name, default in (("offset", 0), ("axis1", 0), ("axis2", 1)):
            self.__dict__.setdefault(name, default)


def diag(v: Any, k: int = 0) -> Variable:
    """Return the matrix with the vector `v` on its `k`-th diagonal, or that diagonal of a matrix or tensor.

    Raises
    ------
    ValueError
        For a scalar.
    """
    v = as_tensor_variable(v)
    if v.ndim == 1:
        return AllocDiag(k)(v)
    if v.ndim >= 2:
        return diagonal(v, offset=k)
    raise ValueError("Input must has v.ndim >= 1.")
