"""`CallCache`: results of calls kept in a file."""

from __future__ import annotations

import os
import pickle
from typing import Any

__all__ = ["CallCache"]


class CallCache:
    """Keeps what functions returned by function and arguments; `persist` writes it to `filename`.

    The file is a pickle: it is read only when it is one's own.
    """

    def __init__(self, filename: str | None = None) -> None:
        self.filename = filename
        self.cache: dict = {}
        if filename and os.path.exists(filename):
            with open(filename, "rb") as file:
                self.cache = pickle.load(file)

    def persist(self, filename: str | None = None) -> None:
        """Write the cache."""
        with open(filename or self.filename, "wb") as file:
            pickle.dump(self.cache, file)

    def call(self, fn: Any, args: tuple = (), key: Any = None) -> Any:
        """Return ``fn(*args)``, computed once for each `key` (by default the function and its arguments)."""
        key = (fn, tuple(args)) if key is None else key
        if key not in self.cache:
            self.cache[key] = fn(*args)
        return self.cache[key]
