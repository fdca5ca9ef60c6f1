"""`SparseType`: a dtype and a format ("csr", "csc" or "bsr") of SciPy's sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from pytensor.graph.basic import Variable
from pytensor.sparse.type import SparseTensorType

__all__ = ["SparseType", "_is_sparse"]


def _is_sparse(x: Any) -> bool:
    """Return whether `x` is a sparse matrix and no array.

    Raises
    ------
    NotImplementedError
        If it is neither.
    """
    if not isinstance(x, scipy.sparse.spmatrix | np.ndarray | tuple | list):
        raise NotImplementedError(
            "this function should only be called on sparse.scipy.sparse.spmatrix or numpy.ndarray, not,", x
        )
    return isinstance(x, scipy.sparse.spmatrix)


class SparseType(SparseTensorType):
    """The type of symbolic sparse matrices.

    Parameters
    ----------
    format : {"csr", "csc", "bsr"}
    dtype : str

    Raises
    ------
    NotImplementedError
        For other formats and for dtypes that are no numbers.
    """

    dtype_set = frozenset(SparseTensorType.dtype_specs_map)

    def __init__(
        self, format: str, dtype: Any, shape: Any = None, name: str | None = None, **kwargs: Any
    ) -> None:
        dtype = str(dtype)
        if dtype not in self.dtype_set:
            raise NotImplementedError(f'unsupported dtype "{dtype}" not in list', list(self.dtype_set))
        assert isinstance(format, str)
        if format not in self.format_cls:
            raise NotImplementedError(f'unsupported format "{format}" not in list', list(self.format_cls))
        super().__init__(format, dtype, shape=(None, None), name=name)

    def clone(
        self, dtype: Any = None, shape: Any = None, broadcastable: Any = None, **kwargs: Any
    ) -> SparseType:
        return type(self)(kwargs.get("format", self.format), self.dtype if dtype is None else dtype)

    def filter(self, value: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """Return `value` as a matrix of this format and dtype.

        Raises
        ------
        TypeError
            If `strict` and it is not one already.
        NotImplementedError
            If the dtype would change and `allow_downcast` does not allow it.
        """
        made = self.format_cls[self.format]
        if isinstance(value, made) and value.dtype == self.dtype:
            return value
        if isinstance(value, Variable):
            raise TypeError("Expected a sparse matrix, but found a Variable. Call a function on its value.")
        if strict:
            got = getattr(value, "dtype", type(value))
            raise TypeError(
                f"{value} is not sparse, or not the right dtype (is {got}, expected {self.dtype})"
            )
        if allow_downcast:
            return made(value, dtype=self.dtype)
        matrix = made(value)
        if str(matrix.dtype) != self.dtype:
            raise NotImplementedError(f"Expected {self.dtype} dtype but got {matrix.dtype}")
        return matrix

    def make_variable(self, name: str | None = None) -> Variable:
        """Return a new variable of this type."""
        return self.variable_type(self, None, name=name)

    def __call__(self, name: str | None = None, **kwargs: Any) -> Variable:
        return self.make_variable(name)

    @property
    def Variable(self) -> type:
        """The class of variables of this type."""
        return self.variable_type

    @property
    def Constant(self) -> type:
        """The class of constants of this type."""
        return self.constant_type

    def is_super(self, otype: Any) -> bool:
        return isinstance(otype, SparseTensorType) and (otype.dtype, otype.format) == (
            self.dtype,
            self.format,
        )

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, SparseTensorType):
            return NotImplemented
        return (self.dtype, self.format) == (other.dtype, other.format)

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((SparseTensorType, self.dtype, self.format))

    def __str__(self) -> str:
        return f"Sparse[{self.dtype}, {self.format}]"

    __repr__ = __str__
