"""Discrete decisions of graphs that no exact method can read, against all whole numbers tried in turn."""

import itertools

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.structure.lowering import NotLowered, lower


def question():
    """A cost with whole numbers in the middle, which a running product keeps exact methods from reading."""
    x = pt.vector("x", shape=(4,), dtype="float64")
    near = pt.sum((x - np.array([0.3, 1.6, 2.7, 0.1])) ** 2)
    cost = near + pt.sin(3 * x[0] * x[1]) + 0.1 * pt.cumprod(x)[2] ** 2
    with pytest.raises(NotLowered):
        lower([cost], [x])
    return x, cost


@pytest.mark.parametrize("limited", [False, True])
def test_real_decisions_are_optimised_around_whole_ones(limited):
    x, cost = question()
    constraints = [go.leq(x[0] + x[3], -0.5)] if limited else []
    whole = [False, True, True, False]
    answer = go.minimize(cost, over={x: (-3, 3)}, integer=whole, constraints=constraints, starts=8)
    best = min(
        go.minimize(cost, over={x: ([-3, i, j, -3], [3, i, j, 3])}, constraints=constraints, starts=4).fun
        for i, j in itertools.product(range(1, 4), range(1, 5))
    )
    assert answer.status is go.Status.FEASIBLE
    np.testing.assert_array_equal(answer.x[1:3], np.round(answer.x[1:3]))
    np.testing.assert_allclose(answer.fun, best, rtol=1e-6)
