"""Cross-entropies: labels out of range, gradients of the fused operations, what they refuse."""

import numpy as np
import pytest

from compat import theano
from compat.adopt import adopt
from compat.theano import tensor as T
from compat.theano.tensor import nnet

rng = np.random.default_rng(0)
X, LABELS = rng.random((3, 4)), np.array([1, 3, 0])


def losses():
    x, y = T.dmatrix("x"), T.lvector("y")
    p = nnet.softmax(x)
    return {
        "labels": ([x, y], nnet.categorical_crossentropy(p, y)),
        "picked logs": ([x, y], -T.log(p)[T.arange(y.shape[0]), y]),
        "gradient": ([x, y], theano.grad(nnet.categorical_crossentropy(p, y).sum(), x)),
        "fused": ([x, y], nnet.crossentropy_softmax_1hot(x, y)[0]),
    }


@pytest.mark.parametrize("labels", [[1, 4, 0], [1, -1, 0]], ids=["above", "negative"])
@pytest.mark.parametrize("name", losses())
def test_a_label_out_of_range_raises(name, labels):
    f = theano.function(*losses()[name])
    f(X, LABELS)
    # Theano's words; its compiled code raised ValueError for both
    with pytest.raises(ValueError, match=r"y_i value out of bounds.* at 1"):
        f(X, labels)


@pytest.mark.parametrize("name", ["labels", "fused"])
def test_one_label_for_each_row(name):
    f = theano.function(*losses()[name])
    with pytest.raises(ValueError, match="same number of rows"):
        f(X, [1, 2])


def test_of_probabilities_a_label_is_an_index():
    p, y = T.dmatrix("p"), T.lvector("y")
    f = theano.function([p, y], nnet.categorical_crossentropy(p, y))
    np.testing.assert_allclose(f(X, [1, -1, 0]), -np.log(X[[0, 1, 2], [1, -1, 0]]))
    with pytest.raises(IndexError):
        f(X, [1, 4, 0])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "float64"])
def test_labels_of_probabilities_are_int32_or_int64(dtype):
    with pytest.raises(TypeError, match="integer vector required"):
        nnet.categorical_crossentropy(T.dmatrix(), T.vector(dtype=dtype))


def test_rank_mismatch():
    with pytest.raises(TypeError, match="rank mismatch"):
        nnet.categorical_crossentropy(T.dmatrix(), T.tensor3())


@pytest.mark.parametrize("dy", [np.array(2.0), np.array([2.0]), rng.random(3)], ids=["number", "one", "each"])
def test_gradient_of_the_fused_gradient(dy):
    op = nnet.crossentropy_softmax_1hot_with_bias_dx
    pattern = (False,) * dy.ndim
    weights = rng.random((3, 4))
    T.verify_grad(lambda g, sm: op(g, sm, LABELS) * weights, [dy, X], rng=np.random.RandomState(0))
    g = T.TensorType("float64", pattern)("g")
    result = theano.function([g], op(g, X, LABELS))(dy)
    np.testing.assert_allclose(result, dy.reshape(-1, *[1] * dy.ndim) * (X - np.eye(4)[LABELS]))


def test_gradients_of_all_outputs_of_the_fused_loss():
    op = nnet.crossentropy_softmax_argmax_1hot_with_bias

    def loss(x, b):
        nll, sm, _ = op(x, b, LABELS)
        return (nll * [1.0, 2.0, 3.0]).sum() + (sm * X).sum()

    T.verify_grad(loss, [rng.random((3, 4)), rng.random(4)], rng=np.random.RandomState(0))


def test_argmax_has_the_dtype_of_the_labels():
    x, y = T.fmatrix("x"), T.bvector("y")
    nll, sm, largest = nnet.crossentropy_softmax_argmax_1hot_with_bias(x, T.zeros_like(x[0]), y)
    assert (nll.dtype, sm.dtype, largest.dtype) == ("float32", "float32", "int8")
    found = theano.function([x, y], largest)(X.astype("float32"), LABELS.astype("int8"))
    np.testing.assert_array_equal(found, X.argmax(axis=1))


def test_sigmoid_crossentropy_far_out():
    x, t = T.dvector("x"), T.dvector("t")
    loss = nnet.sigmoid_binary_crossentropy(x, t)
    f = theano.function([x, t], [loss, theano.grad(loss.sum(), x), theano.grad(loss.sum(), t)])
    value, gx, gt = f([-800.0, 800.0], [1.0, 0.0])
    np.testing.assert_array_equal(value, [800, 800])
    np.testing.assert_array_equal(gx, [-1, 1])
    np.testing.assert_array_equal(gt, [800, -800])


KERNELS = {
    "fused": (nnet.crossentropy_softmax_argmax_1hot_with_bias, [X, X[0], LABELS], 2),
    "fused gradient": (nnet.crossentropy_softmax_1hot_with_bias_dx, [X[:, 0], X, LABELS], 1),
    "fused gradient of one": (nnet.crossentropy_softmax_1hot_with_bias_dx, [np.array(2.0), X, LABELS], 1),
    "labels": (nnet.crossentropy_categorical_1hot, [X, LABELS], 1),
    "gradient of labels": (nnet.crossentropy_categorical_1hot_grad, [X[:, 0], X, LABELS], 1),
}


@pytest.mark.parametrize("name", KERNELS)
def test_the_graph_told_to_kernels_is_what_is_computed(name):
    op, values, outputs = KERNELS[name]
    inputs = [T.TensorType(v.dtype.name, (False,) * v.ndim)() for v in values]
    computed = op(*inputs, return_list=True)[:outputs]
    by_op = theano.function(inputs, computed, mode=theano.Mode(optimizer=None))(*values)
    by_graph = theano.function(inputs, adopt(op.expanded(inputs)))(*values)
    for a, b in zip(by_op, by_graph):
        np.testing.assert_allclose(a, b, rtol=1e-14)
