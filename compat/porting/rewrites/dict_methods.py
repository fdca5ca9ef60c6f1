"""Methods of Python 2's dicts and iterators: ``d.iteritems()``, ``d.has_key(k)``, ``it.next()``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Edit
from ..source import Source


def rewrite(source: Source) -> Iterator[Edit]:
    if not source.python2:
        return
    methods = {node.name for node in source.nodes if isinstance(node, ast.FunctionDef)}
    for node in source.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method, value = node.func.attr, node.func.value
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if starred or method in methods or source.dotted(node.func) is not None:
            continue
        if method in ("iteritems", "iterkeys", "itervalues"):
            yield Edit(source.stop(value), source.stop(node.func), f".{method.removeprefix('iter')}")
        elif method == "has_key" and len(node.args) == 1:
            test = f"{source.operand(node.args[0])} in {source.operand(value)}"
            parent = source.parents[node]
            bare = isinstance(parent, ast.If | ast.While | ast.Assign | ast.Assert | ast.Return)
            yield Edit(*source.span(node), test if bare else f"({test})")
        elif method == "next" and not node.args and not node.keywords:
            yield Edit(*source.span(node), f"next({source.segment(value)})")
