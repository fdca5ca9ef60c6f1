"""Files of arrays: the zip files of `theano.misc.pkl_utils`, and compressed pickles."""

from __future__ import annotations

import bz2
import gzip
import io
import pickle
import zipfile
import zlib
from typing import Any, BinaryIO

import numpy as np

from .limits import Limits, Refused

__all__ = ["Archive", "is_zip", "unpacked"]

_PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open}
_CHUNK = 1 << 20


def is_zip(data: bytes) -> bool:
    """Return whether `data` is a zip file."""
    return data[:4] == b"PK\x03\x04"


def unpacked(data: bytes, limits: Limits) -> bytes:
    """Return `data`, decompressed within the limits if it is a gzip or bzip2 file."""
    opener = next((o for magic, o in _PACKED.items() if data.startswith(magic)), None)
    if opener is None:
        return data
    try:
        return _read(opener(io.BytesIO(data)), len(data), limits)
    except (OSError, EOFError, zlib.error) as error:
        raise pickle.UnpicklingError(f"The compressed file is damaged: {error}. Fetch it again.") from error


def _read(stream: Any, packed: int, limits: Limits, already: int = 0) -> bytes:
    """Read `stream` to its end; `packed` is the number of bytes it comes from."""
    parts, size = [], 0
    while chunk := stream.read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        check_expansion(already + size, packed, limits)
    return b"".join(parts)


def check_expansion(size: int, packed: int, limits: Limits) -> None:
    """Raise `Refused` if `size` bytes are too many, or too many for the `packed` bytes they come from."""
    limits.check("bytes", size)
    if size > limits.free_bytes and size > packed * limits.expansion:
        raise Refused(
            f"The file unpacks to more than {limits.expansion} times its {packed:,} bytes, as a bomb does. "
            "If you trust it, load it with limits=Limits(expansion=1000)."
        )


class Archive:
    """A zip file with a pickle `pkl` and, under the names it refers to, arrays."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.limits = limits
        self.arrays: dict[str, np.ndarray] = {}
        self.unpacked = 0
        self.packed = len(data)
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise pickle.UnpicklingError(f"The zip file is damaged: {error}. Fetch it again.") from error
        limits.check("objects", len(self.zip.namelist()))
        # what the directory says is checked before anything is unpacked, what comes out while it is
        check_expansion(sum(i.file_size for i in self.zip.infolist()), self.packed, limits)

    def read(self, name: str) -> bytes:
        """Return the content of the member `name`; nothing is written to disk."""
        try:
            with self.zip.open(name) as stream:
                content = _read(stream, self.packed, self.limits, self.unpacked)
        except KeyError:
            raise pickle.UnpicklingError(
                f"The zip file has no member {name!r}; one of theano.misc.pkl_utils has 'pkl' and arrays."
            ) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise pickle.UnpicklingError(f"Member {name!r} of the zip file is damaged: {error}.") from error
        self.unpacked += len(content)
        return content

    def array(self, reference: Any) -> np.ndarray:
        """Return the array of a persistent name such as 'ndarray.W'."""
        kind, _, name = str(reference).partition(".")
        if kind not in ("ndarray", "gpuarray") or not name:
            shown = str(reference)[:80]
            raise Refused(f"The pickle refers to {shown!r}; only arrays of the zip file are known.")
        if name not in self.arrays:
            stream = io.BytesIO(self.read(name))
            if kind == "gpuarray":
                _skip_context(stream)
            self.arrays[name] = _array(stream, name)
        return self.arrays[name]


def _array(stream: BinaryIO, name: str) -> np.ndarray:
    """Return the array in NumPy's format that `stream` holds."""
    try:
        return np.lib.format.read_array(stream, allow_pickle=False)
    except (ValueError, TypeError, OSError, SyntaxError, MemoryError) as error:
        raise pickle.UnpicklingError(f"The array {name!r} of the zip file cannot be read: {error}") from error


def _skip_context(stream: BinaryIO) -> None:
    """Step over the name of the GPU, a small pickle before the array."""
    head = stream.read(256)
    start = head.find(b"\x93NUMPY")
    if start < 0:
        raise pickle.UnpicklingError("An array of a GPU has no array in it.")
    stream.seek(start)
