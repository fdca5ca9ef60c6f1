"""Activation functions beside the sigmoid and the softmax."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from graphopt.engine.lines.elementwise import FLOAT_FUNCTIONS

from ....adopt import adopted
from ... import scalar
from .. import basic as tensor
from ..elemwise import Elemwise

__all__ = ["ScalarSoftsign", "elu", "relu", "scalar_softsign", "selu", "softsign"]


@adopted
def relu(x: Any, alpha: Any = 0) -> Variable:
    """Return ``max(x, 0)``, or ``alpha * x`` where `x` is negative.

    The gradient at 0 is the mean of both sides.
    """
    if isinstance(alpha, int | float) and alpha == 0:
        return 0.5 * (x + abs(x))
    alpha = tensor.as_tensor_variable(alpha)
    return 0.5 * (1 + alpha) * x + 0.5 * (1 - alpha) * abs(x)


@adopted
def elu(x: Any, alpha: Any = 1) -> Variable:
    """Return `x`, or ``alpha * (exp(x) - 1)`` where it is not positive."""
    return tensor.switch(x > 0, x, alpha * tensor.expm1(x))


@adopted
def selu(x: Any) -> Variable:
    """Return the scaled `elu` that keeps mean 0 and variance 1 (Klambauer et al., 2017)."""
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


def softsign_values(x: Any) -> Any:
    """Return ``x / (1 + |x|)`` of numbers."""
    return x / (1 + np.abs(x))


class ScalarSoftsign(scalar.UnaryScalarOp):
    """``x / (1 + |x|)``"""

    @staticmethod
    def static_impl(x: Any) -> Any:
        return softsign_values(x)

    def impl(self, x: Any) -> Any:
        return self.static_impl(x)

    def grad(self, inputs: Any, grads: Any) -> Any:
        (x,), (gz,) = inputs, grads
        if "float" not in x.type.dtype:
            return NotImplemented
        d = 1.0 + abs(x)
        return [gz / (d * d)]


FLOAT_FUNCTIONS[ScalarSoftsign] = softsign_values

scalar_softsign = ScalarSoftsign(scalar.upgrade_to_float, name="scalar_softsign")
softsign = Elemwise(scalar_softsign, name="softsign")
