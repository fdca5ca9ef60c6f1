"""Views of a variable that change what flows back through it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import pytensor.gradient as ptg
from pytensor.compile.ops import ViewOp
from pytensor.graph.basic import Variable

from ...adopt import adopt
from ..gof.debug_values import compute_test_values
from .undefined import grad_undefined


class _Adopting:
    """An Op whose results are Theano's variables."""

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        result = adopt(super().__call__(*inputs, **kwargs))
        compute_test_values([result.owner])
        return result


class ConsiderConstant(_Adopting, ViewOp):
    """A view through which zeros flow back."""

    def pullback(self, inputs: Sequence, outputs: Sequence, gradients: Sequence) -> list:
        return [g.zeros_like() for g in gradients]


class ZeroGrad(_Adopting, ptg.ZeroGrad):
    """A view through which zeros flow back, and forth in the R operator."""


class UndefinedGrad(_Adopting, ptg.UndefinedGrad):
    """A view whose gradient is an error."""

    def pullback(self, inputs: Sequence, outputs: Sequence, gradients: Sequence) -> list:
        return [grad_undefined(self, i, x) for i, x in enumerate(inputs)]


class DisconnectedGrad(_Adopting, ptg.DisconnectedGrad):
    """A view through which nothing flows back."""


class GradClip(_Adopting, ptg.GradClip):
    """A view through which what flows back is clipped."""

    __props__ = ()

    def __init__(self, clip_lower_bound: float, clip_upper_bound: float) -> None:
        assert clip_upper_bound >= clip_lower_bound
        super().__init__(clip_lower_bound, clip_upper_bound)


class GradScale(_Adopting, ptg.GradScale):
    """A view through which what flows back is multiplied by a number."""


consider_constant_ = ConsiderConstant()
zero_grad_ = ZeroGrad()
undefined_grad_ = UndefinedGrad()
disconnected_grad_ = DisconnectedGrad()


def consider_constant(x: Variable) -> Variable:
    """Return `x`, through which zeros flow back. Deprecated for `zero_grad` and `disconnected_grad`."""
    warnings.warn(
        "consider_constant() is deprecated, use zero_grad() or disconnected_grad() instead.", stacklevel=3
    )
    return consider_constant_(x)


def zero_grad(x: Variable) -> Variable:
    """Return `x`, through which zeros flow back."""
    return zero_grad_(x)


def undefined_grad(x: Variable) -> Variable:
    """Return `x`, whose gradient is an error."""
    return undefined_grad_(x)


def disconnected_grad(x: Variable) -> Variable:
    """Return `x`, through which nothing flows back: whoever depends on `x` alone is disconnected."""
    return disconnected_grad_(x)


def grad_clip(x: Variable, lower_bound: float, upper_bound: float) -> Variable:
    """Return `x`, the gradient that arrives at it clipped to the bounds."""
    return GradClip(lower_bound, upper_bound)(x)


def grad_scale(x: Variable, multiplier: float) -> Variable:
    """Return `x`, the gradient that arrives at it multiplied by `multiplier`."""
    return GradScale(multiplier)(x)
