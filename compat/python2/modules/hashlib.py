"""`hashlib` of Python 2: hashes of text are hashes of its bytes."""

from __future__ import annotations

import hashlib as _hashlib
from typing import Any

from ..text import ByteString, to_bytes
from ._rest import rest_of


class _Hash:
    """A hash that is fed text or bytes."""

    def __init__(self, hash_: Any) -> None:
        self._hash = hash_

    def update(self, data: Any) -> None:
        self._hash.update(to_bytes(data))

    def digest(self) -> ByteString:
        return ByteString(self._hash.digest())

    def copy(self) -> _Hash:
        return _Hash(self._hash.copy())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hash, name)


def new(name: str, data: Any = b"") -> _Hash:
    return _Hash(_hashlib.new(name, to_bytes(data)))


def _named(name: str) -> Any:
    return lambda data=b"": new(name, data)


md5, sha1, sha224, sha256, sha384, sha512 = map(
    _named, ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
)
__getattr__ = rest_of(_hashlib)
