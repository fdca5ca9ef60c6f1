"""The rewrites of softmaxes: what a graph becomes, and that nothing overflows."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import nnet
from compat.theano.tensor.nnet.stability import softmax_simplifier

x, b, y, v = T.dmatrix("x"), T.dvector("b"), T.lvector("y"), T.dvector("v")
p, biased = nnet.softmax(x), nnet.softmax(x + b)
rows = T.arange(y.shape[0])
FUSED, FUSED_GRADIENT = nnet.CrossentropySoftmaxArgmax1HotWithBias, nnet.CrossentropySoftmax1HotWithBiasDx


def operations(output):
    """Return the operations of the function of `output` in the default mode."""
    f = theano.function([x, b, y, v], output, on_unused_input="ignore")
    return [node.op for node in f.maker.fgraph.toposort()]


def has(output, kind):
    return any(isinstance(op, kind) for op in operations(output))


NEGATIVE_LOG_LIKELIHOODS = {
    "mean of picked logs": -T.mean(T.log(p)[rows, y]),
    "logs of picked": -T.sum(T.log(p[rows, y])),
    "labels": nnet.categorical_crossentropy(p, y).mean(),
    "biased": T.mean(-T.log(biased)[rows, y]),
    "biased labels": nnet.categorical_crossentropy(biased, y).sum(),
    "cast labels": -T.mean(T.log(p)[T.arange(T.cast(y, "int32").shape[0]), T.cast(y, "int32")]),
}


@pytest.mark.parametrize("name", NEGATIVE_LOG_LIKELIHOODS)
def test_a_softmax_and_labels_are_fused(name):
    loss = NEGATIVE_LOG_LIKELIHOODS[name]
    assert has(loss, FUSED)
    assert not has(loss, T.AdvancedSubtensor)
    gradient = theano.grad(loss, x)
    assert has(gradient, FUSED_GRADIENT)
    assert not has(gradient, nnet.SoftmaxGrad)


def test_the_logarithm_is_its_own_operation():
    assert has(T.log(p), nnet.LogSoftmax)
    assert has(T.log(biased), nnet.LogSoftmax)


def test_a_bias_goes_into_the_softmax():
    assert operations(biased) == [nnet.softmax_with_bias]
    with_number = operations(nnet.softmax(T.dot(x, x.T) + 0.5))
    assert nnet.softmax_op in with_number
    assert nnet.softmax_with_bias not in with_number


@pytest.mark.parametrize("of", [p, biased, nnet.logsoftmax(x)], ids=["softmax", "biased", "log"])
def test_the_largest_is_found_without_the_softmax(of):
    for place in (T.argmax(of, axis=1), T.max_and_argmax(of, axis=-1)[1]):
        assert not has(place, (nnet.Softmax, nnet.SoftmaxWithBias, nnet.LogSoftmax))
    assert has(T.max_and_argmax(of, axis=-1)[0], (nnet.Softmax, nnet.SoftmaxWithBias, nnet.LogSoftmax))


def test_the_largest_of_all_is_not_that_of_the_argument():
    f = theano.function([x], T.argmax(p))
    assert f([[10.0, 10.0], [1.0, 0.0]]) == 2


@pytest.mark.parametrize("output", [T.log(p)[y, y], T.log(p)[:, 1], T.log(p[y, y])], ids=str)
def test_any_part_of_the_logarithm_has_a_finite_gradient(output):
    gradient = theano.grad(output.sum(), x)
    assert not has(gradient, nnet.SoftmaxGrad)
    # log(softmax) of a row (0, -2000) is (0, -2000), its gradient onehot - softmax
    value = theano.function([x, y], gradient, on_unused_input="ignore")(
        [[0.0, -2000.0], [0.0, -2000.0]], [1, 1]
    )
    assert np.isfinite(value).all()


def test_repeated_places_add_up():
    cost = T.log(p[[0, 0], [1, 1]]).sum()
    gradient = theano.function([x], theano.grad(cost, x))([[0.0, 0.0]])
    np.testing.assert_allclose(gradient, [[-1.0, 1.0]])  # twice onehot - softmax


def test_a_label_that_depends_on_the_softmax_makes_no_cycle():
    guess = T.argmax(p, axis=1)
    loss = nnet.categorical_crossentropy(p, guess)
    f = theano.function([x], [loss, p])
    np.testing.assert_allclose(f([[0.0, 0.0]])[0], [np.log(2)])


def test_one_number_for_all_rows_is_not_repeated():
    g = theano.grad(nnet.categorical_crossentropy(p, y).sum(), x)
    fused = [
        n for n in theano.function([x, y], g).maker.fgraph.toposort() if isinstance(n.op, FUSED_GRADIENT)
    ]
    assert all(fused[0].inputs[0].type.broadcastable)


def test_softmax_simplifier():
    e = T.exp(x)
    numerators, denominators = softmax_simplifier([e, b], [e.sum(axis=1).dimshuffle(0, "x"), v])
    assert [getattr(n.owner, "op", n) for n in numerators] == [b, nnet.softmax_op]
    assert denominators == [v]
