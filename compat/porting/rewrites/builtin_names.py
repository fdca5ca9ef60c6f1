"""Built-in names of Python 2: `xrange` is `range`, `raw_input` is `input`, `reduce` is in `functools`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from ..findings import Edit, Finding, Need
from ..source import Source

RENAMED = {
    "StandardError": "Exception",
    "basestring": "str",
    "buffer": "memoryview",
    "file": "open",
    "long": "int",
    "raw_input": "input",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
MOVED = {"intern": "sys", "reduce": "functools", "reload": "importlib"}
TEMPLATES = {
    "apply": "{0}(*{1})",
    "cmp": "(({0} > {1}) - ({0} < {1}))",
    "execfile": "exec(open({0}).read())",
}


def rewrite(source: Source) -> Iterator[Edit | Finding | Need]:
    if not source.python2:
        return
    for node in source.nodes:
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or _is_own(source, node.id):
            continue
        parent = source.parents[node]
        if node.id in RENAMED:
            yield Edit(*source.span(node), RENAMED[node.id])
        elif node.id == "round":
            yield from _round(source, parent)
        elif node.id in MOVED:
            yield Need(MOVED[node.id], node.id)
        elif node.id in TEMPLATES:
            template = TEMPLATES[node.id]
            if _is_call(parent, node, 1 + ("{1}" in template)):
                yield Edit(*source.span(parent), template.format(*map(source.operand, parent.args)))
            else:
                yield Finding(node.lineno, f"{node.id} is gone; write out what it does here.")


def _is_own(source: Source, name: str) -> bool:
    return name in source.bound or name in source.aliases


def _round(source: Source, call: ast.AST) -> Iterator[Edit]:
    """``round(f(x), 2)`` -> ``round(float(f(x)), 2)``: arrays of no dimensions could be rounded."""
    value = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if isinstance(value, ast.Call) and not (isinstance(value.func, ast.Name) and value.func.id == "float"):
        yield Edit(*source.span(value), f"float({source.segment(value)})")


def _is_call(call: ast.AST, function: ast.Name, arguments: int) -> TypeGuard[ast.Call]:
    """Return whether `call` calls `function` with that many plain arguments."""
    if not isinstance(call, ast.Call) or call.func is not function or call.keywords:
        return False
    return len(call.args) == arguments and not any(isinstance(a, ast.Starred) for a in call.args)
