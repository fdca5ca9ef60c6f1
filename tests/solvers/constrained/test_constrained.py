"""Problems of Hock and Schittkowski: found, verified, and no point called an optimum that is none."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.certificates.constrained import certify_constrained
from graphopt.errors import InvalidType
from graphopt.problem import Problem, Variable, compile_problem, leq, rate
from graphopt.solvers import LBFGSB
from graphopt.solvers.constrained.augmented_lagrangian import AugmentedLagrangian
from graphopt.solvers.constrained.choosing import choose_constrained, solve_constrained
from graphopt.solvers.constrained.slsqp import SLSQP
from graphopt.solvers.local.starts import all_starts
from known_constrained_problems import KNOWN_CONSTRAINED

TOLERANCE = 1e-6  # of the value, relative; and of the breaches, absolute
UNSOLVED = {"HS13"}  # without multipliers: found, but nothing to verify it by
BRISK = ["HS6", "HS13", "HS16", "HS24", "HS33", "HS36", "HS44", "HS55", "HS65", "HS71", "HS73", "HS78"]
BRISK += ["HS86", "HS98", "HS103", "HS118"]


def ends(known):
    """Return (run, certificate) from every start."""
    problem, x0 = known.problem()
    compiled = compile_problem(problem, tier="now")
    starts = all_starts(problem, x0, (), known.starts, sampling="sobol", seed=0)
    runs = solve_constrained(compiled, starts)
    return [(run, certify_constrained(compiled, run.x, run.fun)) for run in runs]


def is_near(value, wanted):
    return abs(value - wanted) <= TOLERANCE * max(1.0, abs(wanted))


def check(known):
    """Return whether the minimum was found and verified, after checking that nothing else is called one."""
    found = ends(known)
    for run, certificate in found:
        assert np.all((run.x >= known.lower) & (run.x <= known.upper))
        if certificate.stationary:
            assert certificate.maxcv <= TOLERANCE
            assert any(is_near(run.fun, value) for value in (known.fun, *known.local)), run.fun
    return any(c.stationary and is_near(run.fun, known.fun) for run, c in found)


@pytest.mark.parametrize(
    "known",
    [k if k.name in BRISK else pytest.param(k, marks=pytest.mark.slow) for k in KNOWN_CONSTRAINED],
    ids=lambda known: known.name,
)
def test_minimum_is_found_and_verified(known):
    assert check(known) or known.name in UNSOLVED


def test_most_are_solved():
    assert len(KNOWN_CONSTRAINED) >= 60
    assert all(known.x0.size <= 20 for known in KNOWN_CONSTRAINED)
    assert len(UNSOLVED) <= 0.1 * len(KNOWN_CONSTRAINED)


def test_a_minimum_without_multipliers_is_found_but_not_verified():
    known = next(k for k in KNOWN_CONSTRAINED if k.name == "HS13")
    ((run, certificate),) = ends(known)
    assert run.fun == pytest.approx(1.0, abs=1e-3)
    assert certificate.feasible
    assert not certificate.stationary


def small(*constraints, n=3):
    x = pt.vector("x", shape=(n,), dtype="float64")
    problem = Problem(minimize=pt.sum((x - 1) ** 2), variables=[Variable(x, 0, 2)], constraints=constraints)
    return compile_problem(problem, tier="now")


def test_choice_says_why():
    solver, why = choose_constrained(small(rate("x", 0.1)))
    assert isinstance(solver, SLSQP)
    assert "3 decisions and 2 linear constraint rows" in why
    solver, why = choose_constrained(small(rate("x", 0.1), leq(lambda v: v["x"][0] ** 2, 1), n=300))
    assert isinstance(solver, AugmentedLagrangian)
    assert "300 decisions and 300 nonlinear constraint rows" in why


def test_runs_repeat_exactly():
    known = next(k for k in KNOWN_CONSTRAINED if k.name == "HS36")
    first, again = ends(known), ends(known)
    assert [run.x.tolist() for run, _ in first] == [run.x.tolist() for run, _ in again]


def test_a_solver_for_boxes_becomes_the_inner_one():
    compiled = small(leq(lambda v: pt.sum(v["x"]), 1.5))
    (run,) = solve_constrained(compiled, [np.zeros(3)], solver=LBFGSB())
    assert "augmented Lagrangian" in run.message
    np.testing.assert_allclose(run.x, 0.5, atol=1e-9)


def test_another_thing_is_no_solver():
    with pytest.raises(InvalidType, match="SLSQP"):
        solve_constrained(small(rate("x", 0.1)), [np.zeros(3)], solver="slsqp")


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_multipliers_are_in_the_units_of_the_problem(sense):
    """min (x - 1)^2 + (y - 2)^2 over x + y <= 2 has the multiplier 1; a unit of 1000 divides it by 1000."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    cost = (x[0] / 1e3 - 1) ** 2 + (x[1] - 2) ** 2
    problem = Problem(
        **{sense: cost if sense == "minimize" else -cost},
        variables=[Variable(x, [-1e4, -10], [1e4, 10], scale=[1e3, 1])],
        constraints=[leq(x[0] + 1e3 * x[1], 2e3)],
    )
    (run,) = solve_constrained(compile_problem(problem, tier="now"), [np.zeros(2)])
    np.testing.assert_allclose(run.x, [500, 1.5], rtol=1e-9)
    np.testing.assert_allclose(run.multipliers, [1e-3], rtol=1e-7)
