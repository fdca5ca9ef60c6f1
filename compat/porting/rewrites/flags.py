"""Flags: ``theano.config.device = "gpu"`` goes, ``THEANO_FLAGS`` is ``PYTENSOR_FLAGS``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...names import Gone, find
from ..findings import Edit, Finding
from ..source import Source


def rewrite(source: Source) -> Iterator[Edit | Finding]:
    for node in source.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield from _assignment(source, node)
        if isinstance(node, ast.Constant) and node.value == "THEANO_FLAGS":
            yield Edit(*source.span(node), '"PYTENSOR_FLAGS"')
            value = _flags_beside(source, node)
            if value is not None:
                yield from _flags(source, value)
            else:
                yield Finding(
                    node.lineno, "Check the flags: they are PyTensor's now, and those of the GPU are gone."
                )


def _assignment(source: Source, node: ast.Assign) -> Iterator[Edit | Finding]:
    name = source.dotted(node.targets[0])
    if name is None or not name.startswith("theano.config."):
        return
    row = find(name)
    if isinstance(row, Gone):
        yield Edit(*source.span(node), f"pass  # {' '.join(source.segment(node).split())}")
        yield Finding(node.lineno, f"{name}: {row.advice}")


def _flags_beside(source: Source, node: ast.Constant) -> ast.Constant | None:
    """Return the string that is assigned to ``os.environ["THEANO_FLAGS"]``."""
    parent = source.parents[node]
    if isinstance(parent, ast.Index if hasattr(ast, "Index") else ()):
        parent = source.parents[parent]
    statement = source.parents.get(parent)
    if isinstance(parent, ast.Subscript) and isinstance(statement, ast.Assign):
        value: ast.expr = statement.value
    elif isinstance(parent, ast.Call) and node in parent.args and len(parent.args) == 2:
        value = parent.args[1]
    else:
        return None
    return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _flags(source: Source, node: ast.Constant) -> Iterator[Edit | Finding]:
    kept = []
    for item in filter(None, (part.strip() for part in node.value.split(","))):
        flag, equals, value = item.partition("=")
        row = find(f"theano.config.{flag.strip()}")
        if isinstance(row, Gone) or row is None:
            yield Finding(node.lineno, f"The flag {flag} is dropped. {row.advice if row else ''}".rstrip())
        else:
            kept.append((row.new or "").removeprefix("pytensor.config.") + equals + value)
    yield Edit(*source.span(node), f'"{",".join(kept)}"')
