"""Boxes under half-spaces, against random points and linear programs."""

import numpy as np
from scipy.optimize import linprog

from graphopt.solvers.branching.half_spaces import combined, corner, least_value, tightened


def questions(seed, boxes=40, rows=3, n=5):
    rng = np.random.default_rng(seed)
    lower, upper = -rng.random((boxes, n)), rng.random((boxes, n))
    slope, constant = rng.normal(size=(boxes, n)), rng.normal(size=boxes)
    return (
        rng,
        lower,
        upper,
        slope,
        constant,
        rng.normal(size=(boxes, rows, n)),
        0.5 * rng.normal(size=(boxes, rows)),
    )


def test_the_least_value_is_taken_at_the_corner_and_never_above_it():
    _, lower, upper, slope, constant, *_ = questions(0)
    x = corner(slope, lower, upper)
    exact = np.array([float(np.longdouble(s) @ np.longdouble(p) + c) for s, p, c in zip(slope, x, constant)])
    found = least_value(slope, constant, lower, upper)
    assert (found <= exact).all()
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)


def test_a_coordinate_without_slope_stays_in_the_middle():
    x = corner(np.array([[1.0, 0.0, -2.0]]), np.zeros((1, 3)), np.ones((1, 3)))
    np.testing.assert_array_equal(x, [[0.0, 0.5, 1.0]])


def test_tightened_boxes_keep_every_point_of_the_half_spaces():
    rng, lower, upper, _, _, slopes, constants = questions(1)
    low, high = tightened(lower, upper, slopes, constants)
    x = lower + rng.random((2000, *lower.shape)) * (upper - lower)
    inside = (np.einsum("bmn,pbn->pbm", slopes, x) + constants <= 0).all(axis=2)
    kept = ((x >= low) & (x <= high)).all(axis=2)
    assert not (inside & ~kept).any()
    assert (high - low < upper - lower).any()


def test_one_half_space_is_used_to_the_end():
    """x + y <= 0.5 over the unit square leaves [0, 0.5]^2; x + y <= -1 nothing."""
    for bound, left in ((0.5, 0.5), (-1.0, -1.0)):
        low, high = tightened(np.zeros((1, 2)), np.ones((1, 2)), np.ones((1, 1, 2)), np.array([[-bound]]))
        np.testing.assert_array_equal(low, 0.0)
        np.testing.assert_allclose(high, left, atol=1e-14)


def test_a_row_of_zeros_says_nothing():
    low, high = tightened(np.zeros((1, 2)), np.ones((1, 2)), np.zeros((1, 1, 2)), np.zeros((1, 1)))
    np.testing.assert_array_equal((low, high), (np.zeros((1, 2)), np.ones((1, 2))))


def test_combined_lines_bound_the_linear_program_from_below_and_nearly_reach_it():
    _, lower, upper, slope, constant, slopes, constants = questions(2)
    better = least_value(*combined(slope, constant, slopes, constants, lower, upper), lower, upper)
    plain = least_value(slope, constant, lower, upper)
    lost, first = [], []
    for b in range(len(lower)):
        box = list(zip(lower[b], upper[b], strict=True))
        exact = linprog(slope[b], A_ub=slopes[b], b_ub=-constants[b], bounds=box)
        if exact.status == 0:
            lost.append(exact.fun + constant[b] - better[b])
            first.append(exact.fun + constant[b] - plain[b])
    assert min(lost) >= -1e-8  # what the linear program's own tolerance allows
    assert np.mean(lost) < 0.2 * np.mean(first)
