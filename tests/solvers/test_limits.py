"""What exact methods count as keeping a limit: rows in units of their scales, one measure for all."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.problem import Problem, Variable, compile_problem
from graphopt.problem.constraints import Constraint
from graphopt.routes.exact import ExactQuestion
from graphopt.solvers.limits import TOLERANCE, Limits


def test_points_and_boxes_have_one_measure():
    limits = Limits.of_rows(np.array([-np.inf, 0.5]), np.array([1.0, np.inf]))
    inside, beyond = 0.9 * TOLERANCE, 1.1 * TOLERANCE
    points = np.array([[1.0, 0.5], [1.0 + inside, 0.5 - inside], [1.0 + beyond, 0.5], [1.0, 0.5 - beyond]])
    np.testing.assert_array_equal(limits.kept(points), [True, True, False, False])
    np.testing.assert_array_equal(limits.broken(points, points), [False, False, True, True])
    np.testing.assert_array_equal(limits.excess(points) > 0, [False, False, True, True])


def test_rounding_of_a_large_limit_is_no_breach():
    limits = Limits.of_rows(np.array([1e9]), np.array([1e9]))
    assert limits.kept(np.array([[1e9 * (1 + 2e-16)]]))[0]
    assert not limits.kept(np.array([[1e9 * (1 + 1e-12)]]))[0]


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e6])
def test_rows_come_in_units_of_the_scale_that_is_given(scale):
    x = pt.vector("x", shape=(2,), dtype="float64")
    limit = Constraint(scale * pt.sum(pt.tanh(x)), upper=0.5 * scale, scale=scale)
    problem = Problem(minimize=-pt.sum(x), variables=[Variable(x, 0, 1)], constraints=[limit])
    question = ExactQuestion(compile_problem(problem, tier="now"))
    ((low, high),) = question.limits
    assert low == -np.inf
    assert 0.5 / np.sqrt(2) <= high <= 0.5 * np.sqrt(2)
    row = question.program(np.array([[0.3, 0.4]]))[1][0, 0]
    assert row / high == pytest.approx((np.tanh(0.3) + np.tanh(0.4)) / 0.5, rel=1e-14)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_search_over_boxes_keeps_limits_in_any_unit(unit):
    """The most of x + y where tanh(x) + tanh(y) is at most a half: at x = 0 or y = 0, by convexity."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    answer = go.maximize(
        pt.sum(x),
        over={x: (0, 1)},
        certify=True,
        gap=1e-4,
        constraints=[go.leq(unit * pt.sum(pt.tanh(x)), 0.5 * unit)],
    )
    assert answer.certificate.proved
    assert answer.fun == pytest.approx(np.arctanh(0.5), abs=1e-4)
    assert answer.maxcv <= 1e-6 * unit
