"""``x * log(x)`` and ``x * log(y)`` that are 0 where `x` is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import theano
from ..scalar import BinaryScalarOp, UnaryScalarOp, upgrade_to_float
from .elemwise import Elemwise

__all__ = ["XlogX", "XlogY0", "scalar_xlogx", "scalar_xlogy0", "xlogx", "xlogy0"]


def _c_code(formula: str, node: Any) -> str:
    """Return `formula` if the first input is a float of the machine's, as Theano's C code wanted."""
    if node.inputs[0].type.dtype not in ("float32", "float64"):
        raise NotImplementedError("only floatingpoint is implemented")
    return formula


class XlogX(UnaryScalarOp):
    """``x * log(x)``, 0 at 0."""

    @staticmethod
    def st_impl(x: Any) -> Any:
        return 0.0 if x == 0.0 else x * np.log(x)

    def impl(self, x: Any) -> Any:
        return self.st_impl(x)

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,), (gz,) = inputs, grads
        return [gz * (1 + theano.scalar.log(x))]

    def c_code(self, node: Any, name: str, inputs: Any, outputs: Any, sub: Any) -> str:
        (x,), (z,) = inputs, outputs
        return _c_code(f"{z} = {x} == 0.0 ? 0.0 : {x} * log({x});", node)


class XlogY0(BinaryScalarOp):
    """``x * log(y)``, 0 where `x` is."""

    @staticmethod
    def st_impl(x: Any, y: Any) -> Any:
        return 0.0 if x == 0.0 else x * np.log(y)

    def impl(self, x: Any, y: Any) -> Any:
        return self.st_impl(x, y)

    def grad(self, inputs: Any, grads: Any) -> list:
        (x, y), (gz,) = inputs, grads
        return [gz * theano.scalar.log(y), gz * x / y]

    def c_code(self, node: Any, name: str, inputs: Any, outputs: Any, sub: Any) -> str:
        (x, y), (z,) = inputs, outputs
        return _c_code(f"{z} = {x} == 0.0 ? 0.0 : {x} * log({y});", node)


scalar_xlogx = XlogX(upgrade_to_float, name="scalar_xlogx")
xlogx = Elemwise(scalar_xlogx, name="xlogx")
scalar_xlogy0 = XlogY0(upgrade_to_float, name="scalar_xlogy0")
xlogy0 = Elemwise(scalar_xlogy0, name="xlogy0")
