"""`struct` of Python 2: strings are text."""

from __future__ import annotations

import struct as _struct

from ._rest import bytewise, rest_of

pack = bytewise(_struct.pack)
unpack = bytewise(_struct.unpack)
unpack_from = bytewise(_struct.unpack_from)
__getattr__ = rest_of(_struct)
