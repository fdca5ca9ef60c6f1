"""Loads what Theano pickled, on Python 2 or 3: parameters, graphs, compiled functions; never arbitrary code.

    from compat import unpickle

    params = unpickle.load("model.pkl")     # also file objects, .pkl.gz, zip files of theano.misc.pkl_utils
    params = unpickle.loads(data)
    record = unpickle.inspect("model.pkl")  # what the file says, as inert records

A pickle is a program, and Python's own loader runs it. This loader reads it into inert records first, within
limits, and then makes the things its tables know: NumPy arrays, Theano's variables, Ops and functions.
Everything else is refused with an error that names it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from .unpickling.archive import Archive, is_zip, unpacked
from .unpickling.limits import Limits, Refused
from .unpickling.machine import read
from .unpickling.records import Global, Record
from .unpickling.table import allowed
from .unpickling.translator import Translator

_CHUNK = 1 << 20

__all__ = ["Limits", "Record", "Refused", "inspect", "load", "loads"]


def load(
    file: str | os.PathLike | BinaryIO,
    *,
    classes: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
) -> Any:
    """Return what `file` holds.

    Parameters
    ----------
    file : path or binary file
        A pickle of any protocol, also compressed by gzip or bzip2, or a zip file written by
        `theano.misc.pkl_utils.dump`. A file object is read to its end.
    classes : dict, optional
        Dotted name as the pickle spells it -> a class (or function) of your own. You trust it: it is called
        with what the pickle says.
    limits : Limits, optional
        What the pickle may ask for.

    Raises
    ------
    Refused
        If the pickle names what is not allowed, or goes beyond the limits.
    pickle.UnpicklingError
        If it is damaged, or holds what cannot be made here. `Refused` is one too.
    """
    limits = limits or Limits()
    return loads(_content(file, limits), classes=classes, limits=limits)


def loads(data: bytes, *, classes: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Any:
    """Return what the bytes of a pickle hold; see `load`."""
    from .unpickling import builders  # noqa: F401  fills the tables

    limits = limits or Limits()
    archive, data = _opened(data, limits)
    tree = read(
        data, allowed=lambda name: allowed(name, classes or {}), limits=limits, persistent=archive is not None
    )
    del data
    return Translator(limits, classes, archive and archive.array).value(tree)


def inspect(file: str | os.PathLike | BinaryIO, *, limits: Limits | None = None) -> Any:
    """Return what `file` says as inert records, whatever classes it names; nothing is made or called."""
    limits = limits or Limits()
    archive, data = _opened(_content(file, limits), limits)
    return read(data, allowed=_any_name, limits=limits, persistent=archive is not None)


def _any_name(name: Global) -> None:
    """Allow every name: for records that nobody translates."""


def _content(file: str | os.PathLike | BinaryIO, limits: Limits) -> bytes:
    """Return the bytes of `file`, within the limit."""
    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as stream:
            return _content(stream, limits)
    parts, size = [], 0
    while content := file.read(_CHUNK):
        if not isinstance(content, bytes):
            got = type(content).__name__
            raise TypeError(
                f"load needs a file opened in binary mode ('rb'); this one gives {got}, not bytes."
            )
        parts.append(content)
        size += len(content)
        limits.check("bytes", size)
    return b"".join(parts)


def _opened(data: bytes, limits: Limits) -> tuple[Archive | None, bytes]:
    """Return the archive `data` is, if it is one, and the bytes of its pickle."""
    limits.check("bytes", len(data))
    if is_zip(data):
        archive = Archive(data, limits)
        return archive, archive.read("pkl")
    return None, unpacked(data, limits)
