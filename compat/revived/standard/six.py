"""`six`, for programs that use it where it is not installed: what it is on Python 3."""

from __future__ import annotations

import functools
import io
import operator
import struct
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

__version__ = "1.16.0"

PY2, PY3, PY34 = False, True, True
string_types, integer_types, class_types = (str,), (int,), (type,)
text_type, binary_type, MAXSIZE = str, bytes, sys.maxsize
StringIO, BytesIO = io.StringIO, io.BytesIO
Iterator = Iterator
print_ = print
callable = callable
next = advance_iterator = next
unichr, int2byte, byte2int = chr, struct.Struct(">B").pack, operator.itemgetter(0)
indexbytes, iterbytes = operator.getitem, iter
get_method_function, get_method_self = operator.attrgetter("__func__"), operator.attrgetter("__self__")
get_function_closure, get_function_code = operator.attrgetter("__closure__"), operator.attrgetter("__code__")
get_function_defaults, get_function_globals = (
    operator.attrgetter("__defaults__"),
    operator.attrgetter("__globals__"),
)
viewkeys, viewvalues, viewitems = (operator.methodcaller(name) for name in ("keys", "values", "items"))
exec_ = exec
wraps = functools.wraps


def iterkeys(d: Any, **options: Any) -> Iterator:
    return iter(d.keys(**options))


def itervalues(d: Any, **options: Any) -> Iterator:
    return iter(d.values(**options))


def iteritems(d: Any, **options: Any) -> Iterator:
    return iter(d.items(**options))


def iterlists(d: Any, **options: Any) -> Iterator:
    return iter(d.lists(**options))


def b(s: str) -> bytes:
    return s.encode("latin-1")


def u(s: str) -> str:
    return s


def ensure_str(s: Any, encoding: str = "utf-8", errors: str = "strict") -> str:
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


ensure_text = ensure_str


def ensure_binary(s: Any, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    return s.encode(encoding, errors) if isinstance(s, str) else s


def get_unbound_function(unbound: Any) -> Any:
    return unbound


def create_bound_method(function: Callable, instance: Any) -> Any:
    return types.MethodType(function, instance)


def create_unbound_method(function: Callable, cls: type) -> Any:
    return function


def with_metaclass(meta: Any, *bases: type) -> type:
    """Return a base for a class of the metaclass `meta`."""

    class Metaclass(type):
        def __new__(cls, name: str, _: Any, namespace: dict) -> Any:
            return meta(name, bases, namespace)

        @classmethod
        def __prepare__(cls, name: str, _: Any, **options: Any) -> Any:
            return meta.__prepare__(name, bases)

    return type.__new__(Metaclass, "temporary_class", (), {})


def add_metaclass(metaclass: Any) -> Callable[[type], type]:
    """Return a class decorator that makes the class again with `metaclass`."""

    def wrapper(cls: type) -> type:
        namespace = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
        for slot in (
            [cls.__dict__.get("__slots__", ())] if isinstance(cls.__dict__.get("__slots__"), str) else []
        ):
            namespace.pop(slot, None)
        return metaclass(cls.__name__, cls.__bases__, namespace)

    return wrapper


def python_2_unicode_compatible(cls: type) -> type:
    return cls


def reraise(tp: Any, value: Any = None, tb: Any = None) -> None:
    """Raise an exception again with the traceback it had."""
    raise (tp() if value is None else value).with_traceback(tb)


def raise_from(value: BaseException, from_value: Any) -> None:
    raise value from from_value


def _method(name: str) -> Callable:
    return lambda self, *arguments, **options: getattr(self, name)(*arguments, **options)


assertCountEqual, assertRegex, assertNotRegex, assertRaisesRegex = map(
    _method, ("assertCountEqual", "assertRegex", "assertNotRegex", "assertRaisesRegex")
)
