"""`import` as Python 2 did it: a package's own modules first, and the library's modules as they were."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .scope import Scope

_MODULES = __name__.rpartition(".")[0] + ".modules."
CHANGED = {
    "base64", "bz2", "collections", "csv", "gzip", "hashlib", "pickle", "random", "struct", "subprocess",
    "urllib", "zlib",
}  # fmt: skip
"""Modules that are still there and have changed: a program of Python 2 gets them from `modules`."""


def import_absolute(
    name: str, globals: Any = None, locals: Any = None, fromlist: Sequence[str] | None = (), level: int = 0
) -> Any:
    """``__import__`` under ``from __future__ import absolute_import``."""
    if level <= 0 and name in CHANGED:
        return importlib.import_module(_MODULES + name)
    return builtins.__import__(name, globals, locals, fromlist or (), max(level, 0))


def import_relative_first(
    name: str, globals: Any = None, locals: Any = None, fromlist: Sequence[str] | None = (), level: int = 0
) -> Any:
    """``__import__`` of Python 2: in a package `import x` looks beside the module first."""
    package = (globals or {}).get("__package__")
    if level <= 0 and package:
        head = f"{package}.{name.partition('.')[0]}"
        if head != (globals or {}).get("__name__") and _exists(head):
            module = builtins.__import__(f"{package}.{name}", globals, locals, fromlist or (), 0)
            return module if fromlist else sys.modules[head]
    return import_absolute(name, globals, locals, fromlist, level)


def _exists(name: str) -> bool:
    if name in sys.modules:
        return sys.modules[name] is not None
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


_SCOPES: dict[Callable, Scope] = {}


def builtin_names(text: str) -> dict[str, Any]:
    """Return the ``__builtins__`` for a module of Python 2 whose source is `text`."""
    importer = import_absolute if "absolute_import" in text else import_relative_first
    if importer not in _SCOPES:
        _SCOPES[importer] = Scope(importer)
    return _SCOPES[importer].names
