"""The nonlinear functions a program may use: their values and slopes in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Function(NamedTuple):
    """An elementwise function.

    Attributes
    ----------
    value : callable
        ``(*arguments, parameter) -> array``.
    slope : callable
        ``(*arguments, parameter) -> tuple of arrays``: the derivative by each argument.
    """

    value: Callable[..., np.ndarray]
    slope: Callable[..., tuple[np.ndarray, ...]]


def _unary(value: Callable, slope: Callable) -> Function:
    """Return a function of one argument that takes no parameter."""
    return Function(lambda x, _: value(x), lambda x, _: (slope(x),))


def _flat(value: Callable) -> Function:
    """Return a function of one argument that jumps, and is flat everywhere else."""
    return Function(value, lambda x, _: (np.zeros_like(x),))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # to inf, which gives the right 0
        return 1.0 / (1.0 + np.exp(-x))


def _sigmoid_slope(x: np.ndarray) -> np.ndarray:
    """Return ``exp(-|x|) / (1 + exp(-|x|)) ** 2``: accurate far out, where 1 - sigmoid(x) is not."""
    small = np.exp(-np.abs(x))
    return small / np.square(1.0 + small)


def _erf(x: np.ndarray) -> np.ndarray:
    from scipy import special  # slow to import, and few programs need it

    return special.erf(x)


FUNCTIONS: dict[str, Function] = {
    "relu": _unary(lambda x: np.maximum(x, 0.0), lambda x: (x > 0) * 1.0),
    "sigmoid": _unary(_sigmoid, _sigmoid_slope),
    "tanh": _unary(np.tanh, lambda x: 4.0 * _sigmoid_slope(2.0 * x)),
    "softplus": _unary(lambda x: np.logaddexp(0.0, x), _sigmoid),
    "exp": _unary(np.exp, np.exp),
    "log": _unary(np.log, lambda x: 1.0 / x),
    "log1p": _unary(np.log1p, lambda x: 1.0 / (1.0 + x)),
    "sqrt": _unary(np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "square": _unary(np.square, lambda x: 2.0 * x),
    "reciprocal": _unary(lambda x: 1.0 / x, lambda x: -1.0 / np.square(x)),
    "sin": _unary(np.sin, np.cos),
    "cos": _unary(np.cos, lambda x: -np.sin(x)),
    "erf": _unary(_erf, lambda x: 2.0 / np.sqrt(np.pi) * np.exp(-np.square(x))),
    "arctan": _unary(np.arctan, lambda x: 1.0 / (1.0 + np.square(x))),
    "power": Function(np.power, lambda x, p: (p * np.power(x, p - 1.0),)),
    "curve": Function(lambda x, curve: curve.value(x), lambda x, curve: (curve.slope(x),)),
    "step": _flat(lambda x, _: (x > 0) * 1.0),
    "floor": _flat(lambda x, _: np.floor(x)),
    "round": _flat(lambda x, away: np.trunc(x + np.copysign(0.5, x)) if away else np.round(x)),
    "normalized": Function(
        lambda x, v, _: x / np.sqrt(v), lambda x, v, _: (1.0 / np.sqrt(v), -0.5 * x / (v * np.sqrt(v)))
    ),
    "product": Function(lambda x, y, _: x * y, lambda x, y, _: (y, x)),
}
"""``abs``, ``maximum``, ``clip``, leaky and hard forms are affine in ``relu``; quotients are products with a
``reciprocal``. A ``"curve"`` is a function of one number made of several of these, such as silu or elu: its
parameter is a `graphopt.structure.curve.Curve`. ``"normalized"`` is ``x / sqrt(v)``; its parameter
is 1 where ``x ** 2 <= v``, else infinite: how large its values can be (see
`graphopt.structure.lowering.norms`). The parameter of ``"round"`` is 1 where halves are rounded away from 0,
else they are rounded to even numbers.
"""
