"""Functions and methods of tensors whose arguments have changed: `stack`, `flatten`, `tile`, `repeat`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Edit, Finding
from ..source import Source

HANDLES = frozenset(
    {
        "theano.dot", "theano.printing.debugprint", "theano.tensor.dot", "theano.tensor.flatten",
        "theano.tensor.mean", "theano.tensor.repeat", "theano.tensor.stack", "theano.tensor.tile",
    }
)  # fmt: skip
"""Rows whose advice is followed here."""


RENAMED: dict[tuple[str, str], str] = {
    ("theano.dot", "a"): "l",
    ("theano.dot", "b"): "r",
    ("theano.printing.debugprint", "ids"): "id_type",
    ("theano.tensor.dot", "a"): "l",
    ("theano.tensor.dot", "b"): "r",
    ("theano.tensor.flatten", "outdim"): "ndim",
    ("theano.tensor.repeat", "x"): "a",
    ("theano.tensor.tile", "x"): "A",
}
"""(function, old keyword) -> new keyword."""

DROPPED = {("theano.tensor.mean", "op"), ("theano.tensor.tile", "ndim"), ("theano.tensor.choose", "out")}
"""(function, keyword) that has no successor."""


def rewrite(source: Source) -> Iterator[Edit | Finding]:
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = source.dotted(node.func)
        if name is None and isinstance(node.func, ast.Attribute) and node.func.attr == "flatten":
            name = "theano.tensor.flatten"  # the method has the function's keywords
        if name == "theano.tensor.stack":
            yield from _stack(source, node)
        for keyword in node.keywords:
            new = RENAMED.get((name or "", keyword.arg or ""))
            if new is not None:
                yield Edit(*source.span(keyword), f"{new}={source.segment(keyword.value)}")
            elif (name, keyword.arg) in DROPPED:
                yield Finding(node.lineno, f"{name} has no {keyword.arg}= any more: take it out.")


def _stack(source: Source, node: ast.Call) -> Iterator[Edit]:
    """``stack(a, b)`` -> ``stack([a, b])``."""
    several = len(node.args) > 1 and not isinstance(node.args[0], ast.List | ast.Tuple)
    if several and not any(isinstance(argument, ast.Starred) for argument in node.args):
        yield Edit(source.start(node.args[0]), source.start(node.args[0]), "[")
        yield Edit(source.stop(node.args[-1]), source.stop(node.args[-1]), "]")
