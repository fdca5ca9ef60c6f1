"""Arrays of one element where a number is asked for: ``float(a)``, ``"%.3f" % a``, ``math.exp(a)``.

Up to NumPy 2.3 such an array of any number of axes was the number in it; today's refuses all but those
without axes. `OneElement` rewrites these places of a program into calls that take the element out where that
is all that is in the way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from .promotion import NUMPY

_ELEMENT, _NUMBER, _PERCENT = "__element__", "__number__", "__percent__"
_KINDS = (float, int, complex)
_CONVERSION = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?[#0\- +]*(?P<width>\*|\d+)?(?:\.(?P<digits>\*|\d+))?[hlL]?(?P<type>.)",
    re.DOTALL,
)
_OF_NUMBERS = frozenset("diouxXeEfFgG")


def has_one_element(x: Any) -> bool:
    return type(x) in NUMPY and x.ndim > 0 and x.size == 1


def element(x: Any) -> Any:
    """Return the element of `x` if it is an array of one; else `x`."""
    return x.item() if has_one_element(x) else x


def number(kind: Any, value: Any) -> Any:
    """Return ``kind(value)``; `kind` is what the program calls `float`, `int` or `complex`."""
    return kind(element(value) if kind in _KINDS else value)


def percent(template: Any, values: Any) -> Any:
    """Return ``template % values``."""
    try:
        return template % values
    except TypeError:
        if not isinstance(template, str):
            raise
        numbers = _with_elements(template, values)
        if numbers is None:
            raise
    return template % numbers


def _with_elements(template: str, values: Any) -> Any:
    """Return `values`, elements in the place of arrays that `template` formats as numbers; None without."""
    wanted: dict[Any, bool] = {}
    for found in _CONVERSION.finditer(template):
        if found["type"] == "%":
            continue
        for star in found.group("width", "digits"):
            if star == "*":
                wanted[len(wanted)] = True
        key = len(wanted) if found["key"] is None else found["key"]
        wanted[key] = wanted.get(key, True) and found["type"] in _OF_NUMBERS
    if isinstance(values, Mapping):
        held: dict[Any, Any] = {key: values[key] for key in wanted}
    else:
        held = dict(enumerate(values if isinstance(values, tuple) else (values,)))
    taken = {key: element(value) if wanted.get(key) else value for key, value in held.items()}
    if all(taken[key] is held[key] for key in held):
        return None
    return taken if isinstance(values, Mapping) else tuple(taken.values())


HELPERS: dict[str, Any] = {_ELEMENT: element, _NUMBER: number, _PERCENT: percent}
"""What a rewritten module calls, by the names it has there."""


class OneElement(ast.NodeTransformer):
    """Rewrites calls of `float` and its like and of the functions of `math`, and formatting by ``%``."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "math":
                node.args = [x if isinstance(x, _PLAIN) else _call(x, _ELEMENT, x) for x in node.args]
            return node
        is_kind = isinstance(node.func, ast.Name) and node.func.id in ("float", "int", "complex", "long")
        if not is_kind or len(node.args) != 1 or node.keywords or isinstance(node.args[0], _PLAIN):
            return node
        return _call(node, _NUMBER, node.func, *node.args)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        is_text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        if isinstance(node.op, ast.Mod) and (is_text or isinstance(node.right, ast.Tuple)):
            return _call(node, _PERCENT, node.left, node.right)
        return node


_PLAIN = (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Starred)


def _call(at: ast.AST, helper: str, *arguments: ast.expr) -> ast.Call:
    name = ast.copy_location(ast.Name(helper, ast.Load()), at)
    return ast.copy_location(ast.Call(name, list(arguments), []), at)
