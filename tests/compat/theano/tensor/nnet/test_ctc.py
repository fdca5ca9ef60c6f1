"""The CTC loss against all alignments written out, and against values of warp-ctc."""

import itertools

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import ctc


def by_enumeration(activations, labels, length):
    """Return minus the log of the probability of `labels`, summed over all alignments."""
    p = np.exp(activations.astype("float64"))
    p /= p.sum(axis=1, keepdims=True)
    total = 0.0
    for path in itertools.product(range(p.shape[1]), repeat=length):
        collapsed = [k for k, _ in itertools.groupby(path) if k != 0]
        if collapsed == [k for k in labels if k >= 0]:
            total += np.prod(p[np.arange(length), path])
    return -np.log(total)


def test_all_alignments():
    activations = np.random.default_rng(0).normal(size=(4, 3, 3)).astype("float32")
    labels = np.array([[1, 2], [1, 1], [-1, 2]], "int32")
    lengths = np.array([4, 3, 2], "int32")
    costs = ctc.ctc(activations, labels, lengths).eval()
    expected = [by_enumeration(activations[:, n], labels[n], lengths[n]) for n in range(3)]
    np.testing.assert_allclose(costs, expected, rtol=1e-6)  # float32


def test_warp_ctc():
    # Theano's nnet/tests/test_ctc.py, from the tutorial of warp-ctc's torch binding
    activations = np.array(
        [
            [[0, 0, 0, 0, 0], [1, 2, 3, 4, 5], [-5, -4, -3, -2, -1]],
            [[0, 0, 0, 0, 0], [6, 7, 8, 9, 10], [-10, -9, -8, -7, -6]],
            [[0, 0, 0, 0, 0], [11, 12, 13, 14, 15], [-15, -14, -13, -12, -11]],
        ],
        "float32",
    )
    a = theano.shared(activations)
    labels, lengths = np.array([[1, -1], [3, 3], [2, 3]], "int32"), np.array([1, 3, 3], "int32")
    costs = ctc.ctc(a, labels, lengths)
    value, gradient = theano.function([], [costs, theano.grad(costs.sum(), a)])()
    np.testing.assert_allclose(value, [1.609437943, 7.355742931, 4.938849926], rtol=1e-6)
    np.testing.assert_allclose(gradient[0, 0], [0.2, -0.8, 0.2, 0.2, 0.2], rtol=1e-6)
    second = [-0.9883437753, 0.03168492019, 0.08612854034, 0.2341216654, 0.636408627]
    np.testing.assert_allclose(gradient[1, 1], second, rtol=1e-5)
    assert not gradient[1:, 0].any()  # past the end of the first sequence


def test_each_cost_has_its_own_gradient():
    activations = np.random.default_rng(1).normal(size=(5, 2, 4)).astype("float32")
    a = T.ftensor3("a")
    costs = ctc.ctc(a, np.array([[1, 2], [3, 3]], "int32"), np.array([5, 4], "int32"))
    weights = np.array([1.0, -2.0], "float32")
    loss = (costs * weights).sum()
    f, g = theano.function([a], loss), theano.function([a], theano.grad(loss, a))
    direction = np.random.default_rng(2).normal(size=activations.shape).astype("float32")
    # by differences: float32 leaves three digits
    slope = (f(activations + 1e-2 * direction) - f(activations - 1e-2 * direction)) / 2e-2
    np.testing.assert_allclose((g(activations) * direction).sum(), slope, rtol=2e-3)


def test_gradients_are_left_out_where_nothing_uses_them():
    a = T.ftensor3("a")
    f = theano.function([a], ctc.ctc(a, np.array([[1]], "int32"), np.array([1], "int32")))
    (op,) = [
        node.op
        for node in f.maker.fgraph.toposort()
        if isinstance(node.op, ctc.ConnectionistTemporalClassification)
    ]
    assert not op.compute_grad


def test_a_sequence_too_short_costs_nothing():
    # warp-ctc's way: two equal labels need a blank between them, three steps
    costs = ctc.ctc(np.zeros((2, 1, 3), "float32"), np.array([[1, 1]], "int32"), np.array([2], "int32"))
    assert costs.eval() == [0]


@pytest.mark.parametrize(
    ("labels", "lengths", "message"),
    [([[3]], [2], "label 3"), ([[1]], [3], "input_lengths"), ([[1], [1]], [2], "rows of labels")],
)
def test_out_of_range(labels, lengths, message):
    costs = ctc.ctc(np.zeros((2, 1, 3), "float32"), np.array(labels, "int32"), np.array(lengths, "int32"))
    with pytest.raises(ValueError, match=message):
        costs.eval()


def test_types():
    assert ctc.ctc_available()
    with pytest.raises(TypeError, match="float32"):
        ctc.ctc(T.dtensor3(), T.imatrix(), T.ivector())
    with pytest.raises(TypeError, match="labels must use the int32 type"):
        ctc.ctc(T.ftensor3(), T.lmatrix(), T.ivector())
    with pytest.raises(ValueError, match="input_lengths must have 1 dimension"):
        ctc.ctc(T.ftensor3(), T.imatrix(), T.imatrix())
