"""Rows of a table picked by integer, such as the vectors of an embedding."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import ShapeMismatch
from graphopt.ops.indexing import check_range, index_variable

_MANY = 4096  # numbers from which on the sparse product is faster than np.add.at


def take_rows(table, indices):
    """Return ``table[indices]``, and raise for any index below 0 or past the end.

    Parameters
    ----------
    table : (n, ...)
    indices : integers of any shape

    Returns
    -------
    (*indices.shape, *table.shape[1:])

    Raises
    ------
    OutOfRange
        When called with an index outside 0 to n - 1.
    InvalidType
        When `indices` are not integers.
    """
    return TakeRows()(table, indices)


def take(table, indices):
    """Return the rows as an array."""
    check_range("Indices", indices, table.shape[0])
    return table.take(indices, 0)


def scatter(values, indices, n):
    """Return the (n, ...) array whose row k is the sum of the `values` with index k."""
    n = int(n)
    check_range("Indices", indices, n)
    inner = values.shape[indices.ndim :]
    if values.size < _MANY:
        table = np.zeros((n, *inner), values.dtype)
        np.add.at(table, indices, values)
        return table
    from scipy.sparse import csr_matrix  # here: importing it costs more than most programs' sums

    # A product with a sparse matrix of ones adds rows ten times as fast as np.add.at.
    ones = np.ones(indices.size, values.dtype)
    picks = csr_matrix((ones, indices.ravel(), np.arange(indices.size + 1)), shape=(indices.size, n))
    return (picks.T @ values.reshape(indices.size, -1)).reshape(n, *inner)


class TakeRows(Op):
    """``(table, indices) -> rows``."""

    __props__ = ()

    def make_node(self, table, indices):
        table, indices = pt.as_tensor_variable(table), index_variable("Indices", indices)
        if table.ndim == 0:
            raise ShapeMismatch("take_rows: the table is a scalar, expected at least one axis.")
        shape = (*indices.type.shape, *table.type.shape[1:])
        return Apply(self, [table, indices], [pt.tensor(dtype=table.dtype, shape=shape)])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = take(*inputs)

    def infer_shape(self, fgraph, node, shapes):
        return [(*shapes[1], *shapes[0][1:])]

    def connection_pattern(self, node):
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        table, indices = inputs
        (d_rows,) = cotangents
        if isinstance(d_rows.type, DisconnectedType):
            return [DisconnectedType()(), DisconnectedType()()]
        return [ScatterRows()(d_rows, indices, table.shape[0]), DisconnectedType()()]


class ScatterRows(Op):
    """``(values, indices, n) -> table``, the gradient of ``TakeRows``."""

    __props__ = ()

    def make_node(self, values, indices, n):
        values, indices, n = (pt.as_tensor_variable(v) for v in (values, indices, n))
        rows = int(n.data) if isinstance(n, pt.TensorConstant) else None
        shape = (rows, *values.type.shape[indices.ndim :])
        return Apply(self, [values, indices, n], [pt.tensor(dtype=values.dtype, shape=shape)])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = scatter(*inputs)

    def infer_shape(self, fgraph, node, shapes):
        return [(node.inputs[2], *shapes[0][node.inputs[1].ndim :])]

    def connection_pattern(self, node):
        return [[True], [False], [False]]

    def pullback(self, inputs, outputs, cotangents):
        _, indices, _ = inputs
        (d_table,) = cotangents
        nothing = DisconnectedType()
        if isinstance(d_table.type, DisconnectedType):
            return [nothing(), nothing(), nothing()]
        return [TakeRows()(d_table, indices), nothing(), nothing()]


@numpy_funcify.register(TakeRows)
def _take_rows_kernel(op, node):
    return take


@numpy_funcify.register(ScatterRows)
def _scatter_rows_kernel(op, node):
    return scatter
