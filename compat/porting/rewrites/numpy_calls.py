"""NumPy's ``cast["int32"](x)``, which was ``asarray(x, dtype="int32")``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Edit
from ..source import Source


def rewrite(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Subscript) or len(node.args) != 1:
            continue
        cast = node.func.value
        if source.dotted(cast) == "numpy.cast" and isinstance(cast, ast.Attribute):
            numpy, kind = source.segment(cast.value), source.segment(node.func.slice)
            yield Edit(*source.span(node), f"{numpy}.asarray({source.segment(node.args[0])}, dtype={kind})")
