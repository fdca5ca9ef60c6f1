"""Sorting by a function of two: ``sorted(x, cmp)`` and ``x.sort(cmp)`` take a key now."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Edit, Finding, Need
from ..source import Source


def rewrite(source: Source) -> Iterator[Edit | Finding | Need]:
    if not source.python2:
        return
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        is_sorted = (
            isinstance(function, ast.Name) and function.id == "sorted" and "sorted" not in source.bound
        )
        is_sort = (
            isinstance(function, ast.Attribute)
            and function.attr == "sort"
            and source.dotted(function) is None
        )
        if not (is_sorted or is_sort):
            continue
        position = 1 if is_sorted else 0
        if any(keyword.arg == "key" for keyword in node.keywords):
            if len(node.args) > position or any(keyword.arg == "cmp" for keyword in node.keywords):
                yield Finding(node.lineno, "A cmp beside a key: write one key that does both.")
            continue
        for keyword in node.keywords:
            if keyword.arg == "cmp":
                yield Edit(*source.span(keyword), f"key=cmp_to_key({source.segment(keyword.value)})")
                yield Need("functools", "cmp_to_key")
        if len(node.args) == position + 1 and isinstance(node.args[position], ast.Lambda | ast.Name):
            cmp = node.args[position]
            if isinstance(cmp, ast.Lambda) and len(cmp.args.args) != 2:
                continue
            yield Edit(*source.span(cmp), f"key=cmp_to_key({source.segment(cmp)})")
            yield Need("functools", "cmp_to_key")
