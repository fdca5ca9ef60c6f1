"""Classes as Python 2 made them: `__nonzero__`, `next`, `__cmp__`, `__div__` and their like do their work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from .ordering import compare

SPELLINGS = {
    "__nonzero__": "__bool__",
    "next": "__next__",
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
    "__unicode__": "__str__",
    "__long__": "__int__",
}
"""A special method of Python 2 -> the one that Python 3 calls in its place."""

_ORDER: dict[str, Callable[[int], bool]] = {
    "__lt__": lambda sign: sign < 0,
    "__le__": lambda sign: sign <= 0,
    "__gt__": lambda sign: sign > 0,
    "__ge__": lambda sign: sign >= 0,
    "__eq__": lambda sign: sign == 0,
    "__ne__": lambda sign: sign != 0,
}


def complete_namespace(namespace: dict[str, Any]) -> None:
    """Add to the body of a class the methods that Python 3 will look for."""
    for old, new in SPELLINGS.items():
        if old in namespace and new not in namespace:
            namespace[new] = namespace[old]
    if "__cmp__" in namespace:
        for method, holds in _ORDER.items():
            namespace.setdefault(method, _by_cmp(namespace["__cmp__"], holds))
    for kind in ("get", "set", "del"):
        slicer = namespace.get(f"__{kind}slice__")
        if slicer is not None:
            namespace[f"__{kind}item__"] = _sliced(slicer, namespace.get(f"__{kind}item__"))


def complete_class(cls: type) -> type:
    """Return `cls`, hashable as in Python 2: a class with an ``__eq__`` kept the hash it inherited."""
    if isinstance(cls, type) and "__hash__" in cls.__dict__ and cls.__dict__["__hash__"] is None:
        try:
            del cls.__hash__
        except (AttributeError, TypeError):
            return cls
    return cls


def _by_cmp(cmp: Callable, holds: Callable[[int], bool]) -> Callable:
    return lambda self, other: holds(cmp(self, other))


def _sliced(slicer: Callable, item: Callable | None) -> Callable:
    """Return a ``__getitem__`` that gives slices to `slicer` and anything else to `item`."""

    def method(self: Any, index: Any, *value: Any) -> Any:
        if isinstance(index, slice) and index.step is None:
            length = len(self) if _negative(index.start) or _negative(index.stop) else 0
            start = 0 if index.start is None else index.start + (length if index.start < 0 else 0)
            stop = sys.maxsize if index.stop is None else index.stop + (length if index.stop < 0 else 0)
            return slicer(self, max(start, 0), max(stop, 0), *value)
        if item is None:
            raise TypeError(f"{type(self).__name__} takes slices, not {index!r}")
        return item(self, index, *value)

    return method


def _negative(bound: int | None) -> bool:
    return bound is not None and bound < 0


__all__ = ["SPELLINGS", "compare", "complete_class", "complete_namespace"]
