"""What stands in brackets after an array, and what is assigned to it, as before NumPy 1.23 and 2.4.

``x[[rows, columns]]`` was ``x[rows, columns]``: a list of at most 31 things was a tuple if one of them was an
array, a sequence, a slice, an ellipsis or None. Today's NumPy makes one array of the list, which picks other
elements or none. An array of one element could be assigned to an element, and an integer of any size to
one of few bits.
"""

from __future__ import annotations

import ast
import copy
from typing import Any

from .one_element import has_one_element
from .promotion import NUMPY

_GET_ITEM, _SET_ITEM, _INDEX = "__get_item__", "__set_item__", "__index_of__"
_TYPE, _LIST = "__type__", "__list__"
_MOST = 31  # of the axes an array could have


def index_of(container: Any, index: Any) -> Any:
    """Return what ``container[index]`` meant as an index of today."""
    if type(index) is not list or type(container) not in NUMPY or len(index) > _MOST:
        return index
    if container.dtype.names is not None and all(isinstance(part, str) for part in index):
        return index  # fields
    return tuple(index) if any(map(_is_of_an_axis, index)) else index


def _is_of_an_axis(part: Any) -> bool:
    """Return whether `part` of a list made the list a tuple."""
    from numpy import generic

    if part is None or part is Ellipsis or isinstance(part, slice):
        return True
    return hasattr(type(part), "__getitem__") and not isinstance(part, dict | generic)


def get_item(container: Any, index: Any) -> Any:
    """Return ``container[index]``."""
    return container[index_of(container, index)]


def set_item(value: Any, container: Any, index: Any) -> None:
    """Do ``container[index] = value``."""
    if type(index) is list:
        index = index_of(container, index)
    try:
        container[index] = value
    except (TypeError, ValueError):
        if type(container) not in NUMPY or not has_one_element(value):
            raise
        container[index] = value.item()
    except OverflowError:
        if type(container) not in NUMPY or container.dtype.kind not in "iu" or not isinstance(value, int):
            raise
        container[index] = _wrapped(value, container.dtype)


def _wrapped(integer: int, dtype: Any) -> int:
    """Return the last bits of `integer` as an integer of `dtype`."""
    bits = 8 * dtype.itemsize
    last = integer & ((1 << bits) - 1)
    return last - (1 << bits) if dtype.kind == "i" and last >> (bits - 1) else last


HELPERS: dict[str, Any] = {
    _GET_ITEM: get_item,
    _SET_ITEM: set_item,
    _INDEX: index_of,
    _TYPE: type,
    _LIST: list,
}
"""What a rewritten module calls, by the names it has there."""


class Items(ast.NodeTransformer):
    """Rewrites ``x[index]`` where `index` is a name or a list, and assignments to elements."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            if _is_list(node.slice):
                return _call(node, _GET_ITEM, node.value, node.slice)
            if isinstance(node.slice, ast.Name) and _is_simple(node.value):
                otherwise = _call(node, _GET_ITEM, copy.deepcopy(node.value), copy.deepcopy(node.slice))
                return ast.copy_location(ast.IfExp(_is_of_type_list(node.slice), otherwise, node), node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        (target,) = node.targets if len(node.targets) == 1 else (None,)
        if not isinstance(target, ast.Subscript) or not _may_be_of_one_place(target.slice):
            return node
        call = _call(node, _SET_ITEM, node.value, target.value, target.slice)
        return ast.copy_location(ast.Expr(call), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        target = node.target
        if not isinstance(target, ast.Subscript) or not _is_simple(target.value):
            return node
        index = target.slice
        if _is_list(index) or isinstance(index, ast.Name):
            container: Any = copy.deepcopy(target.value)
            target.slice = _call(index, _INDEX, container, index)
        if isinstance(index, ast.Name):  # that of a loop, mostly, which needs no call
            meant = ast.IfExp(_is_of_type_list(index), target.slice, copy.deepcopy(index))
            target.slice = ast.copy_location(meant, index)
        return node


def _is_list(index: ast.expr) -> bool:
    """Return whether `index` is written as a list that holds more than numbers."""
    return isinstance(index, ast.List) and any(not isinstance(part, ast.Constant) for part in index.elts)


def _is_simple(container: ast.expr) -> bool:
    """Return whether `container` is a name or an attribute of one, which may be read twice."""
    while isinstance(container, ast.Attribute):
        container = container.value
    return isinstance(container, ast.Name)


def _is_of_type_list(name: ast.expr) -> ast.Compare:
    kind = _call(name, _TYPE, copy.deepcopy(name))
    return ast.copy_location(ast.Compare(kind, [ast.Is()], [ast.Name(_LIST, ast.Load())]), name)


def _may_be_of_one_place(index: ast.expr) -> bool:
    """Return whether `index` may be a list or the place of one element: no slice, no text as of a dict."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    plain = [part.value for part in parts if isinstance(part, ast.Constant)]
    slices = any(isinstance(part, ast.Slice | ast.Starred) for part in parts)
    return not slices and all(type(value) is int for value in plain)


def _call(at: ast.AST, helper: str, *arguments: ast.expr) -> ast.Call:
    name = ast.copy_location(ast.Name(helper, ast.Load()), at)
    return ast.copy_location(ast.Call(name, list(arguments), []), at)
