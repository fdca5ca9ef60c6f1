"""Python 2's soft space: whether a space, or the end of a line, is due on a file before what comes next."""

from __future__ import annotations

from typing import Any


def set_soft_space(file: Any, soft: bool) -> None:
    """Note on `file` whether a space is due before the next item."""
    try:
        file.softspace = int(soft)
    except (AttributeError, TypeError):
        return  # Python 2 passed over files that cannot remember it


def end_line(file: Any) -> None:
    """End the line that a last ``print x,`` left open, as Python 2 did when it exited."""
    if getattr(file, "softspace", 0):
        file.write("\n")
        set_soft_space(file, False)
