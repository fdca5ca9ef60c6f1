"""Bounds are read the way they were written."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize

from graphopt.errors import InvalidValue
from graphopt.problem.bounds import box, split_bounds

READINGS = [
    (None, (3,), [-np.inf] * 3, [np.inf] * 3),
    ((0, 1), (3,), [0] * 3, [1] * 3),
    ((None, 1), (3,), [-np.inf] * 3, [1] * 3),
    ([0, 1], (3,), [0] * 3, [1] * 3),
    ((0, [1, 2, 3]), (3,), [0] * 3, [1, 2, 3]),
    ([(0, 1), (2, 3), (None, 5)], (3,), [0, 2, -np.inf], [1, 3, 5]),
    ([(0, 1), (2, 3)], (2,), [0, 2], [1, 3]),
    (([0, 2], [1, 3]), (2,), [0, 2], [1, 3]),
    ((np.array([0, 2]), np.array([1, 3])), (2,), [0, 2], [1, 3]),
    (np.array([0, 1]), (2,), [0, 0], [1, 1]),
    (np.array([[0, 1], [2, 3], [4, 5]]), (3,), [0, 2, 4], [1, 3, 5]),
    (scipy.optimize.Bounds([0, 2], [1, 3]), (2,), [0, 2], [1, 3]),
]


@pytest.mark.parametrize(("bounds", "shape", "lower", "upper"), READINGS)
def test_reading(bounds, shape, lower, upper):
    low, high = box(*split_bounds(bounds, "x", shape), shape, "x")
    np.testing.assert_array_equal(low, lower)
    np.testing.assert_array_equal(high, upper)


@pytest.mark.parametrize("bounds", [((0, 1), (0, 1)), [[0, 1], [0, 1]], np.array([[0, 1], [0, 1]])])
def test_two_by_two_is_refused_where_it_can_be_read_in_two_ways(bounds):
    with pytest.raises(InvalidValue, match="two ways"):
        split_bounds(bounds, "x", (2,))


def test_bounds_cannot_be_changed_afterwards():
    low, _ = box(0, 1, (2,), "x")
    with pytest.raises(ValueError, match="read-only"):
        low[0] = 5
