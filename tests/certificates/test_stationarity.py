"""First-order conditions in a box, against their definitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphopt.certificates.feasibility import worst_breach
from graphopt.certificates.stationarity import active_bounds, multipliers, projected_gradient

numbers = st.floats(-100, 100).map(lambda v: round(v, 3))


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=6))
def test_projected_gradient_is_the_step_of_projected_descent(rows):
    a, b, where, gradient = np.array(rows).T
    lower, upper = np.minimum(a, b), np.maximum(a, b)
    x = np.clip(where, lower, upper)
    expected = x - np.clip(x - gradient, lower, upper)
    np.testing.assert_allclose(projected_gradient(x, gradient, lower, upper), expected, atol=1e-12)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=6))
def test_multipliers_balance_the_gradient_at_active_bounds(rows):
    a, b, gradient = np.array(rows).T
    lower, upper = np.minimum(a, b), np.maximum(a, b) + 1
    x = np.where(gradient > 0, lower, upper)  # the minimum of the linear function with this gradient
    bounds = multipliers(x, gradient, lower, upper)
    np.testing.assert_array_equal(gradient - bounds.lower + bounds.upper, 0)
    assert np.all(bounds.lower >= 0)
    assert np.all(bounds.upper >= 0)


def test_projected_gradient_keeps_its_digits_at_large_x():
    """x - (x - g) has lost g at x = 1e10; the formula has not."""
    x, g = np.array([1e10]), np.array([1e-7])
    assert projected_gradient(x, g, np.array([-np.inf]), np.array([np.inf]))[0] == 1e-7


def test_active_bounds():
    lower, upper = np.array([0.0, 0, 0, 1]), np.array([1.0, 1, 1, 1])
    assert active_bounds(np.array([0.0, 1, 0.5, 1]), lower, upper).tolist() == [-1, 1, 0, 2]


def test_worst_breach():
    lower, upper = np.zeros(3), np.ones(3)
    assert worst_breach(np.array([0.0, 0.5, 1.0]), lower, upper) == (0.0, -1)
    assert worst_breach(np.array([0.0, -0.25, 1.125]), lower, upper) == (0.25, 1)
    assert worst_breach(np.array([0.0, np.nan, 2.0]), lower, upper) == (np.inf, 1)
