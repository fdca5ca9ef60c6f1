"""Shared sparse matrices."""

from __future__ import annotations

import copy
from typing import Any

import scipy.sparse
from pytensor.sparse.sharedvar import SparseTensorSharedVariable as PyTensorShared

from ...adopt import adopts
from ..compile.sharedvalue import SharedVariable, shared_constructor
from ..tensor.var import _Texts
from .type import SparseType
from .var import _sparse_py_operators

__all__ = ["SparseTensorSharedVariable", "sparse_constructor"]


class SparseTensorSharedVariable(_Texts, _sparse_py_operators, SharedVariable, PyTensorShared):
    """A shared sparse matrix."""

    __getitem__ = _sparse_py_operators.__getitem__


@shared_constructor
def sparse_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    format: str | None = None,
) -> SparseTensorSharedVariable:
    """Return a shared variable of a sparse matrix.

    Raises
    ------
    TypeError
        If `value` is none.
    """
    if not isinstance(value, scipy.sparse.spmatrix):
        raise TypeError(
            "Expected a sparse matrix in the sparse shared variable constructor. Received: ", value.__class__
        )
    kind = SparseType(format=value.format if format is None else format, dtype=value.dtype)
    return SparseTensorSharedVariable(
        type=kind,
        value=value if borrow else copy.deepcopy(value),
        name=name,
        strict=strict,
        allow_downcast=allow_downcast,
    )


adopts(SparseTensorSharedVariable, SparseTensorSharedVariable)(lambda variable: None)
