"""Attributes that Python 2's objects had: `d.iteritems`, `it.next`, `f.func_name`, `error.message`.

The translated program asks `attribute(x, name)` for the names in `ATTRIBUTES`. What an object has by itself
comes first wherever Python 3 has not given the name another meaning.
"""

from __future__ import annotations

import types
from collections.abc import Callable, ItemsView, KeysView, ValuesView
from typing import Any

from .ordering import sort_list
from .printing import format_
from .text import decode, encode, mixable, to_text
from .unordered import comprehension

_MISSING = object()


def attribute(x: Any, name: str) -> Any:
    """Return ``x.name`` as Python 2 had it."""
    return ATTRIBUTES[name](x, name)


def _listed(x: Any, name: str) -> Any:
    """`keys`, `values` and `items` give lists, whatever object has them."""
    method = getattr(x, name)
    if isinstance(x, type | types.ModuleType) or not callable(method):
        return method

    def listed(*arguments: Any, **named: Any) -> Any:
        if type(x) is dict:  # made by today's code: arguments by keyword, what json read
            return getattr(comprehension(x), name)()
        result = method(*arguments, **named)
        return list(result) if isinstance(result, KeysView | ValuesView | ItemsView) else result

    return listed


def _first_own(fallback: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return a look-up that takes what the object has, else `fallback`, else says that it has none."""

    def look_up(x: Any, name: str) -> Any:
        own = getattr(x, name, _MISSING)
        if own is not _MISSING:
            return own
        try:
            return fallback(x, name)
        except AttributeError:
            return getattr(x, name)  # whose error names what the program asked for

    return look_up


def _iterated(x: Any, name: str) -> Callable:
    method = _listed(x, name.removeprefix("iter").removeprefix("view"))
    return lambda *arguments: iter(method(*arguments)) if name.startswith("iter") else method(*arguments)


def _has_key(x: Any, name: str) -> Callable:
    return x.__contains__


def _message(x: Any, name: str) -> Any:
    if isinstance(x, BaseException):
        return x.args[0] if len(x.args) == 1 else ""
    raise AttributeError(name)


def _sort(x: Any, name: str) -> Any:
    if isinstance(x, list):
        return lambda cmp=None, key=None, reverse=False: sort_list(x, cmp, key, reverse)
    return x.sort


def _format(x: Any, name: str) -> Any:
    if type(x) is str:
        return lambda *arguments, **named: format_(x, *arguments, **named)
    return x.format


def _join(x: Any, name: str) -> Any:
    if type(x) is str:
        return lambda parts: x.join(map(to_text, parts))
    return x.join


def _codec(function: Callable) -> Callable[[Any, str], Any]:
    def look_up(x: Any, name: str) -> Any:
        if isinstance(x, str | bytes):
            return lambda *arguments, **named: function(x, *arguments, **named)
        return getattr(x, name)

    return look_up


def _translate(x: Any, name: str) -> Any:
    if not isinstance(x, str):
        return x.translate

    def translate(table: Any, deletions: str = "") -> str:
        text = "".join(c for c in x if c not in deletions) if deletions else x
        return (
            text if table is None else text.translate(to_text(table) if isinstance(table, bytes) else table)
        )

    return translate


def _to_string(x: Any, name: str) -> Any:
    """`tostring` and `tobytes` of arrays give bytes that mix with text."""
    method = x.tobytes if hasattr(x, "tobytes") else getattr(x, name)
    return lambda *arguments, **named: mixable(method(*arguments, **named))


def _renamed(new: str) -> Callable[[Any, str], Any]:
    return _first_own(lambda x, name: getattr(x, new))


def _im_class(x: Any, name: str) -> Any:
    return type(x.__self__)


def _im_func(x: Any, name: str) -> Any:
    return x if isinstance(x, types.FunctionType) else x.__func__


def _im_self(x: Any, name: str) -> Any:
    return None if isinstance(x, types.FunctionType) else x.__self__


ATTRIBUTES: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(("keys", "values", "items"), _listed),
    **dict.fromkeys(
        ("iterkeys", "itervalues", "iteritems", "viewkeys", "viewvalues", "viewitems"), _first_own(_iterated)
    ),
    "has_key": _first_own(_has_key),
    "next": _renamed("__next__"),
    "message": _first_own(_message),
    "sort": _sort,
    "format": _format,
    "join": _join,
    "encode": _codec(encode),
    "decode": _codec(decode),
    "translate": _translate,
    **dict.fromkeys(("tostring", "tobytes"), _to_string),
    "func_name": _renamed("__name__"),
    "func_code": _renamed("__code__"),
    "func_defaults": _renamed("__defaults__"),
    "func_globals": _renamed("__globals__"),
    "func_closure": _renamed("__closure__"),
    "func_dict": _renamed("__dict__"),
    "func_doc": _renamed("__doc__"),
    "im_func": _first_own(_im_func),
    "im_self": _first_own(_im_self),
    "im_class": _first_own(_im_class),
}
