"""The allow-list: which names a pickle may use, and what makes each of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any

from .limits import Refused
from .records import Global

__all__ = ["BUILDERS", "NAMES", "allowed", "builds", "spelling"]

#: old dotted name -> function of (translator, record) that makes what the record describes; a generator
#: function yields the inert parts it needs and is sent their values
BUILDERS: dict[str, Callable[[Any, Any], Any]] = {}
#: old dotted name of a class or function that stands in data as a value -> that value
NAMES: dict[str, Any] = {}

#: beginnings of names that were moved, newest first
_MOVED = (
    ("numpy._core.", "numpy.core."),
    ("numpy.random.mtrand.", "numpy.random."),
    ("theano.sandbox.gpuarray.", "theano.gpuarray."),
)
_UNUSUAL = re.compile(r"[^\w.<>]", re.ASCII)


def builds(*names: str) -> Callable:
    """Register a function as the builder of the classes and functions `names`."""

    def register(function: Callable) -> Callable:
        BUILDERS.update(dict.fromkeys(names, function))
        return function

    return register


def spelling(name: Global) -> str:
    """Return the dotted name under which the tables know `name`."""
    dotted = f"{name.module}.{name.name}"
    for old, new in _MOVED:
        if dotted.startswith(old):
            return new + dotted[len(old) :]
    return dotted


def allowed(name: Global, classes: Any = ()) -> None:
    """Raise `Refused` unless `name` is in a table, in `classes`, or part of Theano.

    Names of Theano that no table has are let through as inert records: much of what old pickles hold (C code,
    profiles, bookkeeping of the optimiser) is never looked at. They are an error only where their value is
    needed.
    """
    dotted = spelling(name)
    if dotted in BUILDERS or dotted in NAMES or dotted in classes or dotted.startswith("theano."):
        return
    shown = _UNUSUAL.sub("?", dotted)[:120]
    near = difflib.get_close_matches(shown, [*BUILDERS, *NAMES, *classes], n=1, cutoff=0.85)
    hint = f" (did you mean {near[0]}?)" if near else ""
    way = f"load(file, classes={{{shown!r}: TheClass}})"
    raise Refused(
        f"The pickle wants {shown}, which is not on the list of what is loaded{hint}. "
        f"If it is a class of yours that you trust, say {way}; to see the data, say inspect(file)."
    )
