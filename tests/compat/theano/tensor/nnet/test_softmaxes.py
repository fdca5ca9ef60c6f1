"""The softmax operations beside what test_recorded_functions compares with Theano."""

import numpy as np
import pytest
from pytensor.tensor.special import Softmax as PyTensorSoftmax

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import nnet

rng = np.random.default_rng(0)


@pytest.mark.parametrize("op", [nnet.softmax_op, nnet.logsoftmax_op], ids=str)
def test_a_vector_is_one_row(op):
    v = T.dvector("v")
    with pytest.warns(UserWarning, match="If x is a vector"):
        result = op(v)
    assert result.type == T.drow  # Theano 1.0.5: x.type() of the padded x
    assert theano.function([v], result)(np.arange(3.0)).shape == (1, 3)


def test_an_axis_of_length_one_is_warned_of():
    with pytest.warns(UserWarning, match="shape 1"):
        nnet.softmax(T.dcol())


@pytest.mark.parametrize("wrong", [T.tensor3("t"), T.lmatrix("i"), T.dscalar("s")], ids=str)
def test_what_no_softmax_takes(wrong):
    for op in (nnet.softmax_op, nnet.logsoftmax_op):
        with pytest.raises(ValueError, match="1-d or 2-d tensor of floats"):
            op(wrong)
    with pytest.raises(ValueError, match="x must be 2-d"):
        nnet.softmax_with_bias(wrong, T.dvector())


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (nnet.softmax_op, [(3, 4)]),
        (nnet.logsoftmax_op, [(3, 4)]),
        (nnet.softmax_with_bias, [(3, 4), (4,)]),
        (nnet.softmax_grad, [(3, 4), (3, 4)]),
    ],
    ids=str,
)
def test_gradients_by_finite_differences(function, shapes):
    weights = rng.random((3, 4))
    T.verify_grad(
        lambda *x: function(*x) * weights, [rng.random(s) for s in shapes], rng=np.random.RandomState(0)
    )


def test_forward_derivative():
    x, direction = T.dmatrix("x"), T.dmatrix("d")
    moved = theano.gradient.Rop(nnet.softmax(x), x, direction)
    at, along = rng.random((2, 3)), rng.random((2, 3))
    f = theano.function([x], nnet.softmax(x))
    expected = (f(at + 1e-6 * along) - f(at - 1e-6 * along)) / 2e-6
    np.testing.assert_allclose(theano.function([x, direction], moved)(at, along), expected, rtol=1e-8)


def test_shapes_are_known_without_computing():
    x = T.dmatrix("x")
    f = theano.function([x], nnet.softmax(x).shape)
    assert not any(isinstance(node.op, nnet.Softmax) for node in f.maker.fgraph.toposort())
    np.testing.assert_array_equal(f(np.ones((2, 3))), [2, 3])


def test_no_rows():
    x = T.dmatrix("x")
    assert theano.function([x], nnet.softmax(x))(np.ones((0, 3))).shape == (0, 3)


def test_written_out_it_becomes_a_softmax():
    x = T.dmatrix("x")
    f = theano.function([x], nnet.softmax_graph(x))
    assert [type(node.op) for node in f.maker.fgraph.toposort()] == [PyTensorSoftmax]
    np.testing.assert_allclose(f([[1000.0, 1000.0]]), [[0.5, 0.5]])
