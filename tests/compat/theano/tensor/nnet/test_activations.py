"""Activation functions at their corners."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import nnet


def test_the_gradient_of_relu_at_zero_is_one_half():
    x = T.dscalar("x")
    # Theano's scalar/tests/test_basic.py::test_grad_abs
    assert theano.function([x], theano.grad(nnet.relu(x), x))(0.0) == 0.5


@pytest.mark.parametrize("alpha", [0, 0.25, 1.5, np.array([0.1, 0.2, 0.3])], ids=str)
def test_relu(alpha):
    x = T.dmatrix("x")
    points = np.array([[-2.0, 0.0, 3.0]])
    expected = np.where(points > 0, points, alpha * points)
    np.testing.assert_allclose(theano.function([x], nnet.relu(x, alpha))(points), expected, atol=1e-15)


def test_relu_of_a_symbolic_slope():
    x, a = T.dvector("x"), T.dscalar("a")
    f = theano.function([x, a], nnet.relu(x, a))
    np.testing.assert_allclose(f([-2.0, 3.0], 0.5), [-1, 3])


def test_float32_stays():
    x = T.fvector("x")
    for function in (nnet.relu, nnet.elu, nnet.softsign):
        assert function(x).dtype == "float32"
    assert nnet.selu(x).dtype == "float64"  # as under Theano: its constants are no float32 numbers


def test_softsign():
    x = T.dvector("x")
    y = nnet.softsign(x)
    f = theano.function([x], [y, theano.grad(y.sum(), x)])
    value, gradient = f([-3.0, 0.0, 1.0])
    np.testing.assert_allclose(value, [-0.75, 0, 0.5])
    np.testing.assert_allclose(gradient, [1 / 16, 1, 0.25])
