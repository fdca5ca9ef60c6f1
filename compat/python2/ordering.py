"""Comparisons as Python 2 did them: everything has an order, `sort` takes a function of two."""

from __future__ import annotations

import builtins
import functools
import numbers
import operator
from collections.abc import Callable, Iterable
from typing import Any


def compare(a: Any, b: Any) -> int:
    """Return -1, 0 or 1 as `a` is less than, equal to or greater than `b`: Python 2's `cmp`.

    None is less than anything, a number less than anything else, and other unlike things are ordered by the
    names of their types.
    """
    method = getattr(type(a), "__cmp__", None)
    if method is not None:
        result = method(a, b)
        if result is not NotImplemented:
            return (result > 0) - (result < 0)
    if type(a) is type(b) and isinstance(a, list | tuple):
        for x, y in zip(a, b, strict=False):
            if x is not y and x != y:
                return compare(x, y)
        return (len(a) > len(b)) - (len(a) < len(b))
    try:
        return -1 if a < b else 0 if a == b else 1
    except TypeError:
        if type(a) is type(b) and isinstance(a, dict):
            return compare(*((len(d), sorted_(d.items())) for d in (a, b)))
        left, right = _rank(a), _rank(b)
        return (left > right) - (left < right)


def _rank(x: Any) -> tuple:
    """Return the place of `x` among unlike things."""
    if x is None:
        return 0, "", 0
    kind = "" if isinstance(x, numbers.Real) else "str" if isinstance(x, str | bytes) else type(x).__name__
    return 1, kind, id(x)


def _unordered(error: TypeError) -> bool:
    """Return whether `error` says that Python 3 has no order for two things."""
    return "not supported between instances of" in str(error)


def _ordering(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def order(a: Any, b: Any) -> Any:
        try:
            return operation(a, b)
        except TypeError as error:
            if not _unordered(error):
                raise
        return operation(compare(a, b), 0)

    return order


less = _ordering(operator.lt)
less_or_equal = _ordering(operator.le)
greater = _ordering(operator.gt)
greater_or_equal = _ordering(operator.ge)


def _sort_key(cmp: Callable | None, key: Callable | None) -> Callable | None:
    """Return one key function that sorts as `cmp` and `key` say together."""
    if cmp is None:
        return key
    by_cmp = functools.cmp_to_key(cmp)
    return by_cmp if key is None else lambda item: by_cmp(key(item))


def sorted_(
    iterable: Iterable, cmp: Callable | None = None, key: Callable | None = None, reverse: bool = False
) -> list:
    """Return a sorted list; what Python 3 cannot order is ordered as in Python 2."""
    items = list(iterable)
    sort_list(items, cmp, key, reverse)
    return items


def sort_list(
    items: list, cmp: Callable | None = None, key: Callable | None = None, reverse: bool = False
) -> None:
    """Sort `items` in place: ``items.sort(cmp, key, reverse)`` of Python 2."""
    key = _sort_key(cmp, key)
    before = items[:]
    try:
        items.sort(key=key, reverse=bool(reverse))
    except TypeError as error:
        if not _unordered(error):
            raise
        items[:] = before
        items.sort(key=_sort_key(compare, key), reverse=bool(reverse))


def _extreme(function: Callable) -> Callable:
    @functools.wraps(function)
    def extreme(*arguments: Any, **options: Any) -> Any:
        if len(arguments) == 1 and not hasattr(arguments[0], "__len__"):
            arguments = (list(arguments[0]),)
        try:
            return function(*arguments, **options)
        except TypeError as error:
            if not _unordered(error):
                raise
            options["key"] = _sort_key(compare, options.get("key"))
            return function(*arguments, **options)

    return extreme


max_ = _extreme(builtins.max)
min_ = _extreme(builtins.min)
