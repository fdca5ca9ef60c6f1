"""`join`, `stack`, `concatenate`, `split`, `tile`, `roll`, `stacklists`."""

from __future__ import annotations

import builtins
import warnings
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor.basic as ptb
from pytensor.graph.basic import Apply, Constant, Variable

from ...front import FrontOp
from .constants import NotScalarConstantError, as_tensor_variable, get_scalar_constant_value
from .shaping import shape_padaxis
from .type import TensorType

__all__ = [
    "Join",
    "MakeVector",
    "Split",
    "Tile",
    "concatenate",
    "horizontal_stack",
    "join",
    "join_",
    "roll",
    "split",
    "stack",
    "stacklists",
    "tile",
    "vertical_stack",
]


class Join(FrontOp, ptb.Join):
    """Concatenate tensors along an axis, the first input."""

    stands_for = ptb.Join

    def __init__(self, view: int = -1) -> None:
        self.view = view
        self.plain = ptb.Join()

    def make_node(self, *axis_and_tensors: Any) -> Apply:
        axis, *tensors = axis_and_tensors
        if not tensors:
            raise ValueError("Cannot join an empty list of tensors")
        tensors = [as_tensor_variable(t) for t in tensors]
        if not builtins.all(t.type.ndim for t in tensors):
            raise TypeError(
                "Join cannot handle arguments of dimension 0. For joining scalar values, see @stack"
            )
        ndim = tensors[0].type.ndim
        if not isinstance(axis, int | np.integer):
            try:
                axis = int(get_scalar_constant_value(axis))
            except NotScalarConstantError:
                pass
        if isinstance(axis, int | np.integer):
            if axis < -ndim:
                raise IndexError(f"Join axis {int(axis)} out of bounds [0, {ndim})")
            if axis >= ndim:
                raise ValueError('Join argument "axis" is out of range (given input dimensions)')
            axis = int(axis) % ndim
        if not builtins.all(t.ndim == ndim for t in tensors):
            raise TypeError("Join() can only join tensors with the same number of dimensions.")
        axis = as_tensor_variable(axis)
        if np.dtype(axis.dtype).kind not in "iu":
            raise TypeError("Axis could not be cast to an integer type", axis, axis.type)
        return super().make_node(axis, *tensors)


join_ = Join()


def join(axis: Any, *tensors_list: Any) -> Variable:
    """Return the tensors concatenated along `axis`; one alone comes back as it is."""
    if len(tensors_list) == 1:
        return tensors_list[0]
    return join_(axis, *tensors_list)


def concatenate(tensor_list: Any, axis: Any = 0) -> Variable:
    """Return the tensors of a list concatenated along `axis`."""
    if not isinstance(tensor_list, tuple | list):
        raise TypeError(
            "The 'tensors' argument must be either a tuple or a list, make sure you did not forget () or "
            "[] around arguments of concatenate.",
            tensor_list,
        )
    return join(axis, *tensor_list)


class MakeVector(FrontOp, ptb.MakeVector):
    """A vector of scalars."""

    stands_for = ptb.MakeVector

    def __init__(self, dtype: str = "int64") -> None:
        self.stand_for(ptb.MakeVector(dtype))

    def make_node(self, *inputs: Any) -> Apply:
        return super().make_node(*[as_tensor_variable(i) for i in inputs])


