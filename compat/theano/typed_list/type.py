"""`TypedListType`: lists whose elements are all of one type."""

from __future__ import annotations

from typing import Any

from pytensor.graph.type import Type as PyTensorType

from .. import gof

__all__ = ["TypedListType"]


class TypedListType(gof.Type):
    """The type of lists of `ttype`.

    Parameters
    ----------
    ttype : Type
        The type of the elements; may be a list's again.
    depth : int
        How many lists are to be around the list of `ttype`.

    Raises
    ------
    TypeError
        If `ttype` is no type.
    ValueError
        If `depth` is negative.
    """

    def __init__(self, ttype: Any, depth: int = 0) -> None:
        if depth < 0:
            raise ValueError(f"Please specify a depth superior or equal to 0; got {depth}.")
        if not isinstance(ttype, PyTensorType):
            raise TypeError(f"Expected a Theano Type; got {ttype!r}.")
        self.ttype = ttype if depth == 0 else TypedListType(ttype, depth - 1)

    def filter(self, x: Any, strict: bool = False, allow_downcast: bool | None = None) -> list:
        """Return `x` as a list with its elements filtered; when `strict`, itself if it is a list.

        Raises
        ------
        TypeError
            If it is no list, or an element is not of the type.
        """
        if strict:
            if not isinstance(x, list):
                raise TypeError(f"Expected a python list; got {type(x).__name__}.")
            return x
        x = [self.ttype.filter(element) for element in x]
        if not all(self.ttype.is_valid_value(element) for element in x):
            raise TypeError(f"Expected all elements to be {self.ttype}")
        return x

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self.ttype == other.ttype

    def __hash__(self) -> int:
        return hash((type(self), self.ttype))

    def __str__(self) -> str:
        return f"TypedList <{self.ttype}>"

    def get_depth(self) -> int:
        """Return how many lists are around the list of what is no list."""
        return self.ttype.get_depth() + 1 if isinstance(self.ttype, TypedListType) else 0

    def values_eq(self, a: list, b: list) -> bool:
        """Return whether two lists have equal elements."""
        return len(a) == len(b) and all(map(self.ttype.values_eq, a, b))

    def values_eq_approx(self, a: list, b: list) -> bool:
        """Return whether two lists have nearly equal elements."""
        return len(a) == len(b) and all(map(self.ttype.values_eq_approx, a, b))

    def may_share_memory(self, a: Any, b: Any) -> bool:
        """Return whether a list and another, or an element of it, may share memory."""
        if a is b:
            return True
        a, b = (x if isinstance(x, list) else [x] for x in (a, b))
        return any(self.ttype.may_share_memory(x, y) for x in a for y in b)

    @property
    def dtype(self) -> Any:
        return self.ttype

    @property
    def ndim(self) -> int:
        return self.ttype.ndim + 1
