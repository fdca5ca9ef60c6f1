"""`theano.function` with what PyTensor's does not take: default values, a dict of outputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Finding
from ..source import Source

_INPUTS = ("theano.In", "theano.Param", "theano.compile.In", "theano.compile.Param", "theano.compile.io.In")


HANDLES = frozenset({"theano.function", "theano.compile.function", "theano.In"})
"""Rows whose advice is followed here."""


def rewrite(source: Source) -> Iterator[Finding]:
    for call in source.calls(*_INPUTS):
        if any(keyword.arg in ("default", "value") for keyword in call.keywords) or len(call.args) > 1:
            yield Finding(
                call.lineno, "Inputs of PyTensor's functions have no default: pass the value in each call."
            )
    for call in source.calls("theano.function", "theano.compile.function"):
        outputs = call.args[1:2] + [keyword.value for keyword in call.keywords if keyword.arg == "outputs"]
        if outputs and isinstance(outputs[0], ast.Dict):
            yield Finding(
                call.lineno,
                "PyTensor's functions return lists: give the outputs as a list and name them after.",
            )
