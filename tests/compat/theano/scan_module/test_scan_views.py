"""map, reduce, foldl and foldr; values follow from Python's own."""

import functools

import numpy as np

from compat import theano
from compat.theano import tensor as T

V = np.array([0.1, -0.2, 0.3])
v = T.dvector("v")
ONE = T.constant(1.0, dtype="float64")


def value(result):
    outputs, updates = result
    assert not updates
    return theano.function([v], outputs)(V)


def test_map():
    np.testing.assert_allclose(value(theano.map(lambda a, b: a * b, v, [v[0]])), V * V[0])


def test_folds():
    def step(a, b):
        return a - b * 2

    np.testing.assert_allclose(value(theano.foldl(step, v, ONE)), -6.9)  # 2 (2 (.1 - 2) ...): Theano 1.0.5
    np.testing.assert_allclose(value(theano.foldr(step, v, ONE)), -6.3)
    np.testing.assert_allclose(
        value(theano.reduce(lambda a, b: a * b + 1, v, ONE)), functools.reduce(lambda b, a: a * b + 1, V, 1.0)
    )


def test_several_states_are_reduced_together():
    low, high = value(theano.reduce(lambda a, p, q: (T.minimum(a, p), T.maximum(a, q)), v, [ONE, -ONE]))
    assert (low, high) == (-0.2, 0.3)
