"""Linear operations: products with constant matrices, sums."""

from __future__ import annotations

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.tensor import math as tm
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce

from graphopt.structure.elements import Elements, Value, combined, numbered, shape_of, value_of
from graphopt.structure.forms import taken, transformed
from graphopt.structure.lowering import Lowering, lower_op, not_lowered


@lower_op.register(tm.Dot)
def _dot(op: tm.Dot, node: Apply, lowering: Lowering, x: Value, y: Value) -> list[Value]:
    return [matrix_product(lowering, x, y)]


def matrix_product(lowering: Lowering, x: Value, y: Value) -> Value:
    """Return ``x @ y`` of a matrix (m, k) and a matrix (k, n), or of many: (..., m, n)."""
    (*front_x, m, k), (*front_y, k_y, n) = shape_of(x), shape_of(y)
    if k != k_y:
        raise ValueError(f"A product of matrices of shapes {shape_of(x)} and {shape_of(y)} does not fit.")
    shape = (*np.broadcast_shapes(tuple(front_x), tuple(front_y)), m, n)
    if not isinstance(y, Elements) and m == 1 and np.ndim(y) == 2 and len(shape) == 2:
        return combined(x, np.ascontiguousarray(y.T), shape)
    if not isinstance(x, Elements) and n == 1 and np.ndim(x) == 2 and len(shape) == 2:
        return combined(y, np.asarray(x), shape)
    # left[..., i, j, l] and right[..., i, j, l] are what is multiplied for the sum over l
    whole = (*shape, k)
    left = np.broadcast_to(numbered([x])[0][..., :, None, :], whole)
    right = np.broadcast_to(np.swapaxes(numbered([y])[0], -1, -2)[..., None, :, :], whole)
    if isinstance(x, Elements) and isinstance(y, Elements):
        products = lowering.builder.multiply(taken(x.form, left), taken(y.form, right))
        return value_of(transformed(_sums(np.arange(products.size), k), products), shape)
    if isinstance(x, Elements):
        return combined(x, _sums(left, k, np.ravel(y)[right.ravel()], x.size), shape)
    return combined(y, _sums(right, k, np.ravel(x)[left.ravel()], y.size), shape)


def _sums(columns: np.ndarray, length: int, factors: np.ndarray | None = None, width: int | None = None):
    """Return the matrix that sums each `length` elements at `columns`, times `factors`."""
    from scipy import sparse

    columns = np.ravel(columns)
    width = columns.size if width is None else width
    rows = columns.size // length if length else 0
    data = np.ones(columns.size) if factors is None else np.asarray(factors, dtype=np.float64)
    matrix = sparse.csr_array((data, (np.repeat(np.arange(rows), length), columns)), shape=(rows, width))
    return matrix


@lower_op.register(Blockwise)
def _blockwise(op: Blockwise, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    if isinstance(op.core_op, tm.Dot):
        return [matrix_product(lowering, *inputs)]
    raise not_lowered(node, "it is neither affine nor made of the functions that bounds are known for")


@lower_op.register(CAReduce)
def _reduce(op: CAReduce, node: Apply, lowering: Lowering, x: Elements) -> list[Value]:
    axes = tuple(range(len(x.shape))) if op.axis is None else tuple(op.axis)
    kept = [a for a in range(len(x.shape)) if a not in axes]
    shape = [x.shape[a] for a in kept]
    rows = np.transpose(numbered([x])[0], [*kept, *axes]).reshape(int(np.prod(shape)), -1)
    if x.test:
        raise not_lowered(node, "it counts truth values that depend on the decisions")
    if isinstance(op.scalar_op, ps.Add):
        return [combined(x, _sums(rows, rows.shape[1], None, x.size), shape)]
    pairs = {
        ps.Mul: lowering.builder.multiply,
        ps.Maximum: lowering.builder.maximum,
        ps.Minimum: lowering.builder.minimum,
    }.get(type(op.scalar_op))
    if pairs is None:
        raise not_lowered(node, "it is neither a sum, a product, a maximum nor a minimum")
    columns = [taken(x.form, column) for column in rows.T]
    while len(columns) > 1:
        joined = [pairs(a, b) for a, b in zip(columns[::2], columns[1::2])]
        columns = joined + columns[2 * len(joined) :]
    return [value_of(columns[0], shape)]
