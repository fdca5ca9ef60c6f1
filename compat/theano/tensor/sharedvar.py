"""Shared variables of arrays and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.tensor.sharedvar import TensorSharedVariable as PyTensorShared

from ...adopt import adopts
from ..compile.sharedvalue import SharedVariable, shared_constructor
from .type import TensorType
from .var import _tensor_py_operators, _Texts

__all__ = ["ScalarSharedVariable", "TensorSharedVariable", "scalar_constructor", "tensor_constructor"]


class TensorSharedVariable(_Texts, _tensor_py_operators, SharedVariable, PyTensorShared):
    """A shared array."""

    def __repr__(self) -> str:
        return str(self)

    __getitem__ = _tensor_py_operators.__getitem__


class ScalarSharedVariable(TensorSharedVariable):
    """A shared number, kept as an array without dimensions."""


def tensor_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    broadcastable: Any = None,
    target: str = "cpu",
) -> TensorSharedVariable:
    """Return a shared variable of an array; no dimension is broadcastable unless `broadcastable` says so."""
    if target != "cpu":
        raise TypeError("not for cpu")
    if not isinstance(value, np.ndarray):
        raise TypeError("The value is no NumPy array.")
    pattern = (False,) * value.ndim if broadcastable is None else broadcastable
    return TensorSharedVariable(
        type=TensorType(value.dtype, pattern),
        value=np.array(value, copy=not borrow or None),
        name=name,
        strict=strict,
        allow_downcast=allow_downcast,
    )


def scalar_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    target: str = "cpu",
) -> ScalarSharedVariable:
    """Return a shared variable of a number: int64 or float64 for Python's, else the dtype it has."""
    if target != "cpu":
        raise TypeError("not for cpu")
    if not isinstance(value, np.number | float | int | complex):
        raise TypeError("The value is no number.")
    dtype = str(getattr(value, "dtype", np.asarray(value).dtype))
    array = np.array(value, dtype=dtype, copy=True)
    return ScalarSharedVariable(
        type=TensorType(array.dtype, []), value=array, name=name, strict=strict, allow_downcast=allow_downcast
    )


shared_constructor(tensor_constructor)
shared_constructor(scalar_constructor)


def load_shared_variable(val: Any) -> Variable:
    """Return a shared variable of `val`; old pickles call this."""
    return tensor_constructor(val)


adopts(TensorSharedVariable, TensorSharedVariable)(lambda variable: None)
