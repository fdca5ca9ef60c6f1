"""`zlib` of Python 2: it takes text, and its checksums are signed."""

from __future__ import annotations

import zlib as _zlib
from typing import Any

from ..text import to_bytes
from ._rest import bytewise, rest_of


def _signed(checksum: int) -> int:
    return checksum - (1 << 32) if checksum >> 31 else checksum


def crc32(data: Any, value: int = 0) -> int:
    return _signed(_zlib.crc32(to_bytes(data), value & 0xFFFFFFFF))


def adler32(data: Any, value: int = 1) -> int:
    return _signed(_zlib.adler32(to_bytes(data), value & 0xFFFFFFFF))


compress = bytewise(_zlib.compress)
decompress = bytewise(_zlib.decompress)
__getattr__ = rest_of(_zlib)
