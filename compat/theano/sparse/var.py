"""Sparse variables with Theano's methods and operators."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from pytensor.graph.basic import Constant, Variable
from pytensor.sparse.type import SparseTensorType
from pytensor.sparse.variable import SparseConstant as PyTensorConstant
from pytensor.sparse.variable import SparseVariable as PyTensorVariable

from ...adopt import adopts
from ..tensor.var import _Texts
from .type import SparseType


def _basic() -> Any:
    from . import basic

    return basic


def _binary(name: str, *, swapped: bool = False) -> Any:
    def method(self: Variable, other: Any) -> Variable:
        function = getattr(_basic(), name)
        return function(other, self) if swapped else function(self, other)

    return method


class _sparse_py_operators:
    """The operators and methods that all sparse variables share."""

    __add__ = _binary("add")
    __radd__ = _binary("add", swapped=True)
    __sub__ = _binary("sub")
    __rsub__ = _binary("sub", swapped=True)
    __mul__ = _binary("mul")
    __rmul__ = _binary("mul", swapped=True)
    __lt__ = _binary("lt")
    __le__ = _binary("le")
    __gt__ = _binary("gt")
    __ge__ = _binary("ge")
    __dot__ = _binary("structured_dot")
    __rdot__ = _binary("structured_dot", swapped=True)
    dot = _binary("structured_dot")

    @property
    def T(self) -> Variable:
        return _basic().transpose(self)

    def __neg__(self) -> Variable:
        return _basic().neg(self)

    def astype(self, dtype: Any) -> Variable:
        return _basic().cast(self, dtype)

    def toarray(self) -> Variable:
        """Return the matrix as a dense one."""
        return _basic().dense_from_sparse(self)

    @property
    def shape(self) -> Variable:
        from ..tensor.basic import shape

        return shape(_basic().dense_from_sparse(self))

    @property
    def ndim(self) -> int:
        return self.type.ndim

    @property
    def dtype(self) -> str:
        return self.type.dtype

    @property
    def format(self) -> str:
        return self.type.format

    @property
    def size(self) -> Variable:
        """The number of stored elements."""
        return _basic().csm_data(self).size

    def zeros_like(model) -> Variable:
        return _basic().sp_zeros_like(model)

    def __getitem__(self, args: Any) -> Variable:
        basic = _basic()
        args = args if isinstance(args, tuple) else (args,)
        if len(args) == 2 and all(_is_scalar(a) for a in args):
            return basic.get_item_scalar(self, args)
        if isinstance(args[0], list):
            return (
                basic.get_item_2lists(self, *args) if len(args) == 2 else basic.get_item_list(self, args[0])
            )
        return basic.get_item_2d(self, args)


def _is_scalar(index: Any) -> bool:
    kind = getattr(index, "type", None)
    return np.isscalar(index) or (
        getattr(kind, "ndim", None) == 0 and getattr(kind, "dtype", None) == "int32"
    )


class SparseVariable(_Texts, _sparse_py_operators, PyTensorVariable):
    """A symbolic sparse matrix."""

    def __init__(
        self, type: Any, owner: Any = None, index: int | None = None, name: str | None = None
    ) -> None:
        super().__init__(type, owner, index=index, name=name)

    def __str__(self) -> str:
        return f"SparseVariable{{{self.type.format},{self.dtype}}}"

    __repr__ = __str__


class SparseConstant(_sparse_py_operators, PyTensorConstant):
    """A sparse matrix known when the graph is built."""

    def __init__(self, type: Any, data: Any, name: str | None = None) -> None:
        Constant.__init__(self, type, data, name)

    @property
    def value(self) -> scipy.sparse.spmatrix:
        return self.data

    def __str__(self) -> str:
        return (
            f"SparseConstant{{{self.type.format},{self.dtype},shape={self.data.shape},nnz={self.data.nnz}}}"
        )

    __repr__ = __str__
    eval = _Texts.eval


SparseType.variable_type = SparseVariable
SparseType.constant_type = SparseConstant


@adopts(SparseTensorType, SparseVariable, SparseConstant)
def _adopt_sparse(variable: Variable) -> None:
    """Make a sparse variable Theano's."""
    kind = type(variable)
    if kind is PyTensorVariable:
        variable.__class__ = SparseVariable
    elif kind is PyTensorConstant:
        variable.__class__ = SparseConstant
    else:
        return
    if not isinstance(variable.type, SparseType):
        variable.type = SparseType(variable.type.format, variable.type.dtype)
