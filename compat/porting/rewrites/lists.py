"""`map`, `filter`, `zip`, `range` and ``d.keys()`` where the program needs the list that they gave."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...python2.signs import LAZY, LIST_METHODS, LISTED
from ..findings import Edit
from ..source import Source

_CONSUMERS = frozenset(
    {
        "OrderedDict", "all", "any", "dict", "enumerate", "extend", "filter", "frozenset", "iter", "join",
        "list", "map", "max", "min", "reduce", "reversed", "set", "sorted", "sum", "tuple", "update", "zip",
    }
)  # fmt: skip
"""Functions and methods that take an iterator as well as a list."""


def rewrite(source: Source) -> Iterator[Edit]:
    if not source.python2:
        return
    changed = _changed_names(source)
    for node in source.nodes:
        if isinstance(node, ast.Call) and _gave_a_list(source, node) and _needs_list(source, node, changed):
            yield Edit(*source.span(node), f"list({source.segment(node)})")


def _gave_a_list(source: Source, node: ast.Call) -> bool:
    if isinstance(node.func, ast.Name):
        return node.func.id in LAZY and node.func.id not in source.bound
    listed = isinstance(node.func, ast.Attribute) and node.func.attr in LISTED
    return listed and not node.args and not node.keywords and source.dotted(node.func) is None


def _needs_list(source: Source, node: ast.Call, changed: set[str]) -> bool:
    parent = source.parents[node]
    is_range = isinstance(node.func, ast.Name) and node.func.id == "range"
    if isinstance(parent, ast.For | ast.comprehension) and parent.iter is node:
        return False
    if isinstance(parent, ast.Assign):
        target = parent.targets[0]
        if isinstance(target, ast.Tuple):
            return False
        return not is_range or (isinstance(target, ast.Name) and target.id in changed)
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, ast.Add | ast.Mult)
    if isinstance(parent, ast.Call) and node in parent.args:
        function = parent.func
        called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        return called not in _CONSUMERS and (not is_range or called == "shuffle")
    if isinstance(parent, ast.Starred | ast.Expr):
        return isinstance(parent, ast.Expr) and not is_range
    if isinstance(parent, ast.Compare):
        return not isinstance(parent.ops[0], ast.In | ast.NotIn)
    return not is_range


def _changed_names(source: Source) -> set[str]:
    """Return the names that the program changes as only a list can be changed."""
    names = set()
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in LIST_METHODS and isinstance(node.func.value, ast.Name):
                names.add(node.func.value.id)
            if node.func.attr == "shuffle":
                names |= {argument.id for argument in node.args if isinstance(argument, ast.Name)}
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if isinstance(node.value, ast.Name):
                names.add(node.value.id)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            names |= {side.id for side in (node.left, node.right) if isinstance(side, ast.Name)}
    return names
