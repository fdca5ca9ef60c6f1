"""Scalar operations whose values SciPy knows: error, gamma and Bessel functions."""

from __future__ import annotations

from typing import Any

import pytensor.scalar.basic as ps
import pytensor.scalar.math as psm
from pytensor.gradient import grad_not_implemented
from pytensor.graph.basic import Variable

from .basic import upgrade_to_float, upgrade_to_float64
from .fronts import BinaryScalarOp, fronts_of

# All that PyTensor has of them, under the same names.
globals().update({n: v for n, v in vars(psm).items() if ps.ScalarOp in type(v).__mro__})
globals().update(fronts_of(psm))

imported_scipy_special = True


class Chi2SF(BinaryScalarOp):
    """1 minus the distribution function of chi squared with `k` degrees of freedom, at `x`."""

    @staticmethod
    def st_impl(x: Any, k: Any) -> Any:
        from scipy.special import chdtrc

        return chdtrc(k, x)

    def impl(self, x: Any, k: Any) -> Any:
        return self.st_impl(x, k)


class Iv(BinaryScalarOp):
    """The modified Bessel function of the first kind, of real order `v`."""

    nfunc_spec = ("scipy.special.iv", 2, 1)

    @staticmethod
    def st_impl(v: Any, x: Any) -> Any:
        from scipy.special import iv

        return iv(v, x)

    def impl(self, v: Any, x: Any) -> Any:
        return self.st_impl(v, x)

    def grad(self, inputs: list[Variable], grads: list[Variable]) -> list[Variable]:
        (v, x), (gz,) = inputs, grads
        return [grad_not_implemented(self, 0, v), gz * (iv(v - 1, x) + iv(v + 1, x)) / 2.0]


chi2sf = Chi2SF(upgrade_to_float64, name="chi2sf")
iv = Iv(upgrade_to_float, name="iv")

__all__ = sorted(
    n
    for n, v in globals().items()
    if {ps.ScalarOp, type}.intersection(type(v).__mro__) or n == "imported_scipy_special"
)
