"""A process with nothing left to finish ends without taking its objects apart.

When a process ends, Python's collector goes through all objects again and again and then frees them, which
the system does anyway: a fifth of a short program. It matters only to objects that do something when they go,
such as files with text yet to be written. Where any is alive, the process ends as always.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from itertools import compress

_HARMLESS = frozenset({"numpy", "scipy", "_cyutility"} | (sys.stdlib_module_names - {"_dbm", "_gdbm"}))
"""Packages whose objects either show what they do at their end by a ``__del__``, or do nothing."""


def shorten_exit() -> None:
    """Look, at the end of this process, whether it can end at once. Calls after the first change nothing."""
    atexit.unregister(_leave)
    atexit.register(_leave)


def _leave() -> None:
    """Hide all objects from the collector if none of them has anything to do at its end."""
    if gc.isenabled() and not gc.get_debug() and not something_to_finish():
        gc.freeze()


def something_to_finish() -> bool:
    """Return whether an object may be alive whose end somebody could notice.

    That is one with a ``__del__``, as files and generators have, the standard streams excepted; or one of an
    extension module that we do not know.
    """
    if any(_is_unknown_extension(name, module) for name, module in list(sys.modules.items())):
        return True
    objects = gc.get_objects(0) + gc.get_objects(1) if _harmless_since == _moves() else gc.get_objects()
    finished = {kind for kind in set(map(type, objects)) if hasattr(kind, "__del__")}
    if not finished:
        return False
    standard = set(map(id, _standard_streams()))
    suspects = compress(objects, map(finished.__contains__, map(type, objects)))
    return any(id(thing) not in standard for thing in suspects)


_harmless_since: tuple[int, ...] | None = None


def old_objects_are_harmless() -> None:
    """Tell that no object of the collector's oldest generation has anything to do at its end.

    It holds until the collector moves younger ones there; to look at these alone takes a tenth of the time.
    """
    global _harmless_since
    _harmless_since = _moves()


def _moves() -> tuple[int, ...]:
    """Return how often the collector has moved objects to its oldest generation, in both ways it does."""
    return tuple(generation["collections"] for generation in gc.get_stats()[1:])


def _is_unknown_extension(name: str, module: object) -> bool:
    file = getattr(module, "__file__", None)
    is_extension = isinstance(file, str) and file.endswith(tuple(EXTENSION_SUFFIXES))
    return is_extension and name.partition(".")[0] not in _HARMLESS


def _standard_streams() -> Iterator[object]:
    """Yield the standard streams and what they are made of; Python flushes them before it ends."""
    for name in ("stdin", "stdout", "stderr"):
        for stream in (getattr(sys, name), getattr(sys, f"__{name}__")):
            layer, seen = stream, set()
            while layer is not None and id(layer) not in seen:  # a stand-in may give itself as its buffer
                seen.add(id(layer))
                yield layer
                layer = getattr(layer, "buffer", None) or getattr(layer, "raw", None)
