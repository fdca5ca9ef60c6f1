"""Sparse matrices drawn at random: Poisson, binomial and multinomial, from NumPy's global generator."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from pytensor.graph.basic import Apply

from ...gof.op import Op
from ...gradient import disconnected_type, grad_undefined
from ...tensor import basic as tensor
from ..basic import _is_sparse, as_sparse_variable, discrete_dtypes, float_dtypes
from ..type import SparseType

__all__ = [
    "Binomial",
    "Multinomial",
    "Poisson",
    "csc_dbinomial",
    "csc_fbinomial",
    "csr_dbinomial",
    "csr_fbinomial",
    "multinomial",
    "poisson",
]


class Poisson(Op):
    """Poisson numbers with the stored elements of a sparse matrix as their means."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        x = as_sparse_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        (x,) = inputs
        assert _is_sparse(x)
        assert x.format in ("csr", "csc")
        drawn = x.copy()
        drawn.data = np.asarray(np.random.poisson(drawn.data), dtype=x.dtype)
        drawn.eliminate_zeros()
        outputs[0][0] = drawn

    def grad(self, inputs: Any, gradients: Any) -> list:
        return [grad_undefined(self, 0, inputs[0], "No gradient exists for Poisson draws")]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return shapes


class Binomial(Op):
    """Numbers of successes in `n` tries of probability `p`, as a sparse matrix of a given shape."""

    __props__ = ("format", "dtype")

    def __init__(self, format: str, dtype: str) -> None:
        self.format, self.dtype = format, dtype

    def make_node(self, n: Any, p: Any, shape: Any) -> Apply:
        n, p, shape = (tensor.as_tensor_variable(v) for v in (n, p, shape))
        assert n.dtype in discrete_dtypes
        assert p.dtype in float_dtypes
        assert shape.dtype in discrete_dtypes
        return Apply(self, [n, p, shape], [SparseType(dtype=self.dtype, format=self.format)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        n, p, shape = inputs
        matrix = getattr(scipy.sparse, f"{self.format}_matrix")
        outputs[0][0] = matrix(np.random.binomial(n, p, size=tuple(shape)), dtype=self.dtype)

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [True], [False]]

    def grad(self, inputs: Any, gradients: Any) -> list:
        n, p, _ = inputs
        return [
            grad_undefined(self, 0, n, "No gradient exists for the number of tries"),
            grad_undefined(self, 1, p, "No gradient exists for the probability of success"),
            disconnected_type(),
        ]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(node.inputs[2][0], node.inputs[2][1])]


class Multinomial(Op):
    """For each row of probabilities (format "csr"), how often each outcome came in `n` tries."""

    __props__ = ()

    def make_node(self, n: Any, p: Any) -> Apply:
        n, p = tensor.as_tensor_variable(n), as_sparse_variable(p)
        assert p.format in ("csr", "csc")
        return Apply(self, [n, p], [p.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        n, p = inputs
        assert _is_sparse(p)
        if p.format != "csr":
            raise NotImplementedError("Multinomial draws need probabilities in the format 'csr'.")
        if n.ndim == 1 and n.shape[0] != p.shape[0]:
            raise ValueError("The number of element of n must be the same as the number of row of p.")
        drawn = p.copy()
        tries = np.broadcast_to(n, (p.shape[0],))
        for row, count in enumerate(tries):
            part = slice(p.indptr[row], p.indptr[row + 1])
            drawn.data[part] = np.random.multinomial(count, p.data[part])
        outputs[0][0] = drawn

    def grad(self, inputs: Any, gradients: Any) -> list:
        return [
            grad_undefined(self, 0, inputs[0], "No gradient exists for the number of tries"),
            grad_undefined(self, 1, inputs[1], "No gradient exists for the probabilities"),
        ]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[1]]


poisson = Poisson()
csr_fbinomial, csc_fbinomial = Binomial("csr", "float32"), Binomial("csc", "float32")
csr_dbinomial, csc_dbinomial = Binomial("csr", "float64"), Binomial("csc", "float64")
multinomial = Multinomial()
