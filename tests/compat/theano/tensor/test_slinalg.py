"""Linear algebra of SciPy beside what test_recorded_functions compares with Theano."""

import numpy as np
import pytest
import scipy.linalg

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import slinalg

rng = np.random.default_rng(0)
M = rng.normal(size=(4, 4)) + 4 * np.eye(4)
POSITIVE = M @ M.T


def check_gradient(loss, *values):
    T.verify_grad(loss, list(values), rng=np.random.RandomState(0), mode="FAST_COMPILE")


@pytest.mark.parametrize("lower", [True, False])
def test_cholesky_and_its_gradient_operation(lower):
    op = slinalg.Cholesky(lower=lower)
    check_gradient(lambda r: op(T.dot(r, r.T) + T.eye(4)), M)
    x, dz = T.dmatrix("x"), T.dmatrix("dz")
    factor = op(x)
    by_op = slinalg.CholeskyGrad(lower=lower)(x, factor, dz)
    by_graph = theano.grad((factor * dz).sum(), x)
    a, b = theano.function([x, dz], [by_op, by_graph])(POSITIVE, rng.normal(size=(4, 4)))
    np.testing.assert_allclose(a, b)


def test_not_positive_definite():
    x = T.dmatrix("x")
    with pytest.raises(scipy.linalg.LinAlgError):
        theano.function([x], slinalg.cholesky(x))(-np.eye(2))
    quiet = slinalg.Cholesky(on_error="nan")(x)
    f = theano.function([x], [quiet, theano.grad(quiet.sum(), x)])
    assert all(np.isnan(v).all() for v in f(-np.eye(2)))
    assert all(np.isfinite(v).all() for v in f(np.eye(2)))
    with pytest.raises(ValueError, match="on_error"):
        slinalg.Cholesky(on_error="ignore")


@pytest.mark.parametrize(
    ("op", "matrix"),
    [
        (slinalg.solve, M),
        (slinalg.solve_lower_triangular, np.tril(M)),
        (slinalg.solve_upper_triangular, np.triu(M)),
    ],
    ids=["general", "lower", "upper"],
)
@pytest.mark.parametrize("shape", [(4,), (4, 2)], ids=["vector", "matrix"])
def test_solve(op, matrix, shape):
    b = rng.normal(size=shape)
    found = theano.function([], op(T.constant(matrix), T.constant(b)))()
    np.testing.assert_allclose(matrix @ found, b)
    check_gradient(op, matrix, b)


def test_solve_of_integers_gives_floats():
    assert slinalg.solve(T.lmatrix(), T.lvector()).dtype == "float64"
    assert slinalg.solve(T.fmatrix(), T.fvector()).dtype == "float32"


def test_unknown_structure():
    with pytest.raises(ValueError, match="Invalid matrix structure"):
        slinalg.Solve("round")


@pytest.mark.parametrize("lower", [True, False])
def test_eigenvalues(lower):
    other = POSITIVE + np.eye(4)
    found = slinalg.eigvalsh(T.constant(POSITIVE), T.constant(other), lower)
    np.testing.assert_allclose(found.eval(), scipy.linalg.eigvalsh(POSITIVE, other))
    check_gradient(lambda a, b: slinalg.eigvalsh(a, b, lower), POSITIVE, other)


@pytest.mark.parametrize("nothing", [None, T.NoneConst], ids=["None", "NoneConst"])
def test_eigenvalues_of_one_matrix(nothing):
    x = T.dmatrix("x")
    w = slinalg.eigvalsh(x, nothing)
    np.testing.assert_allclose(theano.function([x], w)(POSITIVE), np.linalg.eigvalsh(POSITIVE))
    check_gradient(lambda a: slinalg.eigvalsh(a, nothing), POSITIVE)


@pytest.mark.parametrize(("m", "n"), [(1, 2), (2, 1), (2, 2), (2, 3), (3, 2)])
def test_kron_flattens_as_theano_did(m, n):
    a, b = rng.normal(size=(2, 3, 4)[:m]), rng.normal(size=(3, 2, 2)[:n])
    found = slinalg.kron(T.constant(a), T.constant(b)).eval()
    if m == n == 2:
        np.testing.assert_allclose(found, np.kron(a, b))
    # each product of an element of `a` and one of `b` is there once
    np.testing.assert_allclose(np.sort(found.ravel()), np.sort(np.outer(a, b).ravel()))


def test_kron_of_vectors_is_refused():
    with pytest.raises(TypeError, match="sum to 3 or more"):
        slinalg.kron(T.dvector(), T.dvector())


def test_expm_has_a_gradient_where_eigenvalues_coincide():
    check_gradient(slinalg.expm, np.eye(3))
    np.testing.assert_allclose(slinalg.expm(T.constant(M / 10)).eval(), scipy.linalg.expm(M / 10))
