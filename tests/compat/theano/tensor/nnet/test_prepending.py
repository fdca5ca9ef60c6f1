"""A column in front of a matrix."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import nnet

VALUES = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("op", "number"),
    [
        (nnet.prepend_0_to_each_row, 0),
        (nnet.prepend_1_to_each_row, 1),
        (nnet.Prepend_scalar_constant_to_each_row(4.0), 4),
    ],
    ids=str,
)
def test_a_constant(op, number):
    x = T.dmatrix("x")
    y = op(x)
    f = theano.function([x], [y, theano.grad((y**2).sum(), x)])
    value, gradient = f(VALUES)
    np.testing.assert_array_equal(value, np.hstack([np.full((2, 1), number), VALUES]))
    np.testing.assert_array_equal(gradient, 2 * VALUES)


def test_a_variable():
    x, s = T.dmatrix("x"), T.dscalar("s")
    y = nnet.prepend_scalar_to_each_row(s, x)
    f = theano.function([x, s], [y, *theano.grad((y**2).sum(), [x, s])])
    value, gx, gs = f(VALUES, 5.0)
    np.testing.assert_array_equal(value, np.hstack([np.full((2, 1), 5), VALUES]))
    np.testing.assert_array_equal(gx, 2 * VALUES)
    assert gs == 20  # two rows, 2 * 5 each


def test_constants_differ():
    assert nnet.prepend_0_to_each_row != nnet.prepend_1_to_each_row
    assert nnet.prepend_1_to_each_row == nnet.Prepend_scalar_constant_to_each_row(1.0)


def test_only_matrices():
    for op in (nnet.prepend_0_to_each_row, lambda x: nnet.prepend_scalar_to_each_row(1.0, x)):
        with pytest.raises(TypeError, match="Expected a matrix"):
            op(T.dvector())
