"""Functions of Python 2's `string`, which are methods: ``string.join(words, ",")`` is ``",".join(words)``."""

from __future__ import annotations

from collections.abc import Iterator

from ...python2.signs import MEMBERS
from ..findings import Edit
from ..source import Source


def rewrite(source: Source) -> Iterator[Edit]:
    if not source.python2:
        return
    for name in sorted(MEMBERS["string"] - {"letters", "lowercase", "uppercase", "maketrans"}):
        for call in source.calls(f"string.{name}"):
            if call.keywords or not call.args:
                continue
            first, *rest = call.args
            if name == "join":
                separator = source.operand(rest[0]) if rest else '" "'
                text = f"{separator}.join({source.segment(first)})"
            elif name in ("atoi", "atof"):
                text = f"{'int' if name == 'atoi' else 'float'}({', '.join(map(source.segment, call.args))})"
            else:
                text = f"{source.operand(first)}.{name}({', '.join(map(source.segment, rest))})"
            yield Edit(*source.span(call), text)
