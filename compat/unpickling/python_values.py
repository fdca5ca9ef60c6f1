"""Plain Python objects of pickles: strings of bytes, sets, slices, ordered dicts."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

from .records import Record
from .table import NAMES, builds
from .translator import Task, Translator

__all__: list[str] = []

_TYPES = (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, slice, object)
_PLAIN = {kind.__name__: kind for kind in _TYPES}
NAMES.update({f"builtins.{name}": kind for name, kind in _PLAIN.items()})
NAMES.update({"builtins.long": int, "builtins.unicode": str, "builtins.basestring": str})
NAMES.update({"builtins.Ellipsis": Ellipsis, "collections.OrderedDict": OrderedDict})


@builds("_codecs.encode")
def encoded(load: Translator, record: Record) -> bytes:
    """Bytes, as Python 3 writes them for Python 2: text and its encoding."""
    text, encoding = record.args
    if encoding not in ("latin1", "latin-1"):
        raise ValueError(f"bytes encoded as {encoding!r}; pickles write them as 'latin1'")
    return text.encode("latin-1")


@builds("builtins.bytes", "builtins.bytearray")
def byte_string(load: Translator, record: Record) -> Task:
    """Bytes given as nothing, as bytes, or as text in latin-1; never a length."""
    content = (yield record.args[0]) if record.args else b""
    if isinstance(content, str):
        content = content.encode("latin-1")
    if not isinstance(content, bytes):
        raise TypeError(f"bytes made of {type(content).__name__}")
    return bytearray(content) if record.kind.name == "bytearray" else bytes(content)


@builds("builtins.set", "builtins.frozenset")
def set_of(load: Translator, record: Record) -> Task:
    """A set of a list."""
    elements = yield (record.args[0] if record.args else [])
    made: dict[Any, None] = {}
    yield from load.fill_dict(made, ((e, None) for e in elements))
    return _PLAIN[record.kind.name](made)


@builds("builtins.slice", "builtins.range", "builtins.xrange")
def slice_or_range(load: Translator, record: Record) -> Task:
    """A slice or a range of numbers."""
    args = yield record.args
    if record.kind.name == "slice":
        return slice(*args)
    return range(*args)


@builds("builtins.complex")
def complex_number(load: Translator, record: Record) -> complex:
    """A complex number of its two parts."""
    real, imaginary = record.args
    return complex(float(real), float(imaginary))


@builds(
    "collections.OrderedDict",
    "theano.compat.python2x.OrderedDict",
    "theano.gof.python25.OrderedDict",
    "ordereddict.OrderedDict",
)
def ordered_dict(load: Translator, record: Record) -> Task:
    """An ordered dict: pairs as an argument (Python 2), or set one by one."""
    return (yield from filled(load, record, OrderedDict()))


def filled(load: Translator, record: Record, made: Any) -> Task:
    """Return the dict `made` with the pairs of `record`."""
    load.known(record, made)
    pairs = record.args[0] if record.args else []
    yield from load.fill_dict(made, getattr(pairs, "pairs", pairs))
    yield from load.fill_dict(made, record.pairs)
    return made


@builds("collections.defaultdict")
def default_dict(load: Translator, record: Record) -> Task:
    """A dict with a default: one of the plain types."""
    factory = (yield record.args[0]) if record.args else None
    if factory is not None and factory not in _PLAIN.values():
        raise TypeError(f"a defaultdict of {factory!r}")
    made = load.known(record, defaultdict(factory))
    yield from load.fill_dict(made, record.pairs)
    return made


@builds("collections.Counter")
def counter(load: Translator, record: Record) -> Task:
    """A Counter."""
    return (yield from filled(load, record, Counter()))


@builds("collections.deque")
def double_ended_queue(load: Translator, record: Record) -> Task:
    """A deque, its items given as an argument or appended."""
    items, most = yield (*record.args, *((), None)[len(record.args) :])
    made = load.known(record, deque(items, most))
    for item in record.items:
        made.append((yield item))
    return made
