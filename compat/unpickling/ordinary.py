"""`pickle.load` as launched programs see it: what the real Theano pickled loads too, all else as ever.

A program trusts its files, so its own classes are imported as Python's unpickler does. Only where a pickle
names a part of Theano it is read again, and those parts are made by the tables of this package.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from .limits import Limits
from .machine import read
from .table import BUILDERS, NAMES, allowed

__all__ = ["ReadsTheano", "Unpickler", "load", "loads", "read_theano"]

_ENDLESS = Limits(**dict.fromkeys(Limits.__dataclass_fields__, 1 << 62))


class _NamesTheano(Exception):
    """Says that a pickle was written by the real Theano."""


class ReadsTheano:
    """What makes an unpickler of Python read the real Theano's pickles too: a base before it."""

    def __init__(self, file: Any, **options: Any) -> None:
        super().__init__(file, **options)
        self._file = file

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "theano":
            raise _NamesTheano(f"{module}.{name}")
        return super().find_class(module, name)

    def load(self) -> Any:
        """Return what the next pickle of the file holds."""
        start = self._file.tell() if hasattr(self._file, "tell") else None
        try:
            return super().load()
        except _NamesTheano as named:
            if start is None:
                raise pickle.UnpicklingError(
                    f"The pickle holds a {named}; read it from a file that can seek."
                ) from None
        self._file.seek(start)
        outside = getattr(self, "persistent_load", None)
        return read_theano(self._file, super().find_class, outside)


class Unpickler(ReadsTheano, pickle.Unpickler):
    """Python's unpickler that can read the real Theano's pickles."""


class _Importable(Mapping):
    """Dotted name -> the class or function of that name, for all names that the tables do not have."""

    def __init__(self, find_class: Callable[[str, str], Any]) -> None:
        self.find_class = find_class

    def __contains__(self, dotted: object) -> bool:
        return dotted not in BUILDERS and dotted not in NAMES and not str(dotted).startswith("theano.")

    def __getitem__(self, dotted: str) -> Any:
        module, _, name = dotted.rpartition(".")
        return self.find_class(module, name)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def read_theano(file: Any, find_class: Callable[[str, str], Any], outside: Callable | None = None) -> Any:
    """Return what the pickle at the position of `file` holds, Theano's parts made by the tables.

    Parameters
    ----------
    file : binary file
        Is left after the pickle.
    find_class : callable
        Gives the other classes and functions by module and name.
    outside : callable, optional
        Gives what the pickle refers to outside itself.
    """
    from . import builders  # noqa: F401  fills the tables
    from .translator import Translator

    classes = _Importable(find_class)
    tree = read(
        file, allowed=partial(allowed, classes=classes), limits=_ENDLESS, persistent=outside is not None
    )
    return Translator(_ENDLESS, classes, outside).value(tree)


def load(file: Any, **options: Any) -> Any:
    """Return what the next pickle of `file` holds."""
    return Unpickler(file, **options).load()


def loads(data: Any, /, **options: Any) -> Any:
    """Return what the pickle `data` holds."""
    return load(io.BytesIO(data), **options)


def change(module: ModuleType) -> None:
    """Let `load`, `loads` and `Unpickler` of the module `pickle` be those of this file."""
    module.Unpickler, module.load, module.loads = Unpickler, load, loads
