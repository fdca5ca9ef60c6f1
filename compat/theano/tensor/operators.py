"""The functions behind the operators and methods of tensor variables, as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.scalar.basic import ComplexError


class AsTensorError(TypeError):
    """Raised by `as_tensor_variable` for what cannot be a tensor."""


def _basic() -> Any:
    from . import basic

    return basic


def _operator(name: str) -> Callable:
    """Return the method that calls the function `name` of `theano.tensor`, or says NotImplemented as
    operators do.
    """

    def method(self: Variable, *others: Any) -> Any:
        try:
            return getattr(_basic(), name)(self, *others)
        except (NotImplementedError, AsTensorError, TypeError) as error:
            if _is_not_for_us(error, others):
                return NotImplemented
            raise

    method.__name__ = name
    return method


def _swapped(name: str) -> Callable:
    """Return the reflected form of `_operator`."""
    plain = _operator(name)

    def method(self: Variable, other: Any) -> Any:
        basic = _basic()
        try:
            return getattr(basic, name)(other, self)
        except (NotImplementedError, AsTensorError, TypeError) as error:
            if _is_not_for_us(error, (other,)):
                return NotImplemented
            raise

    method.__name__ = plain.__name__
    return method


def _is_not_for_us(error: Exception, others: tuple) -> bool:
    """Return whether `error` means that one of `others` is no tensor, so that its own operator may know
    better.
    """
    if isinstance(error, ComplexError):  # no other operator knows better
        return False
    if isinstance(error, NotImplementedError | AsTensorError):
        return True
    tensors = all(isinstance(o, Variable | np.ndarray | np.generic | int | float | complex) for o in others)
    return not tensors


def _method(name: str) -> Callable:
    """Return the method that calls the function `name` of `theano.tensor` with the variable first."""

    def method(self: Variable, *args: Any, **kwargs: Any) -> Any:
        return getattr(_basic(), name)(self, *args, **kwargs)

    method.__name__ = name
    return method


#: operator -> function of theano.tensor
_OPERATORS = {
    "__abs__": "abs_",
    "__neg__": "neg",
    "__invert__": "invert",
    "__lt__": "lt",
    "__le__": "le",
    "__gt__": "gt",
    "__ge__": "ge",
    "__and__": "and_",
    "__or__": "or_",
    "__xor__": "xor",
    "__add__": "add",
    "__sub__": "sub",
    "__mul__": "mul",
    "__pow__": "pow",
    "__mod__": "mod_check",
    "__divmod__": "divmod",
    "__truediv__": "true_div",
    "__div__": "div_proxy",
    "__floordiv__": "floor_div",
}
_REFLECTED = {
    "__rand__": "and_",
    "__ror__": "or_",
    "__rxor__": "xor",
    "__radd__": "add",
    "__rsub__": "sub",
    "__rmul__": "mul",
    "__rmod__": "mod",
    "__rdivmod__": "divmod",
    "__rpow__": "pow",
    "__rtruediv__": "true_div",
    "__rdiv__": "div_proxy",
    "__rfloordiv__": "floor_div",
}
#: methods that are the function of theano.tensor of the same name, with the variable first
_ALIKE = """
    any all flatten diagonal transfer sum prod mean var std min max argmin argmax clip conj round ptp
    swapaxes fill get_scalar_constant_value arccos arccosh arcsin arcsinh arctan arctanh ceil cos cosh
    deg2rad exp exp2 expm1 floor log log10 log1p log2 rad2deg sin sinh sqrt tan tanh trunc zeros_like
    ones_like nonzero nonzero_values
"""
#: method -> function of theano.tensor that takes the variable first
_METHODS = {name: name for name in _ALIKE.split()} | {
    "__ceil__": "ceil",
    "__floor__": "floor",
    "__trunc__": "trunc",
}
