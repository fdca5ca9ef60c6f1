"""Division and rounding as Python 2 did them."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..revived import one_element
from ..revived.promotion import as_before

_INTEGERS = (int, bool)


def divide(a: Any, b: Any) -> Any:
    """Return ``a / b`` without ``from __future__ import division``: between integers it is the floor.

    Arrays of integers count as integers, as in NumPy on Python 2; classes with ``__div__`` decide themselves.
    """
    left, right = type(a), type(b)
    if left in _INTEGERS and right in _INTEGERS:
        if not b:
            raise ZeroDivisionError("integer division or modulo by zero")
        return a // b
    if left is float and right in (float, int):
        return a / b
    for method, other in (
        (getattr(left, "__div__", None), (a, b)),
        (getattr(right, "__rdiv__", None), (b, a)),
    ):
        if method is not None:
            result = method(*other)
            if result is not NotImplemented:
                return result
    a, b = as_before(a, b)
    return a // b if _is_integer(a) and _is_integer(b) else a / b


def divide_in_place(a: Any, b: Any) -> Any:
    """Return what ``a /= b`` leaves in `a`."""
    method = getattr(type(a), "__idiv__", None)
    if method is not None:
        result = method(a, b)
        if result is not NotImplemented:
            return result
    if _is_array(a) and a.ndim:
        if _is_integer(a) and _is_integer(b):
            a //= b
        else:
            a /= b
        return a
    if hasattr(type(a), "__itruediv__") and not hasattr(type(a), "__div__"):
        a /= b
        return a
    return divide(a, b)


def _is_array(x: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray)


def _is_integer(x: Any) -> bool:
    """Return whether `x` is an integer, or an array or scalar of integers of NumPy."""
    if isinstance(x, int):
        return True
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray | numpy.generic) and x.dtype.kind in "iub"


def round_half_away(number: Any, ndigits: int = 0) -> float:
    """Return `number` rounded to `ndigits` decimals, halves away from zero, as a float.

    >>> round_half_away(2.5), round_half_away(-0.5), round_half_away(2.675, 2), round_half_away(15, -1)
    (3.0, -1.0, 2.67, 20.0)
    """
    if not hasattr(type(number), "__float__") and hasattr(type(number), "__round__"):
        return round(number, ndigits)
    value = one_element.number(float, number)
    if not math.isfinite(value) or ndigits > 323:
        return value
    if ndigits < -308:
        return math.copysign(0.0, value)
    exact = Decimal(value)
    if exact.adjusted() + ndigits > 17:
        return value
    return math.copysign(float(exact.quantize(Decimal(1).scaleb(-ndigits), rounding=ROUND_HALF_UP)), value)
