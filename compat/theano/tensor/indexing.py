"""What ``x[...]`` means: which indexing operation an index asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytensor.tensor.subtensor as pts
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.type_other import SliceType
from pytensor.tensor.variable import _tensor_py_operators as _PyTensorOperators

from ...adopt import adopt, adopted
from ..gof.op import Op
from .constants import as_tensor_variable
from .type import TensorType

get_canonical_form_slice = adopted(pts.get_canonical_form_slice)


class AdvancedIndexingError(TypeError):
    """Raised by basic indexing for what only advanced indexing takes."""


class AdvancedBooleanIndexingError(TypeError):
    """Raised by basic indexing for a boolean mask."""


def getitem(x: Variable, args: Any) -> Variable:
    """Return ``x[args]``.

    Raises
    ------
    IndexError
        For more indices than dimensions, or several ellipses.
    TypeError
        For Python bools among the indices, and for indices that are no integers.
    """
    args = args if isinstance(args, tuple) else (args,)
    if any(_is_symbolic_slice(arg) for arg in args):
        return _getitem_by_slices(x, args)
    if len(args) == 1 and isinstance(args[0], list) and any(isinstance(a, slice) for a in args[0]):
        args = tuple(args[0])
    used = 0
    for arg in args:
        if arg is None or arg is Ellipsis:
            continue
        if isinstance(arg, np.ndarray | Variable) and getattr(arg, "dtype", None) == "bool":
            used += arg.ndim
            continue
        if _includes_bool(arg):
            raise TypeError(
                "TensorType does not support Python bools for indexing, such as tensor[[True, False]]. To "
                "use a boolean mask, convert the mask to a NumPy array first, e.g., "
                "tensor[numpy.array([True, False])]."
            )
        used += 1
    if x.ndim < used:
        raise IndexError("too many indices for array")
    if sum(arg is Ellipsis for arg in args) > 1:
        raise IndexError("an index can only have a single Ellipsis (`...`)")
    args = tuple(np.array(a, dtype="int64") if _is_empty(a) else a for a in args)
    if _picks_rows(x, args):
        from .subtensor import advanced_subtensor1

        return advanced_subtensor1(x, args[0])
    if any(a is None for a in args) and _drops_last_axes(x, args, used):
        x = x.dimshuffle(*range(used))
    taken = adopt(_PyTensorOperators.__getitem__(x, args))
    _forget_lengths_of_slices(taken, x, args)
    return taken


def _drops_last_axes(x: Variable, args: tuple, used: int) -> bool:
    """Return whether Theano leaves out axes that `args` does not mention: ``x[:, None]`` of a column is 2-d.

    It shuffled the axes that were mentioned, and lost the others where they broadcast; elsewhere it failed.
    """
    basic = all(
        a is None or isinstance(a, slice | int | np.integer) or getattr(a, "ndim", None) == 0 for a in args
    )
    return basic and used < x.ndim and all(x.broadcastable[used:])


class SliceIndices(Op):
    """The start, stop and step of a slice that is an input, for an axis of some length."""

    __props__ = ()

    def make_node(self, cut: Variable, length: Any) -> Apply:
        integer = TensorType("int64", ())
        return Apply(self, [cut, as_tensor_variable(length)], [integer() for _ in range(3)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        cut, length = inputs
        for cell, number in zip(outputs, cut.indices(int(length))):
            cell[0] = np.asarray(number)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[False] * 3] * 2


def _is_symbolic_slice(arg: Any) -> bool:
    return isinstance(arg, Variable) and isinstance(arg.type, SliceType)


def _getitem_by_slices(x: Variable, args: tuple) -> Variable:
    """Return ``x[args]`` where some entries are variables of the type of slices.

    Raises
    ------
    TypeError
        If None or an ellipsis comes before them: which axis they are for is not known then.
    """
    from .creation import arange

    args = list(args)
    places = [i for i, arg in enumerate(args) if _is_symbolic_slice(arg)]
    if any(arg is None or arg is Ellipsis for arg in args[: places[-1]]):
        raise TypeError(f"No None and no ellipsis may come before the symbolic slice at place {places[-1]}.")
    whole = slice(None)
    if len(places) == 1 and all(isinstance(arg, slice) for i, arg in enumerate(args) if i not in places):
        cut, length = args[places[0]], x.shape[places[0]]
        args[places[0]] = arange(*SliceIndices()(cut, length))
        return getitem(x, tuple(args))
    for i in places:
        x = _getitem_by_slices(x, (whole,) * i + (args[i],))
        args[i] = whole
    return getitem(x, tuple(args))


def _picks_rows(x: Variable, args: tuple) -> bool:
    """Return whether the indices are one vector of integers, for the first axis, and nothing more."""
    if len(args) != 1 or not isinstance(args[0], list | np.ndarray | Variable):
        return False
    rows = as_tensor_variable(args[0]) if isinstance(args[0], list) else args[0]
    return getattr(rows, "ndim", 0) == 1 and np.dtype(rows.dtype).kind in "iu"


def _includes_bool(arg: Any) -> bool:
    if isinstance(arg, np.bool_ | bool) or getattr(arg, "dtype", None) == "bool":
        return True
    if isinstance(arg, Variable | np.ndarray) or not isinstance(arg, Iterable):
        return False
    return any(_includes_bool(part) for part in arg)


def _is_empty(arg: Any) -> bool:
    return (isinstance(arg, tuple | list) and len(arg) == 0) or (
        isinstance(arg, np.ndarray) and arg.size == 0
    )


def _forget_lengths_of_slices(taken: Variable, x: Variable, args: tuple) -> None:
    """Mark axes cut by a slice such as ``0:1`` as of unknown length, as Theano did, unless they had length
    1 before.
    """
    node = taken.owner
    if node is None or not isinstance(node.op, pts.Subtensor) or node.inputs[0] is not x:
        return
    pattern, axis = list(taken.type.broadcastable), 0
    place = 0
    if any(a is None or a is Ellipsis for a in args):
        return
    for axis in range(x.ndim):
        arg = args[axis] if axis < len(args) else slice(None)
        if isinstance(arg, slice):
            if pattern[place] and not x.type.broadcastable[axis]:
                pattern[place] = False
            place += 1
    if tuple(pattern) != taken.type.broadcastable:
        taken.type = TensorType(taken.type.dtype, pattern)
