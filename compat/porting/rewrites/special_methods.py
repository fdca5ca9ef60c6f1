"""Special methods of Python 2's classes under their new names: `__nonzero__`, `__div__`, `next`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...python2.classes import SPELLINGS
from ..findings import Edit, Finding
from ..source import Source

_GONE = {
    "__cmp__": "Python 3 asks __eq__ and __lt__: write them, with functools.total_ordering for the rest.",
    "__coerce__": "Python 3 does not call __coerce__.",
    "__getslice__": "Slices come to __getitem__.",
    "__setslice__": "Slices come to __setitem__.",
}


def rewrite(source: Source) -> Iterator[Edit | Finding]:
    if not source.python2:
        return
    for cls in source.nodes:
        if not isinstance(cls, ast.ClassDef):
            continue
        methods = {node.name: node for node in cls.body if isinstance(node, ast.FunctionDef)}
        for name, node in methods.items():
            new = SPELLINGS.get(name)
            if new in methods or (name == "next" and "__iter__" not in methods):
                continue
            if new is not None:
                line = source.text[source.start(node) : source.stop(node)]
                match = re.search(rf"\bdef\s+({re.escape(name)})\b", line)
                assert match is not None
                start = source.start(node)
                yield Edit(start + match.start(1), start + match.end(1), new)
            elif name in _GONE:
                yield Finding(node.lineno, _GONE[name])
        for node in cls.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__metaclass__":
                metaclass = ast.unparse(node.value)
                yield Finding(node.lineno, f"Name the metaclass in the class line: metaclass={metaclass}.")
