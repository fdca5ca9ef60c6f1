"""Imports that rewritten text needs, added below the ones that are there."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..findings import Need
from ..source import Source


def add_imports(text: str, needs: Iterable[Need]) -> str:
    """Return `text` with an import for each of `needs` that it does not have and uses."""
    source = Source(text)
    read = {node.id for node in source.nodes if isinstance(node, ast.Name)}
    lines: dict[str, list[str]] = {}
    modules: list[str] = []
    for need in sorted(set(needs)):
        if not need.name:
            if (
                need.module.partition(".")[0] in read
                and source.aliases.get(need.module.partition(".")[0]) is None
            ):
                modules.append(f"import {need.module}")
        elif need.name in read and source.aliases.get(need.name) != f"{need.module}.{need.name}":
            lines.setdefault(need.module, []).append(need.name)
    added = [*modules, *(f"from {module} import {', '.join(names)}" for module, names in lines.items())]
    if not added:
        return text
    names = {name for members in lines.values() for name in members}
    names |= {module.split()[1].partition(".")[0] for module in modules}
    used = [n.lineno for n in source.nodes if isinstance(n, ast.Name) and n.id in names]
    place = _place(source.tree, min(used))
    rows = text.split("\n")
    rows[place:place] = added
    return "\n".join(rows)


def _place(tree: ast.Module, before: int) -> int:
    """Return the line after which an import can stand: the last one at the top level above line `before`."""
    place = 0
    for statement in tree.body:
        is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        if statement.lineno < before and (is_import or (is_docstring and not place)):
            place = statement.end_lineno or 0
    if place == 0 and tree.body:
        return tree.body[0].lineno - 1
    return place
