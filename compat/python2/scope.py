"""The built-in names of Python 2, and the helpers that translated code calls, as one dict of built-ins."""

from __future__ import annotations

import builtins
import functools
import importlib
import itertools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType
from typing import Any

from . import arithmetic, attributes, classes, hashing, ordering, printing, unordered
from .compiling import compile_python2
from .files import File
from .soft_space import set_soft_space
from .source import decode as decode_source
from .text import ByteString, to_bytes, to_text


class _Text(type):
    """The type of `unicode`: any text is one, and calling it gives plain text."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, str)

    def __eq__(cls, other: Any) -> bool:
        return other is str or other is cls

    def __hash__(cls) -> int:
        return hash(str)

    def __call__(cls, x: Any = "", encoding: str = "utf-8", errors: str = "strict") -> str:
        if isinstance(x, bytes | bytearray | memoryview):
            return bytes(x).decode(encoding, errors)
        return printing.text_of(x)


class unicode(str, metaclass=_Text):
    """Python 2's `unicode`: text."""


class _AnyText(type):
    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, str | bytes)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, str | bytes)


class basestring(metaclass=_AnyText):
    """Python 2's `basestring`: what is text or bytes."""


def range_(*bounds: Any) -> list[int]:
    return list(range(*bounds))


def map_(function: Callable | None, *sequences: Iterable) -> list:
    if len(sequences) == 1:
        return list(sequences[0]) if function is None else list(map(function, sequences[0]))
    rows = itertools.zip_longest(*sequences)
    return list(rows) if function is None else list(itertools.starmap(function, rows))


def filter_(function: Callable | None, sequence: Any) -> Any:
    kept = filter(function, sequence)
    if isinstance(sequence, str):
        return "".join(kept)
    return tuple(kept) if isinstance(sequence, tuple) else list(kept)


def zip_(*sequences: Iterable) -> list[tuple]:
    return list(zip(*sequences, strict=False))


def apply(function: Callable, arguments: Iterable = (), named: dict[str, Any] | None = None) -> Any:
    return function(*arguments, **(named or {}))


def buffer(x: Any, offset: int = 0, size: int = -1) -> memoryview:
    view = memoryview(to_bytes(x))
    return view[offset:] if size < 0 else view[offset : offset + size]


def coerce(x: Any, y: Any) -> tuple[Any, Any]:
    kind = type(x + y)
    return kind(x), kind(y)


def oct_(x: int) -> str:
    return builtins.oct(x).replace("0o", "0") if x else "0"


def raw_input(prompt: Any = "") -> str:
    set_soft_space(sys.stdout, False)
    return builtins.input(printing.text_of(prompt))


def reload(module: Any) -> Any:
    return importlib.reload(module)


class Scope:
    """Python 2's built-in names for modules that import as `importer` does."""

    def __init__(self, importer: Callable) -> None:
        self.names: dict[str, Any] = {
            **vars(builtins),
            **NAMES,
            "__import__": importer,
            "__exec2__": self.exec_,
            "eval": self.eval_,
            "input": self.input_,
            "execfile": self.execfile,
        }

    def exec_(self, code: Any, globals_: dict | None = None, locals_: Any = None) -> None:
        """Run ``exec code in globals_, locals_``."""
        if isinstance(code, tuple):
            code, globals_, locals_ = (*code, None, None)[:3]
        if globals_ is None:
            frame = sys._getframe(1)
            globals_, locals_ = frame.f_globals, frame.f_locals
        globals_.setdefault("__builtins__", self.names)
        exec(self._code(code, "<string>", "exec"), globals_, locals_)

    def eval_(self, code: Any, globals_: dict | None = None, locals_: Any = None) -> Any:
        """Return the value of the expression `code` where it is called, or in the namespaces given."""
        if globals_ is None:
            frame = sys._getframe(1)
            globals_, locals_ = frame.f_globals, frame.f_locals if locals_ is None else locals_
        return self._value(code, globals_, locals_)

    def _value(self, code: Any, globals_: dict, locals_: Any) -> Any:
        globals_.setdefault("__builtins__", self.names)
        return builtins.eval(self._code(code, "<string>", "eval"), globals_, locals_)

    def input_(self, prompt: Any = "") -> Any:
        """Return the value of the expression that is typed in."""
        frame = sys._getframe(1)
        return self._value(raw_input(prompt), frame.f_globals, frame.f_locals)

    def execfile(self, path: Any, globals_: dict | None = None, locals_: Any = None) -> None:
        """Run the file `path` where this is called, or in the namespaces given."""
        if globals_ is None:
            frame = sys._getframe(1)
            globals_, locals_ = frame.f_globals, frame.f_locals
        globals_.setdefault("__builtins__", self.names)
        text = decode_source(Path(to_text(path)).read_bytes())
        exec(compile_python2(text, to_text(path)), globals_, locals_)

    def _code(self, code: Any, filename: str, mode: str) -> Any:
        if isinstance(code, CodeType):
            return code
        text = to_text(code.read() if hasattr(code, "read") else code)
        return compile_python2(text.strip() if mode == "eval" else text, filename, mode)


NAMES: dict[str, Any] = {
    # what translated code calls
    "__div2__": arithmetic.divide,
    "__idiv2__": arithmetic.divide_in_place,
    "__lt2__": ordering.less,
    "__le2__": ordering.less_or_equal,
    "__gt2__": ordering.greater,
    "__ge2__": ordering.greater_or_equal,
    "__attribute2__": attributes.attribute,
    "__dict2__": unordered.display,
    "__dictcomp2__": unordered.comprehension,
    "__set2__": unordered.set2,
    "__keywords2__": unordered.keywords,
    "__locals2__": unordered.local_names,
    "__attributes2__": unordered.attributes_of,
    "__print2__": printing.print_statement,
    "__str2__": printing.str_,
    "__mod2__": printing.percent,
    "__raise2__": printing.raised,
    "__namespace2__": classes.complete_namespace,
    "__class2__": classes.complete_class,
    # what programs call
    "StandardError": Exception,
    "apply": apply,
    "basestring": basestring,
    "buffer": buffer,
    "cmp": ordering.compare,
    "coerce": coerce,
    "dict": unordered.dict2,
    "file": File,
    "filter": filter_,
    "frozenset": unordered.frozenset2,
    "hash": hashing.hash_,
    "intern": sys.intern,
    "long": int,
    "map": map_,
    "max": ordering.max_,
    "min": ordering.min_,
    "oct": oct_,
    "open": File,
    "print": printing.print_function,
    "range": range_,
    "raw_input": raw_input,
    "reduce": functools.reduce,
    "reload": reload,
    "round": arithmetic.round_half_away,
    "set": unordered.set2,
    "sorted": ordering.sorted_,
    "unichr": chr,
    "unicode": unicode,
    "xrange": range,
    "zip": zip_,
}

__all__ = ["NAMES", "ByteString", "Scope"]
