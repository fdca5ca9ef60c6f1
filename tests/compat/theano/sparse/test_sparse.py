"""Sparse expressions against SciPy, and gradients against finite differences."""

import numpy as np
import pytest
import scipy.sparse as sp

from compat import theano
from compat.theano import sparse
from compat.theano import tensor as T
from compat.theano.sparse.sandbox import sp2

A = sp.csr_matrix(np.array([[0.0, 2.0, 0.0], [1.5, 0.0, -1.0]]))
D = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_products_sums_and_conversions():
    a, d = sparse.csr_matrix("a"), T.dmatrix("d")
    f = theano.function(
        [a, d],
        [
            sparse.dot(a, d),
            sparse.structured_dot(a, d),
            sparse.sp_sum(a, axis=0),
            a.T,
            (a + a).toarray(),
            a * 3,
        ],
    )
    dot, structured, columns, transposed, dense, tripled = f(A, D)
    np.testing.assert_allclose(dot, A @ D)
    np.testing.assert_allclose(structured, A @ D)
    np.testing.assert_allclose(columns, A.toarray().sum(axis=0))
    assert sp.issparse(transposed)
    np.testing.assert_allclose(transposed.toarray(), A.toarray().T)
    np.testing.assert_allclose(dense, 2 * A.toarray())
    np.testing.assert_allclose(tripled.toarray(), 3 * A.toarray())


def test_types():
    assert str(sparse.csc_dmatrix) == "Sparse[float64, csc]"
    assert sparse.csc_matrix().type == sparse.csc_dmatrix
    with pytest.raises(NotImplementedError):
        sparse.SparseType("coo", "float64")
    with pytest.raises(TypeError):
        sparse.as_sparse_variable(T.dmatrix())


def test_gradient_of_a_product_with_a_shared_matrix():
    a, d = theano.shared(A), T.dmatrix()
    g = theano.function([d], theano.grad((sparse.dot(a, d) ** 2).sum(), d))(D)
    np.testing.assert_allclose(g, 2 * A.T @ (A @ D))


def test_structure_and_back():
    a = sparse.csc_matrix()
    data, indices, indptr, shape = sparse.csm_properties(a)
    rebuilt = theano.function([a], sparse.CSC(data * 2, indices, indptr, shape))(A.tocsc())
    np.testing.assert_allclose(rebuilt.toarray(), 2 * A.toarray())


def test_indexing_and_stacking():
    a = sparse.csr_matrix()
    f = theano.function([a], [a[1, 0], a[0:1, 1:3], sparse.vstack([a, a]), sparse.hstack([a, a])])
    one, part, tall, wide = f(A)
    assert one == 1.5
    np.testing.assert_allclose(part.toarray(), A.toarray()[0:1, 1:3])
    assert (tall.shape, wide.shape) == ((4, 3), (2, 6))


def test_draws_keep_the_pattern():
    a = sparse.csr_matrix()
    drawn = theano.function([a], sp2.poisson(a))(abs(A) * 50)
    assert set(zip(*drawn.nonzero())) <= set(zip(*A.nonzero()))
