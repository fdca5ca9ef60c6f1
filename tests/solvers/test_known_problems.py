"""Every solver finds the known answers, and the certificate agrees."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.api import maximize, solve
from graphopt.problem import Problem, Variable
from graphopt.solvers import LBFGSB, MultiStart, Status
from known_problems import KNOWN_PROBLEMS

SOLVERS = {"LBFGSB": LBFGSB(), "LBFGSB, short memory": LBFGSB(memory=3)}


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize("known", KNOWN_PROBLEMS, ids=lambda known: known.name)
def test_solver_finds_known_minimum(known, solver):
    x, objective = known.expression()
    problem = Problem(
        minimize=objective, variables=[Variable(x, np.array(known.lower), np.array(known.upper))]
    )
    answer = solve(
        problem, MultiStart(solver, starts=known.starts), x0=np.array(known.x0, dtype=float), tier="now"
    )
    assert answer.status is Status.LOCAL_OPTIMUM, answer.message
    # a projected gradient of 1e-6 leaves the value this close on problems of ordinary curvature
    assert answer.fun == pytest.approx(known.fun, abs=1e-7 * (1 + abs(known.fun)))
    assert np.all(np.array(known.lower) <= answer.x)
    assert np.all(answer.x <= np.array(known.upper))
    if known.x is not None:
        np.testing.assert_allclose(answer.x, known.x, rtol=0, atol=1e-4)


def test_maximum_is_minimum_of_the_negative():
    known = KNOWN_PROBLEMS[10]
    x, objective = known.expression()
    answer = maximize(
        -objective,
        over={x: (np.array(known.lower), np.array(known.upper))},
        x0=np.array(known.x0),
        tier="now",
    )
    assert answer.fun == pytest.approx(-known.fun, abs=1e-9)
    assert answer.success
    assert answer.value == answer.fun


def test_flat_start_of_hs25_is_no_success():
    """From the start in the book, (100, 12.5, 3), the gradient of HS25 is zero to ten digits and the value
    32.8.
    """
    known = next(known for known in KNOWN_PROBLEMS if known.name == "HS25")
    x, objective = known.expression()
    problem = Problem(
        minimize=objective, variables=[Variable(x, np.array(known.lower), np.array(known.upper))]
    )
    answer = solve(problem, x0=np.array([100, 12.5, 3.0]), tier="now")
    assert not (answer.success and answer.fun > 30), answer.message


def test_a_decision_a_rounding_error_from_its_bound_is_put_onto_it():
    x = pt.vector("x", shape=(2,))
    answer = maximize(pt.sigmoid(3 * x[1] - x[0]), over={x: (0, 1)})
    assert answer.x.tolist() == [0.0, 1.0]
    assert answer.active_bounds["x"].tolist() == ["lower", "upper"]
    assert answer.success
