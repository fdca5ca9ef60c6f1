"""What a rewrite yields: a change of the text, an import that the change needs, a finding for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """Something a person must decide, and the line of the old program where it stands."""

    line: int
    message: str


@dataclass(frozen=True, order=True)
class Edit:
    """The text from `start` up to `stop` becomes `new`."""

    start: int
    stop: int
    new: str


@dataclass(frozen=True, order=True)
class Need:
    """The rewritten text uses ``from module import name``."""

    module: str
    name: str


def apply_edits(text: str, edits: list[Edit]) -> str:
    """Return `text` with `edits` made; of two that overlap the later one waits for another round."""
    pieces, position = [], 0
    for edit in sorted(set(edits)):
        if edit.start >= position:
            pieces += [text[position : edit.start], edit.new]
            position = edit.stop
    return "".join([*pieces, text[position:]])
