"""`bz2` of Python 2: what is read mixes with text."""

from __future__ import annotations

import bz2 as _bz2
from typing import Any

from ..files import File
from ..text import to_text
from ._rest import bytewise, rest_of


class BZ2File(File):
    """A compressed file, open to be read or written."""

    def __init__(self, filename: Any, mode: str = "r", buffering: int = 0, compresslevel: int = 9) -> None:
        opened = _bz2.BZ2File(to_text(filename), mode.replace("U", ""), compresslevel=compresslevel)
        self.__dict__.update(File.over(opened).__dict__, mode=mode, name=filename)


compress = bytewise(_bz2.compress)
decompress = bytewise(_bz2.decompress)
__getattr__ = rest_of(_bz2)
