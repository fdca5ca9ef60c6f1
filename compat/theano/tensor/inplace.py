"""The elementwise functions that may overwrite their first argument: `add_inplace(x, y)` is what `x + y` is.

The result has the dtype of the first argument. Whether memory is reused is the compiler's to decide.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Variable

from .. import scalar
from .elemwise import DimShuffle, Elemwise

_NAMES = """
    lt gt le ge eq neq and_ or_ xor invert abs_ exp exp2 expm1 neg inv log log1p log2 log10 sgn ceil
    floor trunc round_half_to_even round_half_away_from_zero sqr sqrt deg2rad rad2deg cos arccos sin
    arcsin tan arctan arctan2 cosh arccosh sinh arcsinh tanh arctanh erf erfc erfcx gamma gammaln psi
    tri_gamma chi2sf j0 j1 jv i0 i1 iv second maximum minimum add sub mul true_div int_div mod pow conj
"""


def _inplace(name: str) -> Elemwise:
    """Return the function `name` that works on its first argument."""
    scalar_op = type(getattr(scalar, name))(scalar.transfer_type(0))
    made = Elemwise(scalar_op, {0: 0}, name=f"{name}_inplace")
    made.__doc__ = f"`{name}`, with the first argument's dtype and maybe its memory."
    return made


globals().update({f"{_name}_inplace": _inplace(_name) for _name in _NAMES.split()})
fill_inplace = globals()["second_inplace"]


def transpose_inplace(x: Variable, **kwargs: Any) -> Variable:
    """Return the transpose, as a view of `x`."""
    return DimShuffle(x.type.broadcastable, range(x.ndim - 1, -1, -1), inplace=True)(x)


__all__ = ["fill_inplace", "transpose_inplace", *(f"{_name}_inplace" for _name in _NAMES.split())]
