"""No rewrite of PyTensor fails unnoticed because of Theano's types, nor for want of test values."""

import numpy as np
import pytest
from pytensor import config

from compat import theano
from compat.theano import tensor as T


@pytest.fixture(autouse=True)
def failing_rewrites_raise():
    with theano.change_flags(on_opt_error="raise"), config.change_flags(on_opt_error="raise"):
        yield


def test_a_column_may_be_replaced_by_a_matrix_of_that_length():
    a, column = T.fmatrix("a"), T.col("b", dtype="float32")
    gradients = T.grad((T.join(1, a, column)[:, 1:] ** 2).sum(), [a, column])
    found = theano.function([a, column], gradients)(np.ones((2, 2), "float32"), np.ones((2, 1), "float32"))
    np.testing.assert_array_equal(found[0], [[0, 2], [0, 2]])
    np.testing.assert_array_equal(found[1], [[2], [2]])


def test_a_type_outside_of_rewrites_stays_strict():
    with pytest.raises(TypeError, match="Cannot convert"):
        T.col().type.filter_variable(T.matrix())


def test_test_values_of_loops_and_their_gradients():
    with theano.change_flags(compute_test_value="raise"):
        x, weights = T.dmatrix("x"), theano.shared(np.eye(2))
        x.tag.test_value = np.ones((3, 2))
        h, _ = theano.scan(lambda a, h: T.tanh(h.dot(weights) + a), sequences=[x], outputs_info=[T.zeros(2)])
        gradient = T.grad(h.sum(), weights)
        compiled = theano.function([x], gradient)(np.ones((3, 2)))
    np.testing.assert_allclose(gradient.tag.test_value, compiled)
