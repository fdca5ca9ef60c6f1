"""Nonnegative least squares: the conditions of the minimum, and SciPy's answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls
from scipy.sparse import csc_array

from graphopt.solvers.constrained import nonnegative
from graphopt.solvers.constrained.nonnegative import nonnegative_weights


def limits_on_rates(n, seed, *, share=0.8):
    """Gradients of limits on the changes of a plan of n steps, of a budget and of some bounds, (n, k)."""
    rng = np.random.default_rng(seed)
    changes = np.diff(np.eye(n), axis=0)[rng.random(n - 1) < share] / np.sqrt(2)
    changes *= rng.choice([-1.0, 1.0], size=(len(changes), 1))
    return np.concatenate([changes, np.full((1, n), n**-0.5), np.eye(n)[rng.random(n) < 0.1]]).T


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("left_over", [0.0, 0.3])
def test_many_sparse_columns_are_weighted_as_by_scipy(seed, left_over, monkeypatch):
    columns, rng = limits_on_rates(400, seed, share=0.7), np.random.default_rng(seed)
    target = columns @ np.maximum(rng.normal(size=columns.shape[1]), 0) + left_over * rng.normal(size=400)
    expected, distance = nnls(columns, target)
    monkeypatch.setattr("scipy.optimize.nnls", None)
    weights = nonnegative_weights(csc_array(columns), target)
    assert np.all(weights >= 0)
    np.testing.assert_allclose(np.linalg.norm(columns @ weights - target), distance, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(columns @ weights, columns @ expected, atol=1e-10)


def test_columns_that_depend_on_each_other_are_no_obstacle():
    """An equality is at both its limits: its gradient comes with either sign."""
    columns = limits_on_rates(400, 0)
    columns = np.concatenate([columns, -columns[:, :150]], axis=1)
    target = np.random.default_rng(1).normal(size=400)
    weights = nonnegative_weights(columns, target)
    left = target - columns @ weights
    assert np.all(weights >= 0)
    assert np.max(columns.T @ left) <= 1e-9
    assert np.max(np.abs((columns.T @ left)[weights > 0])) <= 1e-9


def test_dense_columns_are_left_to_scipy():
    rng = np.random.default_rng(0)
    columns, target = rng.normal(size=(60, nonnegative.MANY)), rng.normal(size=60)
    size = np.abs(target).max()
    np.testing.assert_array_equal(
        nonnegative_weights(columns, target), nnls(columns, target / size)[0] * size
    )


def test_nothing_to_weigh():
    assert nonnegative_weights(np.empty((3, 0)), np.ones(3)).size == 0
    assert nonnegative_weights(np.eye(3), np.zeros(3)).tolist() == [0, 0, 0]
