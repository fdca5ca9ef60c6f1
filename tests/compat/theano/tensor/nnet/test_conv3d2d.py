"""Diagonals of arrays, and the movie convolution's refusals; its values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import conv3d2d as module


def test_the_view_is_the_stripe_of_whole_diagonals():
    x = np.arange(20).reshape(5, 2, 2)
    view = module.get_diagonal_subtensor_view(x, 0, 1)
    expected = [[x[t + 1 - k, k] for k in range(2)] for t in range(4)]
    np.testing.assert_array_equal(view, expected)
    assert np.shares_memory(view, x)
    with pytest.raises(NotImplementedError):
        module.get_diagonal_subtensor_view(x, 1, 0)


def test_gradients_of_both_orders():
    x = np.random.RandomState(0).normal(size=(4, 2, 2))
    T.verify_grad(lambda x: module.diagonal_subtensor(x, 0, 1), [x], rng=np.random.RandomState(1))
    amount = np.ones((3, 2, 2))
    T.verify_grad(
        lambda x, a: module.inc_diagonal_subtensor(x, 0, 1, a), [x, amount], rng=np.random.RandomState(1)
    )


def test_in_place_it_is_a_view():
    x = T.dtensor3()
    stripe = module.diagonal_subtensor(x * 2, 0, 1)
    (view,) = module.local_inplace_DiagonalSubtensor.transform(None, stripe.owner)
    assert [str(v.owner.op) for v in (stripe, view)] == ["DiagonalSubtensor", "DiagonalSubtensor{inplace}"]
    value = np.arange(8.0).reshape(4, 2, 1)
    got = theano.function([x], [stripe, (view**2).sum()])(value)
    np.testing.assert_array_equal(got[0], module.get_diagonal_subtensor_view(2 * value, 0, 1))
    assert got[1] == (got[0] ** 2).sum()


def test_borders_are_refused_as_by_theano():
    x = T.tensor5()
    with pytest.raises(NotImplementedError, match="height and width bordermodes must match"):
        module.conv3d(x, x, border_mode=("valid", "valid", "full"))
    with pytest.raises(ValueError, match="invalid border"):
        module.conv3d(x, x, border_mode="round")
