"""Multipliers against those that a problem was made from; Newton steps against closed forms."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.problem import Problem, Variable, compile_problem, eq, leq
from graphopt.solvers.constrained.kkt import Active, active_limits, fitted_multipliers
from graphopt.solvers.constrained.newton_kkt import polished, state_of
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram


@pytest.mark.parametrize("seed", range(5))
def test_multipliers_of_a_made_problem_are_found(seed):
    rng = np.random.default_rng(seed)
    n, m = 8, 4
    jacobian = rng.normal(size=(m, n))
    high, low = np.array([True, False, True, False]), np.array([False, True, True, False])
    at_upper = np.arange(n) == 1
    at_lower = np.arange(n) == 5
    rows = np.array([1.5, -0.5, -2.0, 0.0])  # at its upper, its lower, both (an equality), no limit
    bounds = np.where(at_upper, 0.7, np.where(at_lower, -0.3, 0.0))
    gradient = -(rows @ jacobian + bounds)
    kkt = fitted_multipliers(gradient, jacobian, Active(high, low, at_upper, at_lower))
    np.testing.assert_allclose(kkt.rows, rows, atol=1e-10)
    np.testing.assert_allclose(kkt.bounds, bounds, atol=1e-10)
    assert kkt.largest <= 1e-12


def test_no_multipliers_no_help():
    """A gradient that points into the box is left over."""
    active = active_limits(
        np.array([0.0]), np.array([]), (np.zeros(1), np.ones(1)), (np.zeros(0), np.zeros(0)), near=0.0
    )
    kkt = fitted_multipliers(np.array([-2.0]), np.zeros((0, 1)), active)
    assert (kkt.largest, kkt.bounds.tolist()) == (2.0, [0.0])


def test_newton_steps_give_the_last_digits():
    """min x0 + x1 on the circle of radius sqrt(2) is at (-1, -1)."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    problem = Problem(minimize=pt.sum(x), variables=[Variable(x)], constraints=[eq(pt.sum(x**2), 2)])
    program = NonlinearProgram(compile_problem(problem, tier="now"), np.ones(2))
    rough = np.array([-1.02, -0.97])
    z = polished(program, rough)
    np.testing.assert_allclose(z, -1, atol=1e-12)
    state = state_of(program, z)
    assert state.error <= 1e-12 < state_of(program, rough).error
    np.testing.assert_allclose(state.kkt.rows, [0.5])


def test_newton_steps_find_the_active_bound_and_limit():
    """min (x0 - 2)^2 + (x1 - 2)^2 with x0 <= 1 and x0 + x1 <= 2.5 is at (1, 1.5)."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    problem = Problem(
        minimize=pt.sum((x - 2) ** 2), variables=[Variable(x, 0, [1, 5])], constraints=[leq(pt.sum(x), 2.5)]
    )
    program = NonlinearProgram(compile_problem(problem, tier="now"), np.zeros(2))
    z = polished(program, np.array([1 - 1e-8, 1.5 - 1e-7]))
    np.testing.assert_allclose(z, [1, 1.5], atol=1e-13)
