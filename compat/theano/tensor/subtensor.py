"""Indexing: `x[...]`, `set_subtensor`, `inc_subtensor`, `take`, and the Ops behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytensor.tensor.subtensor as pts
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.type_other import SliceType
from pytensor.tensor.variable import _tensor_py_operators as _PyTensorOperators

from ...adopt import adopt, adopted
from ...front import FrontOp
from ..gof.op import Op
from .constants import as_tensor_variable
from .shaping import addbroadcast
from .type import TensorType

__all__ = [
    "AdvancedBooleanIncSubtensor",
    "AdvancedBooleanIndexingError",
    "AdvancedBooleanSubtensor",
    "AdvancedIncSubtensor",
    "AdvancedIncSubtensor1",
    "AdvancedIndexingError",
    "AdvancedSubtensor",
    "AdvancedSubtensor1",
    "IncSubtensor",
    "Subtensor",
    "advanced_boolean_inc_subtensor",
    "advanced_boolean_set_subtensor",
    "advanced_boolean_subtensor",
    "advanced_inc_subtensor",
    "advanced_inc_subtensor1",
    "advanced_set_subtensor",
    "advanced_set_subtensor1",
    "advanced_subtensor",
    "advanced_subtensor1",
    "get_canonical_form_slice",
    "get_idx_list",
    "inc_subtensor",
    "set_subtensor",
    "take",
]

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


def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Variable:
    """Return the elements of `a` at `indices` along `axis` (of the flattened `a` when None), as
    `numpy.take`.
    """
    a, indices = as_tensor_variable(a), as_tensor_variable(indices)
    if np.dtype(indices.dtype).kind not in "iu":
        raise TypeError(f"take needs integer indices, got {indices.type}.")
    if mode == "clip":
        from .elementwise import _elemwise_of

        n = a.shape[axis] if axis is not None else a.size
        indices = _elemwise_of["clip"](indices, 0, n - 1)
    elif mode == "wrap":
        indices = indices % (a.shape[axis] if axis is not None else a.size)
    if axis is None:
        a, axis = a.flatten(), 0
    axis = axis % a.ndim
    if indices.ndim == 1 and axis == 0:
        return advanced_subtensor1(a, indices)
    if indices.ndim <= 1:
        return getitem(a, (*[slice(None)] * axis, indices))
    taken = getitem(a, (*[slice(None)] * axis, indices.flatten()))
    lengths = [a.shape[i] for i in range(axis)]
    lengths += [indices.shape[i] for i in range(indices.ndim)]
    lengths += [a.shape[i] for i in range(axis + 1, a.ndim)]
    return taken.reshape(lengths, ndim=len(lengths))


def set_subtensor(x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False) -> Variable:
    """Return the tensor that `x`, the result of indexing, was taken from, with that part replaced by `y`."""
    return inc_subtensor(x, y, inplace, True, tolerate_inplace_aliasing)


def inc_subtensor(
    x: Any,
    y: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
) -> Variable:
    """Return the tensor that `x`, the result of indexing, was taken from, with `y` added to that part.

    Raises
    ------
    TypeError
        If `x` does not come from indexing, or `y` has more dimensions or a wider dtype than it.
    """
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    if y.ndim > x.ndim:
        raise TypeError(
            f"Trying to increment a {x.ndim}-dimensional subtensor with a {y.ndim}-dimensional value."
        )
    offset = x.ndim - y.ndim
    ones = [i for i in range(y.ndim) if x.broadcastable[i + offset] and not y.broadcastable[i]]
    if ones:  # it must have length 1 there when the function runs
        y = addbroadcast(y, *ones)
    if x.owner is None:
        raise TypeError("x must be the result of a subtensor operation")
    taken = _through_dimshuffles(x, y, set_instead_of_inc)
    if taken is not None:
        return taken
    if set_instead_of_inc:
        return adopt(pts.set_subtensor(x, y))
    return adopt(pts.inc_subtensor(x, y))


def _through_dimshuffles(x: Variable, y: Variable, setting: bool) -> Variable | None:
    """Return the increment of what a Rebroadcast of this package was put around, or None."""
    from .shaping import Rebroadcast

    if isinstance(x.owner.op, Rebroadcast):
        return inc_subtensor(x.owner.inputs[0], y, set_instead_of_inc=setting)
    return None


class Subtensor(FrontOp, pts.Subtensor):
    """Basic indexing by integers and slices: ``Subtensor(idx_list)(x, *symbolic_indices)``.

    `idx_list` holds integers, slices and, for what comes as an input, types of scalars.
    """

    stands_for = pts.Subtensor

    def __init__(self, idx_list: Any) -> None:
        self.asked = tuple(idx_list)
        self.plain = None  # made for the inputs at hand

    def make_node(self, x: Any, *inputs: Any) -> Apply:
        x = as_tensor_variable(x)
        if len(self.asked) > x.type.ndim:
            raise IndexError("too many indices for array")
        given = iter(inputs)

        def filled(entry: Any) -> Any:
            if isinstance(entry, slice):
                return slice(*(filled(p) for p in (entry.start, entry.stop, entry.step)))
            if entry is None or isinstance(entry, int | np.integer):
                return entry
            return next(given)

        indices = tuple(filled(entry) for entry in self.asked)
        return getitem(x, indices).owner

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self.asked == other.asked

    def __hash__(self) -> int:
        return hash((type(self), repr(self.asked)))

    @staticmethod
    def collapse(idxs: Any, cond: Callable) -> list:
        """Return the entries of an index, those inside slices too, for which `cond` holds."""
        found = []
        for entry in idxs:
            parts = (entry.start, entry.stop, entry.step) if isinstance(entry, slice) else (entry,)
            found.extend(p for p in parts if cond(p))
        return found

    @staticmethod
    def convert(entry: Any, slice_ok: bool = True) -> Any:
        """Return an entry of an index in the form it has in `idx_list`.

        Raises
        ------
        AdvancedIndexingError, AdvancedBooleanIndexingError
            If only advanced indexing takes it.
        """
        if isinstance(entry, slice) and slice_ok:
            return slice(
                *(
                    Subtensor.convert(p, False) if p is not None else None
                    for p in (entry.start, entry.stop, entry.step)
                )
            )
        if isinstance(entry, np.ndarray | Variable) and getattr(entry, "dtype", None) == "bool":
            raise AdvancedBooleanIndexingError("Invalid index type or slice for Subtensor")
        if isinstance(entry, int | np.integer) and not isinstance(entry, bool):
            return entry
        if isinstance(entry, Variable) and getattr(entry.type, "ndim", 0) == 0:
            if np.dtype(entry.type.dtype).kind in "iu":
                return entry.type
        raise AdvancedIndexingError(Subtensor.e_indextype, entry)

    e_indextype = "Invalid index type or slice for Subtensor"


def get_idx_list(inputs: Any, idx_list: Any, get_count: bool = False) -> Any:
    """Return `idx_list` with its types replaced by the inputs after the first, in turn."""
    given = list(inputs[1:])[::-1]

    def filled(entry: Any) -> Any:
        if isinstance(entry, slice):
            return slice(
                *(filled(p) if p is not None else None for p in (entry.start, entry.stop, entry.step))
            )
        if hasattr(entry, "filter") or isinstance(entry, type):
            return given.pop()
        return entry

    total = len(given)
    found = tuple(filled(e) for e in idx_list)
    return total - len(given) if get_count else found


class IncSubtensor(FrontOp, pts.IncSubtensor):
    """Basic indexing on the left of an assignment: ``IncSubtensor(idx_list)(x, y, *symbolic_indices)``."""

    stands_for = pts.IncSubtensor

    def __init__(
        self,
        idx_list: Any,
        inplace: bool = False,
        set_instead_of_inc: bool = False,
        destroyhandler_tolerate_aliased: Any = None,
    ) -> None:
        self.asked, self.setting, self.plain = tuple(idx_list), set_instead_of_inc, None

    def make_node(self, x: Any, y: Any, *inputs: Any) -> Apply:
        part = Subtensor(self.asked).make_node(x, *inputs).outputs[0]
        return inc_subtensor(part, y, set_instead_of_inc=self.setting).owner

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and (self.asked, self.setting) == (other.asked, other.setting)

    def __hash__(self) -> int:
        return hash((type(self), repr(self.asked), self.setting))


def _check_rows(x: Variable, ilist: Variable) -> None:
    """Raise TypeError unless `ilist` can number rows of `x`."""
    if np.dtype(ilist.type.dtype).kind not in "iu":
        raise TypeError("index must be integers")
    if ilist.type.ndim != 1:
        raise TypeError("index must be vector")
    if x.type.ndim == 0:
        raise TypeError("cannot index into a scalar")


class AdvancedSubtensor1(FrontOp, pts.AdvancedSubtensor1):
    """The rows of a tensor at the numbers in a vector."""

    stands_for = pts.AdvancedSubtensor1

    def __init__(self, sparse_grad: bool = False) -> None:
        if sparse_grad:
            from .. import sparse as sparse  # the gradient's type is one of its
        self.stand_for(pts.AdvancedSubtensor1(sparse_grad=sparse_grad))

    def make_node(self, x: Any, ilist: Any) -> Apply:
        x, ilist = as_tensor_variable(x), as_tensor_variable(ilist)
        _check_rows(x, ilist)
        return super().make_node(x, ilist)


class AdvancedIncSubtensor1(FrontOp, pts.AdvancedIncSubtensor1):
    """Add to, or set, the rows of a tensor at the numbers in a vector."""

    stands_for = pts.AdvancedIncSubtensor1

    def __init__(self, inplace: bool = False, set_instead_of_inc: bool = False) -> None:
        self.stand_for(pts.AdvancedIncSubtensor1(inplace=False, set_instead_of_inc=set_instead_of_inc))

    def make_node(self, x: Any, y: Any, ilist: Any) -> Apply:
        x, y, ilist = (as_tensor_variable(v) for v in (x, y, ilist))
        _check_rows(x, ilist)
        if y.type.ndim > x.type.ndim:
            what = "set" if self.set_instead_of_inc else "increment"
            raise TypeError(
                f"cannot {what} x subtensor with ndim={x.type.ndim} by y with ndim={y.type.ndim}."
            )
        return super().make_node(x, y, ilist)


class AdvancedSubtensor(FrontOp, pts.AdvancedSubtensor):
    """Indexing by arrays of integers, masks and slices."""

    stands_for = pts.AdvancedSubtensor

    def __init__(self) -> None:
        self.plain = None

    def make_node(self, x: Any, *index: Any) -> Apply:
        return getitem(as_tensor_variable(x), index).owner

    __eq__ = object.__eq__

    def __hash__(self) -> int:
        return hash(type(self))


class AdvancedIncSubtensor(FrontOp, pts.AdvancedIncSubtensor):
    """Add to, or set, what indexing by arrays takes: ``op(x, y, *index)``."""

    stands_for = pts.AdvancedIncSubtensor

    def __init__(self, inplace: bool = False, set_instead_of_inc: bool = False) -> None:
        self.setting, self.plain = set_instead_of_inc, None

    def make_node(self, x: Any, y: Any, *index: Any) -> Apply:
        part = getitem(as_tensor_variable(x), index)
        return inc_subtensor(part, y, set_instead_of_inc=self.setting).owner

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self.setting == other.setting

    def __hash__(self) -> int:
        return hash((type(self), self.setting))


class AdvancedBooleanSubtensor(AdvancedSubtensor):
    """Indexing by a boolean mask."""

    stands_for = pts.AdvancedSubtensor


class AdvancedBooleanIncSubtensor(AdvancedIncSubtensor):
    """Add to, or set, what a boolean mask takes."""

    stands_for = pts.AdvancedIncSubtensor


advanced_subtensor1 = AdvancedSubtensor1()
advanced_inc_subtensor1 = AdvancedIncSubtensor1()
advanced_set_subtensor1 = AdvancedIncSubtensor1(set_instead_of_inc=True)
advanced_subtensor = AdvancedSubtensor()
advanced_boolean_subtensor = AdvancedBooleanSubtensor()
advanced_inc_subtensor = AdvancedIncSubtensor()
advanced_set_subtensor = AdvancedIncSubtensor(set_instead_of_inc=True)
advanced_boolean_inc_subtensor = AdvancedBooleanIncSubtensor()
advanced_boolean_set_subtensor = AdvancedBooleanIncSubtensor(set_instead_of_inc=True)
