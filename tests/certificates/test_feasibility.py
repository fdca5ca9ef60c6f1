"""Whether a point counts as feasible: exactly in its box, and each row within what its scale allows."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.certificates.feasibility import rows_kept, worst_breach
from graphopt.problem import Problem, Variable, compile_problem, leq


def test_the_box_holds_exactly_or_not():
    lower, upper = np.zeros(3), np.ones(3)
    assert worst_breach(np.array([0.0, 0.5, 1.0]), lower, upper) == (0.0, -1)
    breach, where = worst_breach(np.array([-1e-300, 0.5, 1.0 + 2**-52]), lower, upper)
    assert (breach, where) == (2**-52, 2)
    assert worst_breach(np.array([0.0, np.nan, 1.0]), lower, upper) == (np.inf, 1)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_rows_hold_to_a_millionth_of_their_scale(unit):
    x = pt.vector("x", shape=(2,), dtype="float64")
    limits = [leq(unit * pt.sum(x), unit, name="total"), leq(pt.log(x[1]), 0.0, name="log")]
    problem = Problem(minimize=pt.sum(x), variables=[Variable(x, 0, 1)], constraints=limits)
    rows = compile_problem(problem, tier="now").rows
    assert rows_kept(rows, np.array([unit * (1 + 0.9e-6), 0.0]))[0]
    kept, why = rows_kept(rows, np.array([unit * (1 + 2e-6), 0.0]))
    assert not kept
    assert (
        why
        == f"'total' is breached by {2e-6 * unit:.3g}, more than the {1e-6 * unit:.1e} that counts as none"
    )
    assert rows_kept(rows, np.array([0.0, np.nan])) == (False, "'log' is NaN here")


def test_answers_say_which_row_is_breached_or_undefined():
    x = pt.vector("x", shape=(2,), dtype="float64")
    undefined = [go.geq(pt.log(x[0] - 5), -1.0, name="log")]
    answer = go.minimize(pt.sum(x**2), over={x: (-1, 1)}, constraints=undefined)
    assert not answer.success
    assert "'log' is NaN here" in answer.message


def test_a_problem_without_an_end_says_only_that():
    x = pt.vector("x", shape=(2,), dtype="float64")
    answer = go.minimize(-pt.sum(x), over={x: (0, None)}, constraints=[go.geq(x[0], 1.0)])
    assert not answer.success
    assert answer.message.endswith("(the objective is unbounded)")
