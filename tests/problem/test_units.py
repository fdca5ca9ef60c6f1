"""Units of decisions and scales of rows: what they follow, and what they never exceed."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.problem import Problem, Variable, between, compile_problem, eq, leq
from graphopt.problem.constraints import Constraint
from graphopt.problem.units import decision_units, row_ranges, row_scales, sample_points, usual_scales

UNITS = [1e-9, 1e-3, 1.0, 1e3, 1e9]


def test_boxes_near_one_keep_their_unit():
    lower, upper = np.array([0.0, -1.5, 0.0, 0.0, 3.0]), np.array([1.0, 1.5, np.inf, 1.0, 3.0])
    np.testing.assert_array_equal(decision_units(lower, upper), 1.0)


@pytest.mark.parametrize("width", [1e-12, 1e-9, 0.01, 1e4, 1e9])
def test_other_boxes_are_of_moderate_width_in_their_unit(width):
    (unit,) = decision_units(np.array([-width]), np.array([0.0]))
    assert 0.7 <= width / unit <= 5.7  # the bounds of 1 and 4, and rounding to a power of two
    assert np.log2(unit) == np.round(np.log2(unit))


def test_a_wide_box_may_be_careless():
    """The unit is no larger than a step that matters; where none does, the box decides."""
    lower, upper = np.full(4, -1e6), np.full(4, 1e6)
    units = decision_units(lower, upper, np.array([0.03, 2.0**-10, 1e-9, 0.0]))
    np.testing.assert_array_equal(units, [1, 1024, 2.0**19, 2.0**19])


@pytest.mark.parametrize("width", [10.0, 1e4, 1e6])
def test_careless_bounds_change_no_unit_and_hardly_a_scale(width):
    x = pt.vector("x", shape=(3,), dtype="float64")
    limits = [leq(pt.sum(x), 1.5), eq(x[0], x[1]), leq(x[2] ** 2, 0.25), leq(x[0] ** 2, x[1])]
    cost = pt.sum(pt.tanh(x - 1)) + 0.1 * pt.sum(x**2)
    problem = Problem(minimize=cost, variables=[Variable(x, -width, width)], constraints=limits)
    compiled = compile_problem(problem, tier="now")
    np.testing.assert_array_equal(compiled.units, 1)
    np.testing.assert_array_equal(compiled.rows.scale, [1.5, 1, 0.25, 1])


def test_the_core_of_a_box_is_where_steps_matter():
    x = pt.vector("x", shape=(2,), dtype="float64")
    variables = [Variable(x, [-1e6, 3.0], [1e6, np.inf])]
    compiled = compile_problem(Problem(minimize=pt.sum(x**2), variables=variables), tier="now")
    lower, upper = compiled.core
    np.testing.assert_array_equal([lower, upper], [[-200, 3], [200, np.inf]])


def test_a_scale_that_is_given_is_the_unit():
    x, y = pt.vector("x", shape=(2,)), pt.vector("y", shape=(1,))
    variables = [Variable(x, 0, 1e9, scale=[1.0, 1e3]), Variable(y, 0, 1)]
    compiled = compile_problem(Problem(minimize=pt.sum(x) + pt.sum(y), variables=variables), tier="now")
    np.testing.assert_array_equal(compiled.units, [1, 1024, 1])


def test_sample_points_are_in_the_box_and_move_what_is_endless():
    lower, upper = np.array([0.0, -np.inf, 2.0]), np.array([1.0, -5.0, np.inf])
    points, moved = sample_points(lower, upper)
    for seen in (points, moved):
        assert np.all((seen >= lower) & (seen <= upper))
    assert np.ptp(points[:, 0]) == 1.0
    np.testing.assert_array_equal(points[:, 1:], np.broadcast_to([-5.0, 2.0], (len(points), 2)))
    assert np.all(moved[:, 1:] != points[:, 1:])
    assert sample_points(np.zeros(2), np.ones(2))[1] is None


def test_ranges_are_of_finite_values_and_of_rows_with_bounds():
    values = np.array(
        [[1.0, 2.0, np.nan, np.nan, 4.0], [3.0, 2.0, np.nan, 6.0, 5.0], [9.0, 2.0, 1.0, 8.0, 6.0]]
    )
    moved = values + np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    ranges, size = row_ranges(values, moved)
    np.testing.assert_array_equal(ranges, [8, np.inf, np.inf, 2, np.inf])
    np.testing.assert_array_equal(size, [3, 2, 0, 7, 5])


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("limit", "expected"), [(0.5, 0.5), (1.5, 1.5), (7.0, 4.0), (1e-9, 2e-6)])
def test_the_scale_of_a_limit_follows_the_unit(unit, limit, expected):
    """A row between -2 and 2: the limit, at most the range of 4, at least 1e-6 of the typical value of 2."""
    high, ranges, size = np.array([limit * unit]), np.array([4.0 * unit]), np.array([2.0 * unit])
    found = row_scales(np.array([-np.inf]), high, ranges, size)
    np.testing.assert_allclose(found, expected * unit)


def test_the_scale_of_a_limit_of_zero():
    """One, but no more than the range and no less than 1e-6 of the values."""
    ranges = np.array([4e-9, 4.0, 4e9])
    found = row_scales(np.zeros(3), np.zeros(3), ranges, 0.5 * ranges)
    np.testing.assert_allclose(found, [4e-9, 1.0, 2e3])


def test_no_scale_exceeds_the_usual_one_in_units_near_one():
    random = np.random.default_rng(0)
    ranges, size = 10 ** random.uniform(-3, 5, (2, 1000))
    limit = random.choice([0.0, 1.0], 1000) * 10 ** random.uniform(-3, 5, 1000)
    assert np.all(row_scales(-limit, limit, ranges, size) <= usual_scales(-limit, limit))


def test_rows_without_a_range_keep_the_usual_scale():
    x, y = pt.vector("x", shape=(2,)), pt.scalar("y")
    constraints = [leq(pt.sum(x), 1e-3), leq(pt.sum(x) - y, 1e-3), eq(y, 40.0)]
    variables = [Variable(x, 0, 1), Variable(y, 0, np.inf)]
    problem = Problem(minimize=pt.sum(x) + y, variables=variables, constraints=constraints)
    np.testing.assert_array_equal(compile_problem(problem, tier="now").rows.scale, [1e-3, 1, 40])


def test_the_scale_that_is_given_counts():
    x = pt.vector("x", shape=(2,))
    given = Constraint(x, upper=0.5, scale=[1e-3, 1e3])
    problem = Problem(
        minimize=pt.sum(x), variables=[Variable(x, 0, 1)], constraints=[given, between(0, x[0], 1)]
    )
    rows = compile_problem(problem, tier="now").rows
    np.testing.assert_array_equal(rows.scale, [1e-3, 1e3, 1.0])
    np.testing.assert_array_equal(rows.units[:2], [2.0**-10, 2.0**10])
