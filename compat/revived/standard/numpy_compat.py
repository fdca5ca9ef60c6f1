"""`numpy.compat`: what NumPy used to run on Python 2 and 3."""

from __future__ import annotations

import pickle as pickle
from io import StringIO as StringIO
from typing import Any

unicode, long, integer_types, basestring = str, int, (int,), str
strchar = "U"


def asbytes(s: Any) -> bytes:
    return s if isinstance(s, bytes) else str(s).encode("latin1")


def asstr(s: Any) -> str:
    return s.decode("latin1") if isinstance(s, bytes) else str(s)


asunicode = asstr
