"""`pickle` and `cPickle` of Python 2: old strings are read as Latin-1, files may be open as text."""

from __future__ import annotations

import io
import pickle as _pickle
from typing import Any

from ...unpickling import ordinary
from ..files import binary
from ..text import to_bytes
from ._rest import rest_of


class Unpickler(ordinary.Unpickler):
    """Reads what Python 2 wrote, the real Theano too, and what `Pickler` writes."""

    def __init__(self, file: Any, **options: Any) -> None:
        super().__init__(_Bytes(binary(file)), **{"encoding": "latin1", **options})


class Pickler(_pickle.Pickler):
    """Writes protocol 2 at most, which any Python can read."""

    def __init__(self, file: Any, protocol: int | None = None, **options: Any) -> None:
        super().__init__(binary(file), _protocol(protocol), **options)


class _Bytes:
    """A file whose reads are plain bytes, whatever it gives."""

    def __init__(self, file: Any) -> None:
        self.read = lambda size=-1: bytes(to_bytes(file.read(size)))
        self.readline = lambda: bytes(to_bytes(file.readline()))
        self.tell, self.seek = file.tell, file.seek


def _protocol(protocol: int | None) -> int:
    return 2 if protocol is None or not 0 <= protocol <= 2 else protocol


def load(file: Any, **options: Any) -> Any:
    return Unpickler(file, **options).load()


def loads(data: Any, **options: Any) -> Any:
    return load(io.BytesIO(bytes(to_bytes(data))), **options)


def dump(obj: Any, file: Any, protocol: int | None = None, **options: Any) -> None:
    data = _pickle.dumps(obj, _protocol(protocol), **options)
    target = binary(file)
    try:
        target.write(data)
    except TypeError:
        target.write(data.decode("latin-1"))


def dumps(obj: Any, protocol: int | None = None, **options: Any) -> Any:
    from ..text import ByteString

    return ByteString(_pickle.dumps(obj, _protocol(protocol), **options))


HIGHEST_PROTOCOL = 2
BadPickleGet = _pickle.UnpicklingError
__getattr__ = rest_of(_pickle)
