"""The functions of Python 2's `string`, which became methods."""

from __future__ import annotations

import string as _string
from collections.abc import Callable, Iterable
from typing import Any

letters, lowercase, uppercase = _string.ascii_letters, _string.ascii_lowercase, _string.ascii_uppercase
atof = float


def join(words: Iterable, sep: str = " ") -> str:
    return sep.join(map(str, words))


def split(s: Any, sep: Any = None, maxsplit: int = -1) -> list:
    return s.split(sep, maxsplit)


def replace(s: Any, old: Any, new: Any, maxreplace: int = -1) -> Any:
    return s.replace(old, new, maxreplace)


def atoi(s: Any, base: int = 10) -> int:
    return int(s, base)


def maketrans(old: Any, new: Any) -> Any:
    return str.maketrans(old, new)


def translate(s: Any, table: Any, deletions: str = "") -> Any:
    return "".join(c for c in s if c not in deletions).translate(table)


def __getattr__(name: str) -> Callable:
    if name not in _METHODS:
        raise AttributeError(f"module 'string' has no attribute {name!r}")
    return lambda s, *arguments: getattr(s, name)(*arguments)


_METHODS = frozenset(
    {
        "capitalize", "center", "count", "expandtabs", "find", "index", "ljust", "lower", "lstrip", "rfind",
        "rindex", "rjust", "rstrip", "strip", "swapcase", "upper", "zfill",
    }
)  # fmt: skip
joinfields, splitfields, atol = join, split, atoi
