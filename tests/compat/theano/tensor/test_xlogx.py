"""theano.tensor.xlogx: closed forms, also at zero."""

import numpy as np

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.xlogx import xlogx, xlogy0

X = np.array([0.0, 0.5, 1.0, 2.0])


def test_xlogx():
    x = T.vector()
    np.testing.assert_allclose(theano.function([x], xlogx(x))(X), [0, 0.5 * np.log(0.5), 0, 2 * np.log(2)])
    slope = theano.function([x], theano.grad(xlogx(x).sum(), x))
    np.testing.assert_allclose(slope(X[1:]), 1 + np.log(X[1:]))


def test_xlogy0_is_zero_whatever_y():
    x, y = T.vector(), T.vector()
    f = theano.function([x, y], xlogy0(x, y))
    np.testing.assert_array_equal(f([0.0, 0.0, 0.0], [0.0, np.nan, np.inf]), 0)
    np.testing.assert_allclose(f(X, X + 1), X * np.log(X + 1))
    gradients = theano.function([x, y], theano.grad(xlogy0(x, y).sum(), [x, y]))
    for got, expected in zip(gradients(X, X + 1), [np.log(X + 1), X / (X + 1)]):
        np.testing.assert_allclose(got, expected)


def test_dtypes_as_under_theano():
    assert xlogx(T.fvector()).dtype == "float32"
    assert xlogx(T.ivector()).dtype == "float64"
