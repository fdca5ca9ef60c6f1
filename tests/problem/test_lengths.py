"""Lengths nobody told: found when only one fits the weights, asked for otherwise."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.errors import InvalidValue


def net(x, n_in, n_hidden=3):
    rng = np.random.default_rng(0)
    w = pytensor.shared(rng.normal(size=(n_in + 1, n_hidden)))
    return pt.sum(pt.sigmoid(pt.dot(w.T, pt.concatenate([x, np.ones(1)]))))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_only_length_that_fits_is_found(n):
    answer = go.maximize(net(x := pt.dvector("x"), n), over={x: (0, 1)})
    assert answer.x.shape == (n,)


def test_a_matrix_with_one_known_length():
    x = pt.tensor("x", shape=(1, None))
    w = pytensor.shared(np.arange(12.0).reshape(4, 3))
    answer = go.maximize(pt.sum(pt.tanh(pt.dot(x, w))), over={x: (-1, 1)})
    assert answer.x_named["x"].shape == (1, 4)


def test_other_inputs_are_taken_into_account():
    x, y = pt.dvector("x"), pt.dvector("y")
    w = pytensor.shared(np.ones(7))
    answer = go.minimize(pt.sum((pt.concatenate([x, y]) - w) ** 2), over={x: (0, 2)}, fixed={y: np.ones(3)})
    np.testing.assert_allclose(answer.x, np.ones(4), atol=1e-6)


def test_several_lengths_fit():
    with pytest.raises(InvalidValue, match="is not known"):
        go.minimize(pt.sum(pt.dvector("x") ** 2), bounds=(0, 1))
