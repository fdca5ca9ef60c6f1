"""`StringIO` and `cStringIO`: files in memory that take text and bytes alike."""

from __future__ import annotations

import io
from typing import Any

from ...python2.files import File
from ...python2.text import ByteString, to_bytes, to_text


class StringIO(File):
    """A file in memory. It gives text while all that was written is text, else bytes that mix with text."""

    def __init__(self, initial: Any = "") -> None:
        super().__setattr__("buffer", io.BytesIO(to_bytes(initial)))
        self.name, self.mode, self.softspace = "<StringIO>", "r+", 0
        self.encoding = self.errors = self.newlines = None
        self._of = ByteString if isinstance(initial, bytes) else to_text

    def write(self, data: Any) -> None:
        if isinstance(data, bytes) and not data.isascii():
            self._of = ByteString
        super().write(data if isinstance(data, str | bytes) else str(data))

    def getvalue(self) -> Any:
        return self._of(self.buffer.getvalue())

    def isatty(self) -> bool:
        return False


def reset(self: StringIO) -> None:
    self.seek(0)


StringIO.reset = reset  # type: ignore[attr-defined]
InputType = OutputType = StringIO
