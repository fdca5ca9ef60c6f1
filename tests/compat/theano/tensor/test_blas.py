"""BLAS by the names programs import."""

import importlib

import numpy as np
import pytest

from compat import theano
from compat.names import NotPorted
from compat.theano import tensor as T
from compat.theano.tensor import blas

rng = np.random.default_rng(0)
TWO, HALF = np.float64(2), np.float64(0.5)  # BLAS knows one dtype at a time
X, Y, Z = rng.random((2, 3)), rng.random((3, 4)), rng.random((2, 4))


@pytest.mark.parametrize("op", [blas.gemm_no_inplace, blas.gemm_inplace], ids=["copy", "in place"])
def test_gemm(op):
    z, x, y = T.dmatrices("zxy")
    f = theano.function([z, x, y], op(z, TWO, x, y, HALF))
    given = Z.copy()
    np.testing.assert_allclose(f(given, X, Y), 0.5 * Z + 2 * X @ Y)
    np.testing.assert_array_equal(given, Z)


def test_vectors():
    y, A, x = T.dvector("y"), T.dmatrix("A"), T.dvector("x")
    f = theano.function([y, A, x], [blas.gemv(y, TWO, A, x, HALF), blas.ger(A, TWO, y, x)])
    product, update = f(X[:, 0], X, Y[:, 0])
    np.testing.assert_allclose(product, 0.5 * X[:, 0] + 2 * X @ Y[:, 0])
    np.testing.assert_allclose(update, X + 2 * np.outer(X[:, 0], Y[:, 0]))


def test_products():
    x, y = T.dmatrices("xy")
    assert isinstance(blas._dot22(x, y), T.TensorVariable)
    f = theano.function([x, y], [blas._dot22(x, y), blas._dot22scalar(x, y, T.constant(TWO))])
    np.testing.assert_allclose(f(X, Y), [X @ Y, 2 * X @ Y])


def test_res_is_a():
    x, y = T.dmatrices("xy")
    product = blas._dot22(x, y)
    assert blas.res_is_a(product, blas._dot22)
    assert blas.res_is_a(product, blas.Dot22)
    assert not blas.res_is_a(product, blas.gemm_inplace)
    assert not blas.res_is_a(x, blas.Dot22)


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("blas", "GemmOptimizer blas_optdb local_dot_to_dot22 local_optimizer"),
        ("blas_c", "CGemv CGer cgemv_inplace use_c_gemv ger"),
        ("blas_scipy", "ScipyGer have_fblas scipy_ger_inplace"),
        ("blas_headers", "blas_header_text cblas_header_text"),
        ("elemwise_cgen", "make_alloc make_loop make_checks"),
        ("opt_uncanonicalize", "local_max_to_min local_dimshuffle_alloc"),
        ("opt", "Assert register_canonicalize local_add_canonizer Canonizer MakeVector ShapeFeature"),
    ],
)
def test_names(module, names):
    found = importlib.import_module(f"compat.theano.tensor.{module}")
    assert [n for n in names.split() if not hasattr(found, n)] == []
    assert not hasattr(found, "no_such_name")


def test_a_name_that_went_says_so():
    with pytest.raises(NotPorted, match="rewrite"):
        from compat.theano.tensor.opt import local_fill_sink  # noqa: F401
