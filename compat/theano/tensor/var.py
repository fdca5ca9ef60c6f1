"""Tensor variables with Theano's methods and operators."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.elemwise import DimShuffle as PyTensorDimShuffle
from pytensor.tensor.type import TensorType as PyTensorType
from pytensor.tensor.variable import TensorConstant as PyTensorConstant
from pytensor.tensor.variable import TensorConstantSignature
from pytensor.tensor.variable import TensorVariable as PyTensorVariable
from pytensor.tensor.variable import _tensor_py_operators as _PyTensorOperators

from ...adopt import adopt, adopted, adopts
from ...belonging import belong_to
from . import operators
from .operators import _METHODS, _OPERATORS, _REFLECTED, AsTensorError, _basic, _method, _operator, _swapped
from .type import TensorType, theano_type

__all__ = [
    "AsTensorError",
    "TensorConstant",
    "TensorConstantSignature",
    "TensorVariable",
    "_tensor_py_operators",
]

belong_to(__name__, operators)


class _tensor_py_operators(_PyTensorOperators):
    """The operators and methods that all tensor variables share."""

    # An object is true, as any other without a truth value of its own: old programs write `if bias:`.
    # Only the result of a comparison refuses, since `if x > 0` is a mistake.
    def __bool__(self) -> bool:
        if getattr(self, "_is_nonzero", True) and not _is_comparison(self):
            return True
        raise TypeError(
            "Variables do not support boolean operations. Comparisons are symbolic: "
            "use theano.tensor.switch or theano.ifelse.ifelse."
        )

    __nonzero__ = __bool__

    def __index__(self) -> int:
        raise TypeError("A symbolic variable is no index of a Python sequence. Index a tensor with it.")

    @property
    def T(self) -> Variable:
        return _basic().transpose(self)

    def transpose(self, *axes: Any) -> Variable:
        """Return the variable with its axes in another order: ``x.transpose(1, 0)`` or ``x.transpose((1,
        0))``.
        """
        if not axes:
            return _basic().transpose(self)
        if len(axes) == 1 and isinstance(axes[0], list | tuple | np.ndarray):
            axes = axes[0]
        return _basic().transpose(self, axes)

    @property
    def shape(self) -> Variable:
        return _basic().shape(self)

    @property
    def size(self) -> Variable:
        if self.ndim == 1:
            return self.shape[0]
        return _basic().prod(self.shape, dtype="int64")

    def reshape(self, shape: Any, ndim: int | None = None) -> Variable:
        """Return the variable with another shape; `ndim` must be given when `shape` has no known length."""
        if ndim is not None and not isinstance(ndim, int | np.integer):
            raise ValueError(
                f"Expected ndim to be an integer, is {type(ndim)}. The shape is one argument: reshape((2, "
                "3))."
            )
        return _basic().reshape(self, shape, ndim=ndim)

    def dimshuffle(self, *pattern: Any) -> Variable:
        """Return the variable with its axes in the order of `pattern`; "x" puts an axis of length 1 there."""
        if len(pattern) == 1 and isinstance(pattern[0], list | tuple):
            pattern = pattern[0]
        from .elemwise import DimShuffle

        return DimShuffle(self.type.broadcastable, pattern)(self)

    def ravel(self) -> Variable:
        return _basic().flatten(self)

    def astype(self, dtype: Any) -> Variable:
        return _basic().cast(self, dtype)

    def __getitem__(self, args: Any) -> Variable:
        from .subtensor import getitem

        return getitem(self, args)

    def take(self, indices: Any, axis: int | None = None, mode: str = "raise") -> Variable:
        from .subtensor import take

        return take(self, indices, axis, mode)

    def copy(self, name: str | None = None) -> Variable:
        """Return a symbolic copy, with the variable's name unless another is given."""
        copied = _basic().tensor_copy(self)
        copied.name = name
        return copied

    def __iter__(self) -> Iterator:
        try:
            length = _basic().get_vector_length(self)
        except TypeError:
            raise TypeError(
                "TensorType does not support iteration. Maybe you are using builtin.sum instead of "
                "theano.tensor.sum? (Maybe .max?)"
            ) from None
        return (self[i] for i in range(length))

    @property
    def ndim(self) -> int:
        return self.type.ndim

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        return self.type.broadcastable

    @property
    def dtype(self) -> str:
        return self.type.dtype

    def __dot__(left, right: Any) -> Variable:
        return _basic().dense_dot(left, right)

    def __rdot__(right, left: Any) -> Variable:
        return _basic().dense_dot(left, right)

    def dot(left, right: Any) -> Variable:
        """Return the dot product with `right`."""
        return _basic().dot(left, right)

    # Theano 1.0.5 had no `@`; what it would have meant is clear
    def __matmul__(left, right: Any) -> Variable:
        return _basic().dot(left, right)

    def __rmatmul__(right, left: Any) -> Variable:
        return _basic().dot(left, right)

    @property
    def real(self) -> Variable:
        return _basic().real(self)

    @property
    def imag(self) -> Variable:
        return _basic().imag(self)

    def norm(self, L: Any, axis: Any = None, keepdims: bool = False) -> Variable:
        """Return the L-norm over `axis`: the L-th root of the sum of L-th powers of absolute values."""
        if L == 0:
            raise NotImplementedError(
                "The L0 norm is not a norm that can be differentiated; count with T.neq."
            )
        if np.isinf(L):
            raise NotImplementedError("The infinity norm: use abs(x).max().")
        basic = _basic()
        return basic.pow(basic.pow(basic.abs_(self), L).sum(axis=axis, keepdims=keepdims), 1.0 / L)

    def sort(self, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Variable:
        from .sort import sort

        return sort(self, axis, kind, order)

    def argsort(self, axis: Any = -1, kind: str = "quicksort", order: Any = None) -> Variable:
        from .sort import argsort

        return argsort(self, axis, kind, order)

    def repeat(self, repeats: Any, axis: int | None = None) -> Variable:
        from .extra_ops import repeat

        return repeat(self, repeats, axis)

    def trace(self) -> Variable:
        from .nlinalg import trace

        return trace(self)

    def cumsum(self, axis: int | None = None) -> Variable:
        from .extra_ops import cumsum

        return cumsum(self, axis)

    def cumprod(self, axis: int | None = None) -> Variable:
        from .extra_ops import cumprod

        return cumprod(self, axis)

    def searchsorted(self, v: Any, side: str = "left", sorter: Any = None) -> Variable:
        from .extra_ops import searchsorted

        return searchsorted(self, v, side, sorter)

    def choose(self, choices: Any, out: Any = None, mode: str = "raise") -> Variable:
        return _basic().choose(self, choices, out=out, mode=mode)

    def squeeze(self, axis: Any = None) -> Variable:
        """Return the variable without its axes known to be of length 1.

        PyTensor's rewrites name the `axis`; its length is then checked when it runs.
        """
        from .extra_ops import squeeze

        if axis is None:
            return squeeze(self)
        dropped = {a % self.ndim for a in (axis if isinstance(axis, list | tuple) else [axis])}
        kept = [i for i in range(self.ndim) if i not in dropped]
        return adopt(PyTensorDimShuffle(input_ndim=self.ndim, new_order=kept)(self))

    def compress(self, a: Any, axis: int | None = None) -> Variable:
        from .extra_ops import compress

        return compress(self, a, axis=axis)


for _name, _function in _OPERATORS.items():
    setattr(_tensor_py_operators, _name, _operator(_function))
for _name, _function in _REFLECTED.items():
    setattr(_tensor_py_operators, _name, _swapped(_function))
for _name, _function in _METHODS.items():
    setattr(_tensor_py_operators, _name, _method(_function))
for _name in ("set", "inc"):
    setattr(_tensor_py_operators, _name, adopted(getattr(_PyTensorOperators, _name)))


def _is_comparison(variable: Variable) -> bool:
    """Return whether `variable` is the result of <, <=, > or >=."""
    scalar_op = getattr(getattr(variable.owner, "op", None), "scalar_op", None)
    return type(scalar_op).__name__ in ("LT", "LE", "GT", "GE")


class _Texts:
    """How variables print: Theano's names of Ops."""

    def __str__(self) -> str:
        if self.name is not None:
            return self.name
        if self.owner is None:
            return f"<{self.type}>"
        from ...text import written

        text, _ = written(self)
        return f"{text}.{'out' if self.index == self.owner.op.default_output else self.index}"

    def eval(self, inputs_to_values: dict | None = None) -> Any:
        """Return the value for the given values of inputs: ``z.eval({x: 1.0, y: 2.0})``.

        The compiled function is kept with the variable, one for each set of inputs.
        """
        from ..compile import function

        given = {} if inputs_to_values is None else dict(inputs_to_values)
        cache = self.__dict__.setdefault("_fn_cache", {})
        inputs = tuple(sorted(given, key=id))
        if inputs not in cache:
            cache[inputs] = function(list(inputs), self)
        return cache[inputs](*[given[i] for i in inputs])

    def __getstate__(self) -> dict:
        state = self.__dict__.copy()
        state.pop("_fn_cache", None)
        return state


class TensorVariable(_Texts, _tensor_py_operators, PyTensorVariable):
    """A symbolic array."""

    def __init__(
        self, type: Any, owner: Any = None, index: int | None = None, name: str | None = None
    ) -> None:
        super().__init__(type, owner, index=index, name=name)

    def __repr__(self) -> str:
        text = str(self)
        value = getattr(self.tag, "test_value", None)
        from ..configdefaults import config

        if config.print_test_value and value is not None:
            return f"{text}\n{value!r}"
        return text


class TensorConstant(_tensor_py_operators, PyTensorConstant):
    """An array known when the graph is built."""

    def __init__(self, type: Any, data: Any, name: str | None = None) -> None:
        Constant.__init__(self, type, data, name)

    @property
    def value(self) -> np.ndarray:
        return self.data

    def __str__(self) -> str:
        from ..printing import constant_text

        return constant_text(self)

    __repr__ = __str__

    eval = _Texts.eval
    __getstate__ = _Texts.__getstate__

    def equals(self, other: Any) -> bool:
        """Return whether `other`, a constant or an array, holds the same values of the same dtype."""
        if isinstance(other, np.ndarray):
            other = _basic().constant(other)
        return isinstance(other, PyTensorConstant) and self.signature() == other.signature()

    def __copy__(self) -> TensorConstant:
        return self

    def __deepcopy__(self, memo: dict) -> TensorConstant:
        return type(self)(copy.deepcopy(self.type, memo), copy.deepcopy(self.data, memo), self.name)


TensorType.variable_type = TensorVariable
TensorType.constant_type = TensorConstant


@adopts(PyTensorType, TensorVariable, TensorConstant)
def _adopt_tensor(variable: Variable) -> None:
    """Make a dense tensor variable Theano's; classes that are neither a variable nor a constant stay."""
    kind = type(variable)
    if kind is PyTensorVariable:
        variable.__class__ = TensorVariable
    elif kind is PyTensorConstant:
        variable.__class__ = TensorConstant
    else:
        return
    if not isinstance(variable.type, TensorType):
        variable.type = theano_type(variable.type)
