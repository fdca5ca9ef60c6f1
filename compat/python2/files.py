"""Files as Python 2's `open` gave them: all take text, and what a binary one gives mixes with text."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from typing import Any

from .text import ByteString, to_bytes, to_text


class File:
    """Python 2's `file`, over a binary file of Python 3.

    Opened in text mode it gives text: UTF-8, and bytes that are not UTF-8 come back out as they went in.
    """

    def __init__(self, name: Any, mode: str = "r", buffering: int = -1) -> None:
        self.name, self.mode, self.softspace = name, mode, 0
        self.encoding = self.errors = self.newlines = None
        plain = mode.replace("U", "").replace("t", "").replace("b", "") or "r"
        universal = "U" in mode
        opened = io.open(to_text(name), plain + "b", buffering if buffering not in (1,) else -1)  # noqa: SIM115, UP020
        self.buffer: Any = io.BytesIO(_universal(opened.read())) if universal else opened
        if universal:
            opened.close()
        self._of = ByteString if "b" in mode else to_text

    @classmethod
    def over(cls, buffer: Any) -> File:
        """Return a binary file over `buffer`, which is open."""
        self = cls.__new__(cls)
        self.name, self.mode, self.softspace = getattr(buffer, "name", None), "rb", 0
        self.encoding = self.errors = self.newlines = None
        self.buffer, self._of = buffer, ByteString
        return self

    def read(self, size: int | None = -1) -> Any:
        return self._of(self.buffer.read(-1 if size is None else size))

    def readline(self, size: int | None = -1) -> Any:
        return self._of(self.buffer.readline(-1 if size is None else size))

    def readlines(self, sizehint: int = -1) -> list:
        return [self._of(line) for line in self.buffer.readlines(sizehint)]

    def readinto(self, target: Any) -> int:
        return self.buffer.readinto(target)

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        return self._of(next(self.buffer))

    next = __next__

    def xreadlines(self) -> Iterator:
        return self

    def write(self, data: Any) -> None:
        self.softspace = 0
        self.buffer.write(to_bytes(data) if isinstance(data, str | bytes) else data)

    def writelines(self, lines: Iterable) -> None:
        for line in lines:
            self.write(line)

    def __enter__(self) -> File:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "buffer":
            raise AttributeError(name)
        return getattr(self.buffer, name)

    def __repr__(self) -> str:
        state = "closed" if self.buffer.closed else "open"
        return f"<{state} file {os.fspath(self.name)!r}, mode {self.mode!r} at {id(self):#x}>"


def _universal(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def binary(file: Any) -> Any:
    """Return the binary file behind `file`, for readers of pickles and arrays."""
    return getattr(file, "buffer", file)
