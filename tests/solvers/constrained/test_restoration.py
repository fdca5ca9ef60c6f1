"""Feasible points from infeasible ones."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.problem import Problem, Variable, compile_problem, eq, geq, leq
from graphopt.solvers.constrained import restoration
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.restoration import restored

x = pt.vector("x", shape=(4,), dtype="float64")


def program(*constraints):
    problem = Problem(minimize=pt.sum(x), variables=[Variable(x, -1, 1)], constraints=constraints)
    return NonlinearProgram(compile_problem(problem, tier="now"), np.zeros(4))


@pytest.mark.parametrize("dense", [400, 0])
def test_restored_point_is_feasible_and_in_the_box(monkeypatch, dense):
    monkeypatch.setattr(restoration, "DENSE_BELOW", dense)
    asked = program(eq(pt.sum(x), 2.5), geq(x[0] * x[1], 0.5), leq(pt.exp(x[2]), 2))
    for start in np.random.default_rng(0).uniform(-1, 1, (5, 4)):
        z = restored(asked, start)
        assert np.all(np.abs(z) <= 1)
        if asked.infeasibility(asked.at(z).values) > 1:  # a minimum of the breaches that is not global
            assert start[0] + start[1] < 0.5
    z = restored(asked, np.full(4, 0.4))
    assert asked.infeasibility(asked.at(z).values) <= 1


def test_one_affine_equality_is_projected_on():
    """The nearest point of sum(x) = 1 to the origin has equal elements."""
    z = restored(program(eq(pt.sum(x), 1)), np.zeros(4))
    np.testing.assert_allclose(z, 0.25, atol=1e-8)


def test_where_nothing_is_feasible_the_breaches_are_least():
    """x0 = 1 and x0 = 0 disagree most evenly at one half."""
    z = restored(program(eq(x[0], 1), eq(x[0], 0)), np.array([0.9, 0, 0, 0]))
    assert z[0] == pytest.approx(0.5, abs=1e-8)
