"""`Elemwise`, `DimShuffle` and the reductions, with the constructors they had in Theano."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor.math as ptm
from pytensor.graph.basic import Apply
from pytensor.tensor import elemwise as pt_elemwise

from ...adopt import adopt
from ...front import FrontOp

__all__ = [
    "All",
    "Any",
    "CAReduce",
    "CAReduceDtype",
    "DimShuffle",
    "Elemwise",
    "MulWithoutZeros",
    "Prod",
    "ProdWithoutZeros",
    "Sum",
    "mul_without_zeros",
]

MulWithoutZeros = ptm.MulWithoutZeros
mul_without_zeros = ptm.mul_without_zeros


def _tensors(inputs: Any) -> list:
    from .basic import as_tensor_variable

    return [as_tensor_variable(i) for i in inputs]


class DimShuffle(FrontOp, pt_elemwise.DimShuffle):
    """Reorder, add ("x") and drop dimensions.

    Parameters
    ----------
    input_broadcastable : sequence of bool
        The broadcast pattern of the input.
    new_order : sequence of int or "x"
        For each dimension of the output, which one of the input it is; "x" is a new one of length 1.
    inplace : bool
        Kept for old programs.

    Raises
    ------
    ValueError
        If a dimension comes twice, or one that is not broadcastable is dropped.
    TypeError
        If `new_order` holds something else than integers and "x".
    """

    stands_for = pt_elemwise.DimShuffle

    def __init__(self, input_broadcastable: Any, new_order: Any, inplace: bool = True) -> None:
        self.input_broadcastable = tuple(bool(b) for b in input_broadcastable)
        order = tuple(new_order)
        n = len(self.input_broadcastable)
        for i, place in enumerate(order):
            if place == "x" and isinstance(place, str):
                continue
            if not isinstance(place, int | np.integer):
                raise TypeError(
                    "DimShuffle indices must be python ints. "
                    f"Got: '{place}' of type '{type(place)}' at position {i}."
                )
            if place >= n:
                raise ValueError(
                    f"new_order[{i}] is {place}, but the input only has {n} axes. Its pattern is "
                    f"{self.input_broadcastable}, the new order {order}."
                )
            if place in order[i + 1 :]:
                raise ValueError(
                    f"The same input dimension may not appear twice in the list of output dimensions: {order}"
                )
        for i, broadcastable in enumerate(self.input_broadcastable):
            if i not in order and not broadcastable:
                raise ValueError(
                    "You cannot drop a non-broadcastable dimension.", (list(self.input_broadcastable), order)
                )
        self.stand_for(pt_elemwise.DimShuffle(input_ndim=n, new_order=order))
        self.inplace = True

    def make_node(self, _input: Any) -> Apply:
        (input,) = _tensors([_input])
        pattern = tuple(input.type.broadcastable)
        if pattern != self.input_broadcastable:
            if len(pattern) != len(self.input_broadcastable):
                raise TypeError(
                    "The number of dimensions of the input is incorrect for this op. "
                    f"Expected {self.input_broadcastable}, got {pattern}."
                )
            for expected, got in zip(self.input_broadcastable, pattern):
                if expected and not got:
                    raise TypeError(
                        "The broadcastable pattern of the input is incorrect for this op. "
                        f"Expected {self.input_broadcastable}, got {pattern}."
                    )
        return super().make_node(input)


_NOT_THE_PROGRAM = ("pytensor.", __name__.partition(".theano")[0] + ".")


class Elemwise(FrontOp, pt_elemwise.Elemwise):
    """Apply a scalar Op to each element, broadcasting.

    Parameters
    ----------
    scalar_op : theano.scalar.ScalarOp
    inplace_pattern : dict, optional
        Output index -> the input it may overwrite. The engine decides for itself what it overwrites.
    name, nfunc_spec, openmp
        As under Theano; `nfunc_spec` is (NumPy function, number of inputs, number of outputs).
    """

    stands_for = pt_elemwise.Elemwise

    def __init__(
        self,
        scalar_op: Any,
        inplace_pattern: dict | None = None,
        name: str | None = None,
        nfunc_spec: Any = None,
        openmp: Any = None,
    ) -> None:
        scalar_op = getattr(scalar_op, "plain", scalar_op)
        self.stand_for(pt_elemwise.Elemwise(scalar_op, inplace_pattern, name, nfunc_spec=nfunc_spec))
        if name is not None and not type(scalar_op).__module__.startswith(_NOT_THE_PROGRAM):
            self.plain.text = name
        self.asked_inplace = dict(inplace_pattern or {})

    def make_node(self, *inputs: Any) -> Apply:
        inputs = _tensors(inputs)
        self._check_inplace(inputs)
        return super().make_node(*inputs)

    def _check_inplace(self, inputs: list) -> None:
        """Refuse to overwrite an input that is broadcast, or one of another dtype than the output's."""
        if not self.asked_inplace:
            return
        for place in self.asked_inplace.values():
            pattern = inputs[place].type.broadcastable
            for other in inputs:
                padded = (True,) * (len(pattern) - other.type.ndim) + tuple(other.type.broadcastable)
                if len(padded) > len(pattern) or any(b and not o for b, o in zip(pattern, padded)):
                    raise ValueError(
                        "Operation cannot be done inplace on an input with broadcasted dimensions."
                    )

    def __str__(self) -> str:
        from ..printing import op_name

        return op_name(self.plain)


