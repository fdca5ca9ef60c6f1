"""The sigmoid's approximations, and what takes their place on request."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import hard_sigmoid, sigm, sigmoid, softplus, ultra_fast_sigmoid

POINTS = np.linspace(-12, 12, 97)
EXACT = 1 / (1 + np.exp(-POINTS))


@pytest.mark.parametrize(("function", "error"), [(ultra_fast_sigmoid, 0.03), (hard_sigmoid, 0.08)], ids=str)
def test_approximations(function, error):
    x = T.dvector("x")
    assert np.abs(theano.function([x], function(x))(POINTS) - EXACT).max() < error


@pytest.mark.parametrize("function", [sigmoid, ultra_fast_sigmoid, hard_sigmoid, softplus], ids=str)
@pytest.mark.parametrize(
    ("given", "expected"), [("int8", "float32"), ("int32", "float64"), ("float32", "float32")]
)
def test_dtypes(function, given, expected):
    x = T.vector("x", dtype=given)
    y = function(x)
    assert y.dtype == expected
    assert theano.function([x], y)(np.array([1, 2], dtype=given)).dtype == expected


def test_ultra_fast_sigmoid_of_a_number():
    assert sigm.ultra_fast_scalar_sigmoid.impl(0.0) == 0.5
    assert sigm.UltraFastScalarSigmoid.st_impl(1.0) == 0.75  # 0.5 * (1.5 * 0.5 / 1.5 + 1)


@pytest.mark.parametrize("name", ["local_ultra_fast_sigmoid", "local_hard_sigmoid"])
def test_an_approximation_on_request(name):
    x = T.dvector("x")
    f = theano.function([x], sigmoid(x), mode=theano.compile.get_mode("FAST_RUN").including(name))
    assert not any(node.op == sigmoid for node in f.maker.fgraph.toposort())
    assert 1e-4 < np.abs(f(POINTS) - EXACT).max() < 0.1


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda x: T.log(1 - sigmoid(x)), -800),
        (lambda x: T.log(sigmoid(-x)), -800),
        (lambda x: softplus(x), 800),
    ],
    ids=["log(1 - s)", "log(s)", "softplus"],
)
def test_far_out(expression, expected):
    x = T.dscalar("x")
    assert theano.function([x], expression(x))(800.0) == expected
