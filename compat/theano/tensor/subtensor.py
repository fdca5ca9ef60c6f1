"""Indexing: `x[...]`, `set_subtensor`, `inc_subtensor`, `take`, and the Ops behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor.subtensor as pts
from pytensor.graph.basic import Apply, Variable

from ...belonging import belong_to
from ...front import FrontOp
from . import assigning, indexing
from .assigning import inc_subtensor, set_subtensor
from .constants import as_tensor_variable
from .indexing import AdvancedBooleanIndexingError, AdvancedIndexingError, get_canonical_form_slice, getitem
from .indexing import SliceIndices as SliceIndices

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

belong_to(__name__, indexing, assigning)


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
