"""Put the dropped names back: a module is touched when it is imported, a name is found when it is asked for.

A module gets a ``__getattr__`` that is asked only for names the module does not have; NumPy's own behaviour,
and that of every library that does not use such names, stays what it is.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from .modules import MODULES
from .names import NAMES
from .settings import SETTINGS

_PACKAGE = __name__.rpartition(".")[0]
_MISSING = object()


def absolute(target: str) -> str:
    """Return the full name of a module that a row names."""
    if not target.startswith("."):
        return target
    parents = len(target) - len(target.lstrip("."))
    return ".".join([*_PACKAGE.split(".")[: 1 - parents or None], target.lstrip(".")])


def find(module: str, name: str) -> Any:
    """Return the dropped member `name` of `module`.

    Raises
    ------
    AttributeError
        If no row of `NAMES` knows it.
    """
    rows = NAMES.get(module, {})
    home, _, member = rows.get(name, "").partition(":")
    if member:
        return getattr(importlib.import_module(absolute(home)), member)
    if "*" in rows and not name.startswith("_"):
        return getattr(importlib.import_module(absolute(rows["*"])), name)
    raise AttributeError(name)


def _extend(module: ModuleType) -> None:
    """Give `module` its dropped names, and the settings that launched programs run with."""
    name = module.__name__
    if SETTINGS.get(name):
        SETTINGS[name](module)
    if name not in NAMES or isinstance(module.__dict__.get("__getattr__"), _Dropped):
        return
    module.__getattr__ = _Dropped(name, module.__dict__.get("__getattr__"))  # type: ignore[method-assign]


class _Dropped:
    """The ``__getattr__`` of a module with dropped names; `own` is the one it had."""

    def __init__(self, module: str, own: Callable[[str], Any] | None) -> None:
        self.module, self.own = module, own

    def __call__(self, name: str) -> Any:
        rows = NAMES[self.module]
        if name not in rows and self.own is not None:
            try:
                return self.own(name)
            except AttributeError:
                if "*" not in rows or name.startswith("_"):
                    raise
        try:
            return find(self.module, name)
        except AttributeError:
            raise AttributeError(f"module {self.module!r} has no attribute {name!r}") from None


class _OnImport:
    """Extends the modules of `NAMES` and `SETTINGS` once they have been imported by whoever imports them."""

    def __init__(self) -> None:
        self._looking: set[str] = set()

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if (name not in NAMES and name not in SETTINGS) or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
        finally:
            self._looking.discard(name)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        run = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            _extend(module)

        try:
            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        except AttributeError:
            return None  # a built-in module: its loader is a class
        return spec


class _Gone:
    """Finds a module that is gone as the one that stands for it; asked last, for names nothing else found."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        new = MODULES.get(name)
        if new is None:
            head, _, tail = name.rpartition(".")
            new = f"{MODULES[head]}.{tail}" if head in MODULES else None
        if new is None:
            return None
        new = absolute(new)
        try:
            if importlib.util.find_spec(new) is None:
                return None
        except (ImportError, ValueError):
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=new, is_package=True)

    def create_module(self, spec: Any) -> ModuleType:
        return _StandIn(spec.name, importlib.import_module(spec.origin))

    def exec_module(self, module: ModuleType) -> None:
        module.__all__ = [name for name in dir(module) if not name.startswith("_")]  # type: ignore[attr-defined]


class _StandIn(ModuleType):
    """A module under an old name; its members are those of another."""

    def __init__(self, name: str, real: ModuleType) -> None:
        super().__init__(name, real.__doc__)
        self.__dict__["_real"] = real

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            raise AttributeError(name)
        try:
            return getattr(self.__dict__["_real"], name)
        except AttributeError:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}") from None

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["_real"])


_ON_IMPORT, _GONE = _OnImport(), _Gone()


def revive() -> None:
    """Make the dropped names and modules be found, in this process, from now on."""
    if sys.meta_path[:1] != [_ON_IMPORT]:
        sys.meta_path[:] = [_ON_IMPORT, *(finder for finder in sys.meta_path if finder is not _ON_IMPORT)]
    if _GONE in sys.meta_path:
        return
    sys.meta_path.append(_GONE)
    for name in (*NAMES, *SETTINGS):
        module = sys.modules.get(name)
        if module is None and name in sys.builtin_module_names:
            module = importlib.import_module(name)
        if module is not None:
            _extend(module)


def stop_reviving() -> None:
    """Take the names away again; what a program has looked up stays with it."""
    for finder in (_ON_IMPORT, _GONE):
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
    for name in NAMES:
        module = sys.modules.get(name)
        dropped = module.__dict__.get("__getattr__") if module is not None else None
        if isinstance(dropped, _Dropped):
            if dropped.own is None:
                del module.__getattr__  # type: ignore[union-attr]
            else:
                module.__getattr__ = dropped.own  # type: ignore[method-assign, union-attr]
