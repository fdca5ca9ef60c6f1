"""Read the text of a source file as Python 2 read it: its encoding, its line ends, its tabs."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from itertools import pairwise

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


def decode(data: bytes) -> str:
    """Return the text of the source `data`, lines ending in a newline, the last one too.

    The encoding is what a byte order mark or a coding line in the first two lines says; without one UTF-8,
    and what is not UTF-8 is read as Latin-1, as Python 2 kept bytes as they were.
    """
    if data.startswith(codecs.BOM_UTF8):
        data, encoding = data[len(codecs.BOM_UTF8) :], "utf-8"
    else:
        cookies = (_COOKIE.match(line) for line in data.splitlines()[:2])
        encoding = next((cookie[1].decode() for cookie in cookies if cookie), "utf-8")
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        text = data.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
    return text if text.endswith("\n") else text + "\n"


def expand_tabs(text: str) -> str:
    """Return `text` with the tabs of its indentation as Python 2 counted them: to multiples of 8."""
    lines = text.split("\n")
    if not any("\t" in _indentation(line) for line in lines):
        return text
    inside = set(_rows_inside_strings(text))
    for row, line in enumerate(lines, start=1):
        indentation = _indentation(line)
        if "\t" in indentation and row not in inside:
            lines[row - 1] = indentation.replace("\f", "").expandtabs(8) + line[len(indentation) :]
    return "\n".join(lines)


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _rows_inside_strings(text: str) -> Iterator[int]:
    """Yield the numbers of the lines that begin inside a string."""
    from ._fissix import tokenize

    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return  # the parser will say what is wrong
    for kind, _, (first, _), (last, _), _ in tokens:
        if kind == tokenize.STRING:
            yield from (row for _, row in pairwise(range(first, last + 1)))
