"""Products of matrices of forms and numbers."""

from __future__ import annotations

import numpy as np

from graphopt.errors import ShapeMismatch
from graphopt.structure.forms import DENSE_BELOW, Matrix, taken, transformed
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.elements import Elements, Value, combined, numbered, shape_of, value_of


def matrix_product(build: Builder, x: Value, y: Value) -> Value:
    """Return ``x @ y`` of matrices (..., m, k) and (..., k, n), the axes in front broadcast: (..., m, n)."""
    (*front_x, m, k), (*front_y, k_y, n) = shape_of(x), shape_of(y)
    if k != k_y:
        raise ShapeMismatch(
            f"A product of matrices of shapes {shape_of(x)} and {shape_of(y)}: {k} columns meet {k_y} rows."
        )
    if not isinstance(x, Elements) and not isinstance(y, Elements):
        return np.matmul(x, y)
    shape = (*np.broadcast_shapes(tuple(front_x), tuple(front_y)), m, n)
    if not isinstance(y, Elements) and m == 1 and np.ndim(y) == 2 and len(shape) == 2:
        return combined(x, np.ascontiguousarray(y.T, dtype=np.float64), shape)
    if not isinstance(x, Elements) and n == 1 and np.ndim(x) == 2 and len(shape) == 2:
        return combined(y, np.asarray(x, dtype=np.float64), shape)
    # left[..., i, j, l] times right[..., i, j, l] is summed over l
    whole = (*shape, k)
    left = np.broadcast_to(numbered([x])[0][..., :, None, :], whole).ravel()
    right = np.broadcast_to(np.swapaxes(numbered([y])[0], -1, -2)[..., None, :, :], whole).ravel()
    if isinstance(x, Elements) and isinstance(y, Elements):
        products = build.multiply(taken(x.form, left), taken(y.form, right))
        return value_of(transformed(summing(np.arange(products.size), k, products.size), products), shape)
    if isinstance(x, Elements):
        return combined(x, summing(left, k, x.size, np.ravel(y)[right]), shape)
    return combined(y, summing(right, k, y.size, np.ravel(x)[left]), shape)


def summing(columns: np.ndarray, length: int, width: int, factors: np.ndarray | None = None) -> Matrix:
    """Return the matrix of `width` columns whose rows each sum `length` of the elements at `columns`.

    Parameters
    ----------
    factors : array, optional
        What each element of `columns` is multiplied with.
    """
    rows = columns.size // length if length else 0
    data = np.ones(columns.size) if factors is None else np.asarray(factors, dtype=np.float64)
    places = np.repeat(np.arange(rows), length), columns.ravel()
    if rows * width <= DENSE_BELOW:
        matrix = np.zeros((rows, width))
        np.add.at(matrix, places, data)
        return matrix
    from scipy import sparse

    return sparse.csr_array((data, places), shape=(rows, width))
