"""Where boxes are cut."""

import numpy as np

from graphopt.solvers.branching.splitting import halves, split_places, steepness

REAL = np.zeros(2, dtype=bool)


def test_the_coordinate_that_matters_most_is_cut():
    lower, upper = np.zeros((3, 2)), np.array([[1.0, 2.0], [1.0, 2.0], [0.0, 0.0]])
    steep = np.array([[3.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    coordinate, possible = split_places(steep, lower, upper, REAL)
    np.testing.assert_array_equal(coordinate[:2], [0, 1])
    np.testing.assert_array_equal(possible, [True, True, False])


def test_where_nothing_is_steep_the_widest_is_cut():
    coordinate, _ = split_places(np.zeros((1, 2)), np.zeros((1, 2)), np.array([[1.0, 2.0]]), REAL)
    assert coordinate[0] == 1


def test_whole_numbers_are_cut_between_them():
    whole = np.array([True, False])
    lower, upper = np.array([[-2.0, 0.0]]), np.array([[3.0, 1.0]])
    low, high = halves(lower, upper, np.array([0]), whole)
    np.testing.assert_array_equal(low, [[-2.0, 0.0], [1.0, 0.0]])
    np.testing.assert_array_equal(high, [[0.0, 1.0], [3.0, 1.0]])
    low, high = halves(lower, upper, np.array([1]), whole)
    np.testing.assert_array_equal((low[1, 1], high[0, 1]), (0.5, 0.5))


def test_a_level_line_below_something_steep_does_not_hide_it():
    """The second coordinate has no slope in the line, but a gradient between -5 and 5."""
    gradient = np.array([[1.0, -5.0]]), np.array([[1.0, 5.0]])
    steep = steepness(np.array([[1.0, 0.0]]), gradient, np.zeros((1, 2)), np.ones((1, 2)))
    assert steep[0, 1] > steep[0, 0]
    endless = np.array([[1.0, -np.inf]]), np.array([[1.0, np.nan]])
    assert np.isfinite(steepness(np.zeros((1, 2)), endless, np.zeros((1, 2)), np.ones((1, 2)))).all()
