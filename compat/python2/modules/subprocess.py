"""`subprocess` of Python 2: what a program writes mixes with text."""

from __future__ import annotations

import subprocess as _subprocess
from typing import Any

from ..files import File
from ..text import to_bytes
from ._rest import bytewise, rest_of


class Popen(_subprocess.Popen):
    """A program that runs."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in ("stdin", "stdout", "stderr"):
            pipe = getattr(self, name)
            if pipe is not None and not hasattr(pipe, "encoding"):
                setattr(self, name, File.over(pipe))

    def communicate(self, input: Any = None) -> Any:  # type: ignore[override]
        for name in ("stdin", "stdout", "stderr"):
            pipe = getattr(self, name)
            if isinstance(pipe, File):
                setattr(self, name, pipe.buffer)
        return bytewise(super().communicate)(to_bytes(input))


check_output = bytewise(_subprocess.check_output)
__getattr__ = rest_of(_subprocess)
