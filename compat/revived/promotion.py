"""The types of NumPy's results as they were before NumPy 2, in a program's own arithmetic.

Two rules have gone. A Python number meeting a scalar counted as one of 64 bits: ``np.uint8(200) + 100`` is
300 and ``np.float32(1) * 2.0`` a float64. A scalar meeting an array counted as the smallest type that holds
its value: a float32 array times ``np.sqrt(2.0)`` stays float32, and a uint8 array times 300 is uint16.
`Promotion` rewrites arithmetic into calls that change the operands so that today's NumPy returns what it
returned then.
"""

from __future__ import annotations

import ast
import builtins
import copy
import operator
from collections.abc import Callable
from types import ModuleType
from typing import Any

NUMPY: set[type] = set()
"""The types of arrays and scalars; empty until NumPy is imported, and arithmetic is as fast as without it."""

_ORDER = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 2}
_PYTHON = {bool: "?", int: "q", float: "d", complex: "D"}
_WIDEST = frozenset("lqdgDG")
_SMALL_INTEGERS = ("bhiq", "BHIQ")


def learn_types(numpy: ModuleType) -> None:
    """Take notice that `numpy` is imported."""
    NUMPY.update({numpy.ndarray, numpy.matrix, numpy.memmap})
    NUMPY.update(scalar for scalar in numpy.sctypeDict.values() if numpy.dtype(scalar).kind in _ORDER)


def as_before(a: Any, b: Any) -> tuple[Any, Any]:
    """Return `a` and `b`, one of them in another type where NumPy has come to promote them otherwise."""
    left, right = type(a), type(b)
    if left in NUMPY:
        if right in NUMPY:
            if a.dtype is b.dtype or not (a.ndim == 0) ^ (b.ndim == 0):
                return a, b
            return (_fit(a, b), b) if a.ndim == 0 else (a, _fit(b, a))
        if right in _PYTHON:
            return a, _meet(b, a)
    elif left in _PYTHON and right in NUMPY:
        return _meet(a, b), b
    return a, b


def _meet(number: Any, other: Any) -> Any:
    """Return the Python number `number` as it met `other`, an array or a scalar."""
    kind = other.dtype
    if kind.char in _WIDEST or kind.kind not in _ORDER:
        return number
    if other.ndim:
        return number if _is_held(number, kind) else _fit(number, other)
    from numpy import dtype

    try:
        return dtype(_PYTHON[type(number)]).type(number)
    except OverflowError:  # an integer of more than 64 bits
        return number


def _is_held(number: Any, kind: Any) -> bool:
    """Return whether `number` fits the type `kind` of an array, so that it does not change the result's."""
    if kind.kind in "fc":
        return abs(number) < 65504 or kind.char not in "efF"
    if kind.kind in "ui" and type(number) is int:
        bits = 8 * kind.itemsize - (kind.kind == "i")
        return -(1 << bits) * (kind.kind == "i") <= number < 1 << bits
    return True


def _fit(scalar: Any, array: Any) -> Any:
    """Return `scalar` in the type of the result, by the smallest type that holds it.

    A scalar of a higher kind than `array` keeps its type.
    """
    import numpy as np

    value = np.asarray(scalar)
    mine, theirs = _ORDER.get(value.dtype.kind), _ORDER.get(array.dtype.kind)
    if mine is None or theirs is None or mine > theirs or array.dtype.char in "dgDG":
        return scalar
    kind = np.min_scalar_type(value)
    if mine == 1 and array.dtype.kind == "i" and value >= 0:
        kind = next(
            (np.dtype(c) for c in _SMALL_INTEGERS[0] if value <= np.iinfo(c).max), np.dtype(np.uint64)
        )
    return value.astype(np.promote_types(array.dtype, kind))


def in_place(target: Any, value: Any) -> Any:
    """Return `value` as ``target += value``, or another such operator, takes it."""
    if type(target) not in NUMPY and type(value) not in NUMPY:
        return value
    left, right = as_before(target, value)
    if left is target:
        return right
    from numpy import promote_types

    return right.astype(promote_types(left.dtype, right.dtype)) if right.ndim == 0 else right


