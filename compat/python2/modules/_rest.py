"""What a module of this folder does not define itself comes from today's module."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..text import mixable, to_bytes


def rest_of(*modules: ModuleType) -> Callable[[str], Any]:
    """Return a module-level ``__getattr__`` that looks in `modules`, one after the other."""

    def look_up(name: str) -> Any:
        for module in modules:
            try:
                return getattr(module, name)
            except AttributeError:
                continue
        raise AttributeError(f"module {modules[0].__name__!r} has no attribute {name!r}")

    return look_up


def bytewise(function: Callable) -> Callable:
    """Return `function` of bytes so that it takes text as well, and returns bytes that mix with text."""

    def call(*arguments: Any, **named: Any) -> Any:
        return mixable(function(*map(to_bytes, arguments), **named))

    return call
