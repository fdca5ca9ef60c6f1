"""``/`` between integers, which was the floor: ``//`` where both are integers for sure, else a finding."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum

from ..findings import Edit, Finding
from ..source import Source


class Kind(Enum):
    INTEGER = "integer"
    OTHER = "a float, an array of floats or an expression"
    UNKNOWN = "unknown"


_INTEGER_CALLS = frozenset({"int", "len", "ord", "id"})
_FLOAT_CALLS = frozenset(
    {"cos", "exp", "float", "log", "mean", "rand", "randn", "sin", "sqrt", "std", "tanh", "uniform"}
)


def rewrite(source: Source) -> Iterator[Edit | Finding]:
    if not source.python2 or _true_division(source):
        return
    kinds, bounds = _kinds(source), _bounds(source)
    for node in source.nodes:
        if not isinstance(node, ast.BinOp | ast.AugAssign) or not isinstance(node.op, ast.Div):
            continue
        sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        left, right = (_kind(source, side, kinds) for side in sides)
        needs_integer = isinstance(node, ast.BinOp) and _counts(source, node, bounds)
        if needs_integer or (left is Kind.INTEGER and right is Kind.INTEGER):
            between = source.text[source.stop(sides[0]) : source.start(sides[1])]
            at = source.stop(sides[0]) + between.index("/")
            if between[between.index("/") :][:2] != "//":
                yield Edit(at, at + 1, "//")
        elif Kind.OTHER not in (left, right) and not _is_truncated(source, node):
            quotient = " ".join(source.segment(node).split())
            yield Finding(
                node.lineno, f"`{quotient}` was the floor if both sides are integers: write // then."
            )


def _true_division(source: Source) -> bool:
    futures = [n for n in source.imports if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    return any(alias.name == "division" for statement in futures for alias in statement.names)


def _counts(source: Source, node: ast.AST, bounds: set[ast.expr]) -> bool:
    """Return whether `node` is a bound of `range`, alone, in a sum or product, or by the name it is given."""
    if node in bounds:
        return True
    parent = source.parents[node]
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub | ast.Mult):
        node, parent = parent, source.parents[parent]
    return (
        isinstance(parent, ast.Call)
        and isinstance(parent.func, ast.Name)
        and parent.func.id in ("range", "xrange")
    )


def _bounds(source: Source) -> set[ast.expr]:
    """Return the values of names that are bounds of `range`."""
    ranges = [n for n in source.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    names = {
        argument.id
        for node in ranges
        for argument in node.args
        if node.func.id in ("range", "xrange") and isinstance(argument, ast.Name)  # type: ignore[attr-defined]
    }
    assigned = [n for n in source.nodes if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    return {n.value for n in assigned if n.targets[0].id in names}  # type: ignore[attr-defined]


def _is_truncated(source: Source, node: ast.AST) -> bool:
    """Return whether `node` is what ``int(...)`` is called with."""
    parent = source.parents[node]
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "int"


def _kinds(source: Source) -> dict[str, Kind]:
    """Return the kind of each name, from all that is assigned to it."""
    assigned: dict[str, list[ast.expr]] = {}
    opaque: set[str] = set()
    for node in source.nodes:
        if isinstance(node, ast.arguments):
            parameters = [*node.posonlyargs, *node.args]
            bare = len(parameters) - len(node.defaults)
            opaque |= {parameter.arg for parameter in parameters[:bare]}
            for parameter, default in zip(parameters[bare:], node.defaults, strict=True):
                assigned.setdefault(parameter.arg, []).append(default)
    for node in source.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            counts = isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name)
            if counts and node.iter.func.id in ("range", "xrange"):  # type: ignore[union-attr]
                assigned.setdefault(node.target.id, []).append(ast.Constant(0))
            else:
                opaque.add(node.target.id)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            parent = source.parents[node]
            if isinstance(parent, ast.AugAssign):
                assigned.setdefault(node.id, []).append(parent.value)
            elif not isinstance(parent, ast.Assign | ast.For | ast.comprehension):
                opaque.add(node.id)
    kinds = dict.fromkeys(opaque, Kind.UNKNOWN)
    for _ in range(len(assigned) + 1):
        before = dict(kinds)
        for name, values in assigned.items():
            if name not in opaque:
                found = {_kind(source, value, kinds) for value in values}
                kinds[name] = found.pop() if len(found) == 1 else Kind.UNKNOWN
        if kinds == before:
            break
    return kinds


def _kind(source: Source, node: ast.expr, kinds: dict[str, Kind]) -> Kind:
    """Return what `node` is for sure."""
    if isinstance(node, ast.Constant):
        return Kind.INTEGER if isinstance(node.value, int) else Kind.OTHER
    if isinstance(node, ast.Name):
        return kinds.get(node.id, Kind.UNKNOWN)
    if isinstance(node, ast.UnaryOp):
        return _kind(source, node.operand, kinds)
    if isinstance(node, ast.BinOp):
        sides = {_kind(source, side, kinds) for side in (node.left, node.right)}
        if Kind.OTHER in sides:
            return Kind.OTHER
        if isinstance(node.op, ast.Pow) or Kind.UNKNOWN in sides:
            return Kind.UNKNOWN
        return Kind.INTEGER
    if isinstance(node, ast.Subscript):
        shape = isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
        return Kind.INTEGER if shape and not isinstance(node.slice, ast.Slice) else Kind.UNKNOWN
    if isinstance(node, ast.Call):
        function = node.func
        called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        dotted = source.dotted(function) or ""
        if called in _INTEGER_CALLS and isinstance(function, ast.Name):
            return Kind.INTEGER
        if called in _FLOAT_CALLS or dotted.startswith("theano."):
            return Kind.OTHER
    return Kind.UNKNOWN
