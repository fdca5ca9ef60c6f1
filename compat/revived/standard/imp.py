"""`imp`: modules found and loaded by hand."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any

PY_SOURCE, PY_COMPILED, C_EXTENSION, PKG_DIRECTORY = 1, 2, 3, 5
reload = importlib.reload
new_module = ModuleType


def acquire_lock() -> None:
    """Do nothing: imports have a lock for each module."""


release_lock = acquire_lock


def lock_held() -> bool:
    return False


def load_source(name: str, pathname: str, file: Any = None) -> ModuleType:
    """Return the module that the source file `pathname` makes, as `name` in ``sys.modules``."""
    loader = importlib.machinery.SourceFileLoader(name, pathname)
    spec = importlib.util.spec_from_file_location(name, pathname, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def find_module(name: str, path: Any = None) -> tuple[Any, str, tuple[str, str, int]]:
    """Return (open file, path, description) of a module."""
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None or spec.origin is None:
        raise ImportError(f"No module named {name!r}")
    if spec.submodule_search_locations:
        return None, os.path.dirname(spec.origin), ("", "", PKG_DIRECTORY)
    return open(spec.origin, encoding="utf-8"), spec.origin, (".py", "r", PY_SOURCE)


def load_module(name: str, file: Any, filename: str, details: tuple[str, str, int]) -> ModuleType:
    """Return the module that `find_module` found."""
    if details[2] == PKG_DIRECTORY:
        filename = os.path.join(filename, "__init__.py")
    return load_source(name, filename)


def get_suffixes() -> list[tuple[str, str, int]]:
    return [(suffix, "r", PY_SOURCE) for suffix in importlib.machinery.SOURCE_SUFFIXES]