def sum_(function: Any, *arguments: Any, **named: Any) -> Any:
    """Return ``sum(...)``; `function` is what the program calls ``sum``."""
    if function is not builtins.sum or not arguments or named:
        return function(*arguments, **named)
    items, start = list(arguments[0]), arguments[1] if len(arguments) > 1 else 0
    if items and type(items[0]) in NUMPY:
        start, items[0] = as_before(start, items[0])
    return builtins.sum(items, start)


def _add(a: Any, b: Any) -> Any:
    if type(a) in NUMPY or type(b) in NUMPY:
        a, b = as_before(a, b)
    return a + b


def _subtract(a: Any, b: Any) -> Any:
    if type(a) in NUMPY or type(b) in NUMPY:
        a, b = as_before(a, b)
    return a - b


def _multiply(a: Any, b: Any) -> Any:
    if type(a) in NUMPY or type(b) in NUMPY:
        a, b = as_before(a, b)
    return a * b


def _divide(a: Any, b: Any) -> Any:
    if type(a) in NUMPY or type(b) in NUMPY:
        a, b = as_before(a, b)
    return a / b


def _remainder(a: Any, b: Any) -> Any:
    if type(a) in NUMPY or type(b) in NUMPY:
        if type(a) is str:
            from .one_element import percent

            return percent(a, b)
        a, b = as_before(a, b)
    return a % b


def _power(a: Any, b: Any) -> Any:
    if type(a) in NUMPY or type(b) in NUMPY:
        a, b = as_before(a, b)
    return a**b


def _floor_divide(a: Any, b: Any) -> Any:
    return operator.floordiv(*as_before(a, b))


def _shift(a: Any, b: Any) -> Any:
    return operator.lshift(*as_before(a, b))


_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add, ast.Sub: _subtract, ast.Mult: _multiply, ast.Div: _divide,
    ast.FloorDiv: _floor_divide, ast.Mod: _remainder, ast.Pow: _power, ast.LShift: _shift,
}  # fmt: skip
_NAMES = {node: f"_{operation.__name__}__" for node, operation in _OPERATIONS.items()}
_TYPE, _TYPES, _IN_PLACE, _SUM = "__type__", "__numpy_types__", "__in_place__", "__sum__"
HELPERS: dict[str, Any] = {
    **{_NAMES[node]: operation for node, operation in _OPERATIONS.items()},
    _TYPE: type,
    _TYPES: NUMPY,
    _IN_PLACE: in_place,
    _SUM: sum_,
}
"""What a rewritten module calls, by the names it has there."""


class Promotion(ast.NodeTransformer):
    """Rewrites ``x + y`` and its like, ``x += y`` for names and attributes of names, and calls of `sum`.

    New nodes inside a new expression have yet to get their places by `ast.fix_missing_locations`.
    """

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        helper = _NAMES.get(type(node.op))
        operands = [x for x in (node.left, node.right) if not isinstance(x, ast.Constant)]
        if helper is None or not operands or _is_plain(node.left) or _is_plain(node.right):
            return node
        call = _call(helper, node.left, node.right)
        if not all(isinstance(x, ast.Name) for x in operands):
            return call
        tests = [ast.Compare(_call(_TYPE, x), [ast.In()], [ast.Name(_TYPES, ast.Load())]) for x in operands]
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        return ast.copy_location(ast.IfExp(test, call, node), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if (
            type(node.op) in _NAMES
            and _is_place(node.target)
            and not (_is_one(node.value) or _is_plain(node.value))
        ):
            node.value = _call(_IN_PLACE, _load(node.target), node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "sum":
            node.args.insert(0, node.func)
            node.func = ast.copy_location(ast.Name(_SUM, ast.Load()), node.func)
        return node


def _is_plain(node: ast.expr) -> bool:
    """Return whether `node` is written as text, a list or the like: no number."""
    if isinstance(node, ast.Constant):
        return type(node.value) not in _PYTHON
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.Dict | ast.ListComp)


def _is_one(node: ast.expr) -> bool:
    """Return whether `node` is the 1 of ``i += 1``, kept fast: it counts."""
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value == 1


def _is_place(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _load(target: ast.expr) -> Any:
    """Return an assignment's target as an expression to read."""
    target = copy.deepcopy(target)
    target.ctx = ast.Load()  # type: ignore[attr-defined]
    return target


def _call(helper: str, *arguments: ast.expr) -> ast.Call:
    call = ast.Call(ast.Name(helper, ast.Load()), list(arguments), [])
    return ast.copy_location(call, arguments[0])
