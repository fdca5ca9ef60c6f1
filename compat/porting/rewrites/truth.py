"""``if not W:`` of a parameter that is None by default: variables of PyTensor have no truth value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Edit, Finding
from ..source import Source


def rewrite(source: Source) -> Iterator[Edit | Finding]:
    if not any(target.startswith("theano") for target in source.aliases.values()):
        return
    for function in source.nodes:
        if isinstance(function, ast.FunctionDef):
            optional = _none_by_default(function.args)
            for node in ast.walk(function):
                if isinstance(node, ast.If | ast.IfExp):
                    yield from _test(source, node.test, optional)


def _none_by_default(arguments: ast.arguments) -> set[str]:
    parameters = [*arguments.posonlyargs, *arguments.args]
    defaults = zip(reversed(parameters), reversed(arguments.defaults), strict=False)
    return {p.arg for p, default in defaults if isinstance(default, ast.Constant) and default.value is None}


def _test(source: Source, test: ast.expr, optional: set[str]) -> Iterator[Edit | Finding]:
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    name = test.operand if isinstance(test, ast.UnaryOp) and negated else test
    if isinstance(name, ast.Name) and name.id in optional:
        yield Edit(*source.span(test), f"{name.id} is {'' if negated else 'not '}None")
        yield Finding(
            test.lineno,
            f"`{source.segment(test)}` asks whether {name.id} is None now; empty or 0 is no None.",
        )
