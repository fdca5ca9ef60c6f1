"""Convex costs without bounds: proved by what they bend everywhere."""

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.enclosures.derivatives.hessians import HessianBelow
from graphopt.solvers.branching.endless import convex_minimum, least_beyond
from graphopt.structure.lowering import lower


def least_squares(n, rng):
    A, b, x = rng.normal(size=(2 * n, n)), rng.normal(size=2 * n), pt.vector("x", shape=(n,))
    return A, b, x, pt.sum((pt.dot(A, x) - b) ** 2)


@pytest.mark.parametrize("n", [1, 5, 40])
def test_least_squares_without_bounds(n):
    """Against the normal equations, from a point that is nearly theirs."""
    rng = np.random.default_rng(n)
    A, b, x, cost = least_squares(n, rng)
    exact = np.linalg.lstsq(A, b)[0]
    least = np.sum((A @ exact - b) ** 2)
    ends = np.full(n, -np.inf), np.full(n, np.inf)
    proof = convex_minimum(lower([cost], [x]), *ends, incumbent=exact + 1e-3, gap=1e-9)
    assert (proof.stopped, proof.method) == ("gap", "convexity")
    assert proof.lower_bound <= least * (1 + 1e-14)
    assert proof.value <= least + 1e-9


def test_a_multiplier_of_an_equation():
    """Least squares on the plane where the elements add up to 1, by its equations of optimality."""
    rng = np.random.default_rng(0)
    A, b, x, cost = least_squares(6, rng)
    system = np.block([[2 * A.T @ A, np.ones((6, 1))], [np.ones((1, 6)), np.zeros((1, 1))]])
    exact = np.linalg.solve(system, np.concatenate([2 * A.T @ b, [1.0]]))[:6]
    ends = np.full(6, -np.inf), np.full(6, np.inf)
    program, limits = lower([cost, pt.sum(x)], [x]), [(np.ones(1), np.ones(1))]
    proof = convex_minimum(program, *ends, limits=limits, incumbent=exact, gap=1e-6)
    assert proof.stopped == "gap"
    assert abs(proof.value - np.sum((A @ exact - b) ** 2)) <= 1e-9


def test_one_bound_of_two():
    """(x - 1) ** 2 + (y + 2) ** 2 where y may not be negative: 4 at (1, 0)."""
    x = pt.vector("x", shape=(2,))
    program = lower([(x[0] - 1) ** 2 + (x[1] + 2) ** 2], [x])
    ends = np.array([-np.inf, 0.0]), np.array([np.inf, np.inf])
    proof = convex_minimum(program, *ends, incumbent=np.array([0.9, 0.0]), gap=1e-9)
    assert proof.stopped == "gap"
    assert proof.value == pytest.approx(4.0)
    assert 4.0 - 1e-9 <= proof.lower_bound <= 4.0


@pytest.mark.parametrize("bend", [lambda x: pt.tanh(x) ** 2, pt.softplus, pt.cos, lambda x: pt.abs(x)])
def test_nothing_is_proved_of_what_does_not_bend_everywhere(bend):
    x = pt.vector("x", shape=(2,))
    ends = np.full(2, -np.inf), np.full(2, np.inf)
    assert convex_minimum(lower([pt.sum(bend(x))], [x]), *ends, incumbent=np.zeros(2), gap=1.0) is None


def test_the_bound_is_below_the_quadratic_function_everywhere():
    rng = np.random.default_rng(1)
    for n in (1, 3, 8):
        root = rng.normal(size=(n, n))
        Q, g = root @ root.T + 0.1 * np.eye(n), rng.normal(size=n)
        known = HessianBelow(Q[None], np.zeros((1, n, n)), np.array([True]))
        ends = np.full(n, -np.inf), np.full(n, np.inf)
        bound = least_beyond(np.zeros(1), (g[None], g[None]), known, np.zeros(n), *ends)
        assert -np.inf < bound <= -0.5 * g @ np.linalg.solve(Q, g)
        down = HessianBelow(Q[None] - 10 * np.eye(n) * np.trace(Q), np.zeros((1, n, n)), np.array([False]))
        assert least_beyond(np.zeros(1), (g[None], g[None]), down, np.zeros(n), *ends) == -np.inf
