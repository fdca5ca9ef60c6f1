"""`gzip` of Python 2: what is read mixes with text."""

from __future__ import annotations

import gzip as _gzip
from typing import Any

from ..files import File, binary
from ..text import to_text
from ._rest import rest_of


class GzipFile(File):
    """A compressed file, open to be read or written."""

    def __init__(
        self,
        filename: Any = None,
        mode: str | None = None,
        compresslevel: int = 9,
        fileobj: Any = None,
        mtime: Any = None,
    ) -> None:
        plain = (mode or "rb").replace("U", "").replace("t", "")
        source = None if fileobj is None else binary(fileobj)
        opened = _gzip.GzipFile(to_text(filename), plain, compresslevel, source, mtime)
        self.__dict__.update(File.over(opened).__dict__, mode=plain, name=filename)


def open(filename: Any, mode: str = "rb", compresslevel: int = 9) -> GzipFile:
    return GzipFile(filename, mode, compresslevel)


__getattr__ = rest_of(_gzip)
