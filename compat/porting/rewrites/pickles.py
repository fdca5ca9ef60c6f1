"""``pickle.load(f)`` of files that Python 2 wrote: their strings are read as Latin-1."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from ..findings import Edit, Finding
from ..source import Source

_LOADERS = tuple(f"{module}.{name}" for module in ("pickle", "cPickle") for name in ("load", "loads"))


def rewrite(source: Source) -> Iterator[Edit | Finding]:
    if not source.python2:
        return
    for call in source.calls(*_LOADERS):
        if any(keyword.arg == "encoding" for keyword in call.keywords) or not call.args:
            continue
        yield Edit(source.stop(call.args[-1]), source.stop(call.args[-1]), ', encoding="latin1"')
        opened = call.args[0]
        if _is_open(opened):
            if len(opened.args) == 1 and not opened.keywords:
                yield Edit(source.stop(opened.args[0]), source.stop(opened.args[0]), ', "rb"')
            continue
        yield Finding(call.lineno, "The file of a pickle must be open in binary mode: open(path, 'rb').")


def _is_open(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("open", "file")