class CAReduce(FrontOp, pt_elemwise.CAReduce):
    """Reduce with a commutative and associative scalar Op over `axis` (all when None)."""

    stands_for = pt_elemwise.CAReduce

    def __init__(self, scalar_op: Any, axis: Any = None) -> None:
        self.stand_for(pt_elemwise.CAReduce(scalar_op, axis))

    def make_node(self, input: Any) -> Apply:
        (input,) = _tensors([input])
        return _reduced(super().make_node, self, input)

    def __str__(self) -> str:
        from ..printing import op_name

        return op_name(self.plain)


def _reduced(make_node: Any, op: Any, input: Any) -> Apply:
    """Return the node, an axis out of range refused in Theano's words."""
    for axis in op.axis or ():
        if axis >= input.type.ndim or (axis < 0 and abs(axis) > input.type.ndim):
            raise ValueError(f"Not enough dimensions on {input} to reduce on axis {axis}")
    return make_node(input)


class CAReduceDtype(CAReduce):
    """A `CAReduce` that chooses the dtype of its output (`dtype`) and of its accumulator (`acc_dtype`).

    Integers smaller than 64 bits are summed in 64 bits, float16 and float32 accumulate in float64.
    """

    stands_for = pt_elemwise.CAReduce

    def __init__(self, scalar_op: Any, axis: Any = None, dtype: Any = None, acc_dtype: Any = None) -> None:
        self.stand_for(pt_elemwise.CAReduce(scalar_op, axis, dtype, acc_dtype, upcast_discrete_output=True))

    def make_node(self, input: Any) -> Apply:
        (input,) = _tensors([input])
        return _reduced(lambda x: adopt_node(_with_dtypes(self.plain, x).make_node(x)), self, input)


def adopt_node(node: Apply) -> Apply:
    """Return `node`, its outputs adopted."""
    adopt(node.outputs)
    return node


def _with_dtypes(plain: Any, input: Any) -> Any:
    """Return the reduction with its dtypes fixed for `input`, complaining about a narrower accumulator."""
    if plain.acc_dtype is not None and plain.acc_dtype != "object":
        wanted, given = np.dtype(plain.acc_dtype), np.dtype(input.dtype)
        if wanted.kind in "biuf" and given.kind == "c":
            raise TypeError(
                f"Cannot build {plain} node with input dtype {given} and acc_dtype {wanted}, "
                "as precision would be lost."
            )
    return plain


class Sum(CAReduceDtype):
    """The sum over `axis`."""

    stands_for = ptm.Sum

    def __init__(self, axis: Any = None, dtype: Any = None, acc_dtype: Any = None) -> None:
        self.stand_for(ptm.Sum(axis, dtype, acc_dtype))


class Prod(CAReduceDtype):
    """The product over `axis`; `no_zeros_in_input` promises that a simpler gradient is right."""

    stands_for = ptm.Prod

    def __init__(
        self, axis: Any = None, dtype: Any = None, acc_dtype: Any = None, no_zeros_in_input: bool = False
    ) -> None:
        self.stand_for(ptm.Prod(axis, dtype, acc_dtype, no_zeros_in_input))
        self.no_zeros_in_input = no_zeros_in_input


class ProdWithoutZeros(CAReduceDtype):
    """The product over `axis` of what is not zero."""

    stands_for = ptm.ProdWithoutZeros

    def __init__(self, axis: Any = None, dtype: Any = None, acc_dtype: Any = None) -> None:
        self.stand_for(ptm.ProdWithoutZeros(axis, dtype, acc_dtype))


class _Truth(CAReduce):
    """A reduction to bool; other dtypes are compared with zero first."""

    plain_class: type

    def __init__(self, axis: Any = None) -> None:
        self.stand_for(self.plain_class(axis))

    def make_node(self, input: Any) -> Apply:
        from .basic import neq

        (input,) = _tensors([input])
        return super().make_node(input if input.dtype == "bool" else neq(input, 0))


class All(_Truth):
    """Whether all elements over `axis` are nonzero."""

    stands_for = plain_class = ptm.All


class Any(_Truth):
    """Whether any element over `axis` is nonzero."""

    stands_for = plain_class = ptm.Any
