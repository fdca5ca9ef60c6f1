"""`TensorType`: a dtype and a broadcast pattern, as Theano knew it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.type import (
    DenseTensorType,
    DenseTypeMeta,
    values_eq_approx,
    values_eq_approx_always_true,
    values_eq_approx_remove_inf,
    values_eq_approx_remove_inf_nan,
    values_eq_approx_remove_nan,
)
from pytensor.tensor.type import TensorType as PyTensorType

from ..configdefaults import config
from ..gof.rewriting import graphs_are_rewritten

__all__ = [
    "TensorType",
    "theano_type",
    "values_eq_approx",
    "values_eq_approx_always_true",
    "values_eq_approx_remove_inf",
    "values_eq_approx_remove_inf_nan",
    "values_eq_approx_remove_nan",
]

_PATTERN_NAMES = {
    (): "scalar",
    (False,): "vector",
    (False, True): "col",
    (True, False): "row",
    (False, False): "matrix",
}


class TensorType(PyTensorType):
    """The type of symbolic `numpy.ndarray`.

    Parameters
    ----------
    dtype : str
        A NumPy dtype name, or "floatX".
    broadcastable : sequence of bool
        For each dimension, whether its length is known to be 1.
    name : str, optional
        How the type prints.
    sparse_grad : bool
        Kept for old programs; see `theano.sparse_grad`.

    Notes
    -----
    PyTensor's types also hold known lengths. Here they are dropped, except 1: two arrays whose lengths do not
    fit are an error of the call, as under Theano, not of the building of the graph. A type equals PyTensor's
    type of the same dtype and pattern.
    """

    def __init__(
        self,
        dtype: Any,
        broadcastable: Iterable[Any] | None = None,
        name: str | None = None,
        sparse_grad: bool = False,
        *,
        shape: Iterable[Any] | None = None,
    ) -> None:
        if broadcastable is None:
            broadcastable = () if shape is None else shape
        if isinstance(dtype, str) and dtype == "floatX":
            dtype = config.floatX
        else:
            try:
                dtype = str(np.dtype(dtype))
            except TypeError:
                raise TypeError(
                    f"Unsupported dtype for TensorType: {dtype}. Give the name of a NumPy dtype, e.g. "
                    "'float64'."
                ) from None
        pattern = tuple(b is not None and (b is True or b == 1) for b in broadcastable)
        super().__init__(dtype, tuple(1 if b else None for b in pattern), name=name)
        self.broadcastable = pattern
        self.sparse_grad = sparse_grad

    def __setstate__(self, state: dict) -> None:
        """Take the state of such a type, or of Theano's, which knows no shape."""
        if "shape" in state:
            self.__dict__.update(state)
        else:
            self.__init__(*(state.get(name) for name in ("dtype", "broadcastable", "name", "sparse_grad")))

    def clone(
        self, dtype: Any = None, broadcastable: Any = None, *, shape: Any = None, **kwargs: Any
    ) -> TensorType:
        """Return the type with another dtype or pattern.

        While graphs are rewritten `shape` may name lengths: PyTensor's type holds them. Without them a
        variable could never be shown to be as long as the one it replaces.
        """
        if shape is not None and graphs_are_rewritten() and any(n not in (None, 1) for n in shape):
            return PyTensorType(self.dtype if dtype is None else dtype, shape=shape)
        pattern = next((p for p in (broadcastable, shape) if p is not None), self.broadcastable)
        return type(self)(self.dtype if dtype is None else dtype, pattern, self.name, self.sparse_grad)

    def __call__(self, name: str | None = None, **kwargs: Any) -> Variable:
        kwargs.pop("shape", None)
        return super().__call__(name, **kwargs)

    def make_variable(self, name: str | None = None) -> Variable:
        """Return a new variable of this type."""
        return self.variable_type(self, None, name=name)

    def is_super(self, otype: Any) -> bool:
        """Return whether every value of `otype` is one of this type."""
        return (
            isinstance(otype, DenseTensorType)
            and otype.dtype == self.dtype
            and otype.ndim == self.ndim
            and all(b or not a for a, b in zip(self.broadcastable, otype.broadcastable))
        )

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> np.ndarray:
        """Return `data` as an array of this type.

        Raises
        ------
        TypeError
            If dtype, number of dimensions or a length known to be 1 do not fit, or values would change.
        """
        plain = not isinstance(data, np.ndarray | np.generic | Variable)
        if plain and not strict and self.numpy_dtype.kind in "iu":  # Python's integers know no overflow
            array = np.asarray(data)
            if array.dtype.kind in "iub":
                limits = np.iinfo(self.numpy_dtype)
                fits = not array.size or (limits.min <= array.min() and array.max() <= limits.max)
                if fits or allow_downcast:
                    data = array.astype(self.numpy_dtype)
                else:
                    text = str(data) if len(str(data)) <= 80 else str(data)[:75] + "(...)"
                    raise TypeError(
                        f"{self} cannot store accurately value {text}, it would be represented as "
                        f"{array.astype(self.numpy_dtype)}. If you do not mind this precision loss, you "
                        f"can: 1) explicitly convert your data to a numpy array of dtype {self.dtype}, or "
                        "2) set "
                        '"allow_input_downcast=True" when calling "function".'
                    )
        try:
            return super().filter(data, strict, allow_downcast)
        except TypeError:
            lengths = np.shape(data)
            if len(lengths) == self.ndim and any(b and n != 1 for b, n in zip(self.broadcastable, lengths)):
                raise TypeError(
                    "Non-unit value on shape on a broadcastable dimension.", lengths, self.broadcastable
                ) from None
            raise

    def filter_variable(self, other: Any, allow_convert: bool = True) -> Variable:
        """Return `other`, a variable or a value, as a variable of this type.

        Raises
        ------
        TypeError
            If dtype or number of dimensions differ, or this type is broadcastable where `other` is not known
            to be.
        """
        if not isinstance(other, Variable):
            other = self.Constant(type=self, data=other)
        if other.type == self:
            return other
        if allow_convert:
            converted = self.convert_variable(other)
            if converted is not None:
                return converted
        raise TypeError(
            f"Cannot convert Type {other.type} (of Variable {other}) into Type {self}. "
            f"You can try to manually convert {other} into a {self}."
        )

    def convert_variable(self, var: Variable) -> Variable | None:
        """Return `var` as a variable of this type if it only is broadcastable where this type need not be.

        While graphs are rewritten also where it is the other way round: a rewrite keeps the lengths.
        """
        if isinstance(var.type, PyTensorType) and self.is_super(var.type):
            from .basic import unbroadcast

            if isinstance(var, Constant):
                return self.constant_type(self, var.data, name=var.name)
            known = [i for i, (a, b) in enumerate(zip(self.broadcastable, var.broadcastable)) if b and not a]
            return unbroadcast(var, *known) if known else var
        if graphs_are_rewritten() and isinstance(var.type, DenseTensorType) and var.type.ndim == self.ndim:
            from pytensor.tensor.shape import specify_shape

            return specify_shape(var, self.shape) if var.type.dtype == self.dtype else None
        return None

    @property
    def Variable(self) -> type:
        """The class of variables of this type."""
        return self.variable_type

    @property
    def Constant(self) -> type:
        """The class of constants of this type."""
        return self.constant_type

    @property
    def SharedVariable(self) -> type:
        """The class of shared variables of this type."""
        from .sharedvar import TensorSharedVariable

        return TensorSharedVariable

    def value_zeros(self, shape: Any) -> np.ndarray:
        """Return an array of zeros of this dtype."""
        return np.zeros(shape, dtype=self.dtype)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, DenseTensorType):  # a sparse type is a TensorType of PyTensor's too
            return NotImplemented
        return (
            self.dtype == other.dtype
            and self.broadcastable == other.broadcastable
            and all(n in (None, 1) for n in other.shape)
        )

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((PyTensorType, self.dtype, self.shape))

    def __str__(self) -> str:
        if self.name:
            return self.name
        pattern = self.broadcastable
        if pattern in _PATTERN_NAMES:
            text = _PATTERN_NAMES[pattern]
        else:
            text = str(pattern) if any(pattern) else f"{len(pattern)}D"
        return f"TensorType({self.dtype}, {text})"

    __repr__ = __str__


def _count_as_dense() -> None:
    """Let PyTensor's question "is this type dense?" be answered yes for `TensorType`: it asks for the
    exact class.
    """
    ask = DenseTypeMeta.__instancecheck__

    def __instancecheck__(cls: type, o: Any) -> bool:
        return ask(cls, o) or (cls is DenseTensorType and isinstance(o, TensorType))

    DenseTypeMeta.__instancecheck__ = __instancecheck__


_count_as_dense()


def theano_type(kind: PyTensorType) -> TensorType:
    """Return Theano's type for a type of PyTensor: its dtype and which lengths are known to be 1."""
    return TensorType(kind.dtype, kind.broadcastable)
