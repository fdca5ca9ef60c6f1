"""`pickle.load` as launched programs see it: what the real Theano pickled loads too, all else as ever.

A program trusts its files, so its own classes are imported as Python's unpickler does. Only where a pickle
names a part of Theano it is read again, and those parts are made by the tables of this package.
"""

from __future__ import annotations

import io
import pickle
from types import ModuleType
from typing import Any

__all__ = ["ReadsTheano", "Unpickler", "load", "loads"]


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
        from .trusted import read_theano

        self._file.seek(start)
        outside = getattr(self, "persistent_load", None)
        return read_theano(self._file, super().find_class, outside)


class Unpickler(ReadsTheano, pickle.Unpickler):
    """Python's unpickler that can read the real Theano's pickles."""


def load(file: Any, **options: Any) -> Any:
    """Return what the next pickle of `file` holds."""
    return Unpickler(file, **options).load()


def loads(data: Any, /, **options: Any) -> Any:
    """Return what the pickle `data` holds."""
    return load(io.BytesIO(data), **options)


def change(module: ModuleType) -> None:
    """Let `load`, `loads` and `Unpickler` of the module `pickle` be those of this file."""
    module.Unpickler, module.load, module.loads = Unpickler, load, loads