def stack(*tensors: Any, **kwargs: Any) -> Variable:
    """Return the tensors of a list as one, along a new axis: ``stack(tensors, axis=0)``.

    The old form ``stack(a, b, c)`` stacks its arguments along the first axis.
    """
    if not tensors and not kwargs:
        raise Exception("theano.tensor.stack(tensors, axis) must have at least one parameter")
    if not kwargs and not isinstance(tensors[0], list | tuple):
        warnings.warn(
            "stack(*tensors) interface is deprecated, use stack(tensors, axis=0) instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        parts, axis = tensors, 0
    elif "tensors" in kwargs:
        parts, axis = kwargs["tensors"], kwargs.get("axis", 0)
    else:
        parts, axis = tensors[0], tensors[1] if len(tensors) == 2 else kwargs.get("axis", 0)
    if len(parts) == 0:
        raise Exception(
            "tensors is empty. You should at least provide one tensor to theano.tensor.stack(tensors, axis)."
        )
    if builtins.all(_is_scalar(p) for p in parts):
        parts = [as_tensor_variable(p) for p in parts]
        return MakeVector(ps.upcast(*[p.dtype for p in parts]))(*parts)
    return join(axis, *[shape_padaxis(p, axis) for p in parts])


def _is_scalar(x: Any) -> bool:
    if isinstance(x, Variable):
        return getattr(x.type, "ndim", None) == 0 and hasattr(x.type, "broadcastable")
    return isinstance(x, np.number | float | int | builtins.complex)


def stacklists(arg: Any) -> Variable:
    """Return nested lists of tensors stacked level by level, as `numpy.array` does with numbers."""
    if isinstance(arg, tuple | list):
        return stack([stacklists(part) for part in arg])
    return arg


def horizontal_stack(*args: Any) -> Variable:
    """Return matrices side by side."""
    assert len(args) >= 2
    for arg in args:
        assert arg.type.ndim == 2
    return concatenate(args, axis=1)


def vertical_stack(*args: Any) -> Variable:
    """Return matrices one above the other."""
    assert len(args) >= 2
    for arg in args:
        assert arg.type.ndim == 2
    return concatenate(args, axis=0)


class Split(FrontOp, ptb.Split):
    """Cut a tensor along an axis into `len_splits` pieces: ``Split(n)(x, axis, sizes)``."""

    stands_for = ptb.Split

    def __init__(self, len_splits: int) -> None:
        self.stand_for(ptb.Split(len_splits))

    def make_node(self, x: Any, axis: Any, splits: Any) -> Apply:
        x, axis, splits = (as_tensor_variable(v) for v in (x, axis, splits))
        if np.dtype(splits.dtype).kind not in "iu" or splits.ndim != 1:
            raise TypeError("splits must have type tensor.lvector", splits.type)
        if np.dtype(axis.dtype).kind not in "iu" or axis.ndim:
            raise TypeError("axis must have type lscalar", axis.type)
        node = super().make_node(x, axis, splits)
        # the pieces have unknown lengths along the axis, whatever they are cut from
        where = int(axis.data) % x.ndim if isinstance(axis, Constant) else None
        for output in node.outputs:
            pattern = [b and i != where for i, b in enumerate(output.type.broadcastable)]
            output.type = TensorType(output.type.dtype, pattern)
        return node


def split(x: Any, splits_size: Any, n_splits: int, axis: Any = 0) -> list[Variable] | Variable:
    """Return `x` cut along `axis` into `n_splits` pieces of the lengths `splits_size`."""
    return Split(n_splits)(x, axis, splits_size)


def roll(x: Any, shift: Any, axis: int | None = None) -> Variable:
    """Return `x` with its elements moved on by `shift` along `axis`, those that fall off put in at the
    start.
    """
    if axis is None:
        if x.ndim > 1:
            return roll(x.flatten(), shift, axis=0).reshape(x.shape, ndim=x.ndim)
        axis = 0
    if axis < 0:
        axis += x.ndim
    whole = slice(None)
    shift = shift % x.shape[axis]
    before = (whole,) * axis
    after = (whole,) * (x.ndim - axis - 1)
    cut = x.shape[axis] - shift
    return join(axis, x[(*before, slice(cut, None), *after)], x[(*before, slice(0, cut), *after)])


class Tile:
    """The Op of `tile` in older programs: ``Tile(ndim)(x, reps)``."""

    def __init__(self, ndim: int) -> None:
        self.ndim = ndim

    def __call__(self, x: Any, reps: Any) -> Variable:
        return tile(x, reps, self.ndim)


def tile(x: Any, reps: Any, ndim: int | None = None) -> Variable:
    """Return `x` repeated `reps` times along each axis, with `ndim` dimensions.

    Parameters
    ----------
    reps : int, vector, or list of int and integer scalars
    ndim : int, optional
        Needed when `reps` is a symbolic vector.

    Raises
    ------
    ValueError
        If `ndim` is too small, or `reps` not of integers.
    """
    x = as_tensor_variable(x)
    if ndim is not None and ndim < x.ndim:
        raise ValueError("ndim should be equal or larger than x.ndim")
    if not isinstance(reps, list | tuple):
        symbolic = as_tensor_variable(reps)
        if np.dtype(symbolic.dtype).kind not in "biu":
            raise ValueError("elements of reps must be integer dtype")
        if symbolic.ndim == 0:
            reps = [reps]
        elif symbolic.ndim == 1:
            if ndim is None:
                raise ValueError("if reps is tensor.vector, you should specify the ndim")
            from .elementwise import _elemwise_of
            from .opt import assert_

            offset = ndim - symbolic.shape[0]
            offset = assert_(offset, _elemwise_of["ge"](offset, 0))
            reps = [
                _elemwise_of["switch"](_elemwise_of["lt"](i, offset), 1, symbolic[i - offset])
                for i in range(ndim)
            ]
        else:
            raise ValueError("the dimension of reps should not exceed 1")
    else:
        if ndim is not None and len(reps) > ndim:
            raise ValueError("len(reps) should be equal or less than ndim")
        for one in reps:
            whole = isinstance(one, int | np.integer)
            if not whole and not (isinstance(one, Variable) and np.dtype(one.dtype).kind in "biu"):
                raise ValueError("elements of reps must be scalars of integer dtype")
    reps = list(reps)
    ndim = builtins.max(len(reps), x.ndim) if ndim is None else ndim
    reps = [1] * (ndim - len(reps)) + reps
    lengths = [1] * (ndim - x.ndim) + [x.shape[i] for i in range(x.ndim)]
    from .creation import alloc

    spread = alloc(x, *reps, *lengths)
    order = [axis for i in range(ndim) for axis in (i, ndim + i)]
    return spread.dimshuffle(*order).reshape([n * r for n, r in zip(lengths, reps)])
