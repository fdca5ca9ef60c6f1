"""Curves that graphs are made of, for tests of what holds at each point."""

from __future__ import annotations

from functools import cache

import pytensor.tensor as pt

from graphopt.nn import activations
from graphopt.structure import lower
from graphopt.structure.curve import Curve

GRAPHS = {
    "silu": activations.silu,
    "silu by hand": lambda x: x / (1 + pt.exp(-x)),
    "gelu": activations.gelu,
    "gelu by tanh": lambda x: activations.gelu(x, approximate=True),
    "mish": activations.mish,
    "elu": activations.elu,
    "selu": activations.selu,
    "softsign": activations.softsign,
    "hard silu": activations.hard_silu,
    "squareplus": activations.squareplus,
    "bell": lambda x: pt.exp(-(x**2)),
    "rational": lambda x: x / (1 + x**2),
    "logarithm of a square": lambda x: pt.log1p(x**2),
    "quartic": lambda x: 0.25 * x**4 - x**2 + 0.3 * x,
    "inverse root": lambda x: 1 / pt.sqrt(x + 1e-3),
    "x log x": lambda x: x * pt.log(x),
    "wave": lambda x: x * pt.sin(x),
}
"""Functions of one number by name, as graphs."""

JUMPING = {
    "quantised": lambda x: (pt.round(x) - 1.2) ** 2,
    "hard shrink": activations.hard_shrink,
}
"""Others that jump."""


@cache
def curve(name: str) -> Curve:
    """Return the curve that a graph of `GRAPHS` or `JUMPING` is lowered to."""
    x = pt.dscalar("x")
    program = lower([(GRAPHS | JUMPING)[name](x)], [x])
    (group,) = program.groups[1:]
    return group.parameter
