"""The functions of the kernel language over plain Python floats."""

from __future__ import annotations

import math
from typing import Any


class ScalarTrouble(ArithmeticError):
    """Python's floats cannot do this step as IEEE arithmetic would; NumPy must."""


def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(-x)), 0 where exp overflows."""
    return 1.0 / (1.0 + math.exp(-x)) if x > -709.0 else (0.0 if x == x else x)


def maximum(a, b):
    """Return the larger, NaN if either is."""
    return a if a > b or a != a else b


def minimum(a, b):
    """Return the smaller, NaN if either is."""
    return a if a < b or a != a else b


def where(condition, yes, no):
    """Return `yes` where the condition holds, else `no`."""
    return yes if condition else no


def sign(x):
    """Return -1, 0 or 1, NaN for NaN."""
    return x if x != x else float((x > 0) - (x < 0))


def _of_finite(function):
    """Return `function`, which math gives as a whole number, of float -> float; zeros keep their sign."""

    def run(x):
        return math.copysign(function(x), x) if math.isfinite(x) else x

    return run


NAMESPACE: dict[str, Any] = {
    "f64": float,
    "i64": int,
    "inf": math.inf,
    "nan": math.nan,
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "arctan2": math.atan2,
    "erf": math.erf,
    "pow": math.pow,
    "floor": _of_finite(math.floor),
    "ceil": _of_finite(math.ceil),
    "trunc": _of_finite(math.trunc),
    "rint": _of_finite(round),
    "abs": abs,
    "sigmoid": sigmoid,
    "maximum": maximum,
    "minimum": minimum,
    "where": where,
    "sign": sign,
}
