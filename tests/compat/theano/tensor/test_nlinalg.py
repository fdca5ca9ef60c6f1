"""Linear algebra of NumPy beside what test_recorded_functions compares with Theano."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import nlinalg

rng = np.random.default_rng(0)
M = rng.normal(size=(3, 3)) + 3 * np.eye(3)


def value(output):
    return theano.function([], output, mode="FAST_COMPILE")()


@pytest.mark.parametrize("mode", ["reduced", "complete", "r", "raw"])
def test_qr_modes(mode):
    expected = np.linalg.qr(M[:, :2], mode)
    found = value(nlinalg.qr(T.constant(M[:, :2]), mode))
    for a, b in zip(found, expected) if isinstance(expected, tuple) else [(found, expected)]:
        np.testing.assert_allclose(a, b)


@pytest.mark.parametrize("full", [0, 1])
def test_svd_and_its_shapes(full):
    x = T.dmatrix("x")
    outputs = nlinalg.svd(x, full_matrices=full)
    given = rng.normal(size=(4, 3))
    found = theano.function([x], [*outputs, *(o.shape for o in outputs)])(given)
    for a, b in zip(found[:3], np.linalg.svd(given, bool(full))):
        np.testing.assert_allclose(a, b)
    for a, shape in zip(found[:3], found[3:]):
        assert a.shape == tuple(shape)


def test_shapes_need_no_decomposition():
    x = T.dmatrix("x")
    f = theano.function([x], [o.shape for o in nlinalg.svd(x)])
    assert not any(isinstance(node.op, nlinalg.SVD) for node in f.maker.fgraph.toposort())


def test_eigenvalues_of_a_real_matrix_are_real():
    # those of a rotation are not: Theano kept the real parts
    w, v = value(nlinalg.eig(T.constant(np.array([[0.0, -1.0], [1.0, 0.0]]))))
    assert w.dtype == v.dtype == np.float64
    np.testing.assert_allclose(w, [0, 0], atol=1e-15)


@pytest.mark.parametrize("triangle", ["L", "U"])
def test_gradient_of_eigh_is_of_one_triangle(triangle):
    symmetric = M + M.T

    def loss(x):
        w, v = nlinalg.eigh(x, triangle)
        return (w * [1.0, 2.0, 3.0]).sum() + (abs(v) * M).sum()

    keep = np.tril if triangle == "L" else np.triu
    x = T.dmatrix("x")
    gradient = theano.function([x], theano.grad(loss(x), x))(symmetric)
    np.testing.assert_array_equal(gradient, keep(gradient))
    T.verify_grad(loss, [symmetric], rng=np.random.RandomState(0), mode="FAST_COMPILE")


def test_inverse_forward():
    x, direction = T.dmatrix("x"), T.dmatrix("d")
    moved = theano.gradient.Rop(nlinalg.matrix_inverse(x), x, direction)
    inverse = np.linalg.inv(M)
    given = rng.normal(size=(3, 3))
    f = theano.function([x, direction], moved, mode="FAST_COMPILE")
    np.testing.assert_allclose(f(M, given), -inverse @ given @ inverse)


def test_a_singular_matrix_is_an_error():
    with pytest.raises(np.linalg.LinAlgError):
        value(nlinalg.matrix_inverse(T.constant(np.zeros((2, 2)))))


def test_least_squares():
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    found = value(list(nlinalg.lstsq()(T.constant(x), T.constant(y), T.constant(1e-10))))
    for a, b in zip(found, np.linalg.lstsq(x, y, 1e-10)):
        np.testing.assert_allclose(a, b)


def test_tensor_inverse_and_solution():
    a = np.eye(24).reshape(6, 4, 2, 3, 4) + 0.1 * rng.normal(size=(6, 4, 2, 3, 4))
    b = rng.normal(size=(6, 4))
    np.testing.assert_allclose(value(nlinalg.tensorinv(T.constant(a), 2)), np.linalg.tensorinv(a, 2))
    solution = nlinalg.tensorsolve(T.constant(a), T.constant(b))
    assert solution.ndim == 3
    np.testing.assert_allclose(value(solution), np.linalg.tensorsolve(a, b))


def test_diag_both_ways():
    v, m = T.dvector("v"), T.dmatrix("m")
    with pytest.warns(DeprecationWarning, match="AllocDiag"):
        made = nlinalg.diag(v)
    f = theano.function([v, m], [made, nlinalg.diag(m), theano.grad((made * M).sum(), v)])
    matrix, vector, gradient = f([1.0, 2.0, 3.0], M)
    np.testing.assert_array_equal(matrix, np.diag([1, 2, 3]))
    np.testing.assert_array_equal(vector, M.diagonal())
    np.testing.assert_array_equal(gradient, M.diagonal())
    with pytest.raises(TypeError, match="vector or matrix"):
        nlinalg.diag(T.tensor3())


@pytest.mark.parametrize(
    ("x", "ord", "error"),
    [
        (T.dscalar(), None, ValueError),
        (T.dvector(), "unknown", ValueError),
        (T.dmatrix(), 2, ValueError),
        (T.tensor3(), None, NotImplementedError),
    ],
)
def test_unknown_norms(x, ord, error):
    with pytest.raises(error):
        nlinalg.norm(x, ord)


def test_norm_0_counts():
    x = T.dvector("x")
    assert theano.function([x], nlinalg.norm(x, 0))([0.0, 3.0, 1.0]) == 2


@pytest.mark.parametrize("op", [nlinalg.matrix_inverse, nlinalg.det, nlinalg.pinv, nlinalg.eig, nlinalg.svd])
def test_only_matrices(op):
    with pytest.raises(AssertionError):
        op(T.dvector())
