"""The two-level softmax, and the confusion matrix."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import nnet

rng = np.random.default_rng(0)


def test_probabilities_add_to_one_and_targets_are_among_them():
    n, features, classes, per_class = 3, 4, 2, 3
    x, target = T.dmatrix("x"), T.lvector("t")
    weights = [
        theano.shared(rng.normal(size=s))
        for s in ((features, classes), (classes,), (classes, features, per_class), (classes, per_class))
    ]
    sizes = n, classes * per_class, classes, per_class
    every = nnet.h_softmax(x, *sizes, *weights)
    chosen = nnet.h_softmax(x, *sizes, *weights, target)
    f = theano.function([x, target], [every, chosen])
    targets = np.array([5, 0, 2])
    probabilities, of_targets = f(rng.normal(size=(n, features)), targets)
    np.testing.assert_allclose(probabilities.sum(axis=1), np.ones(n))
    np.testing.assert_allclose(of_targets, probabilities[np.arange(n), targets])


def test_confusion_matrix():
    actual, predicted = T.lvector(), T.lvector()
    f = theano.function([actual, predicted], nnet.confusion_matrix(actual, predicted))
    counts, labels = f([2, 0, 2, 2, 0, 5], [0, 0, 2, 2, 0, 2])
    np.testing.assert_array_equal(labels, [0, 2, 5])
    np.testing.assert_array_equal(counts, [[2, 0, 0], [1, 2, 0], [0, 1, 0]])


def test_confusion_matrix_of_vectors_only():
    with pytest.raises(ValueError, match="pred must be 1-d"):
        nnet.confusion_matrix(T.lvector(), T.lmatrix())
