"""Weights carried back: the same in lots of any size, and lost where a value has no bound."""

import numpy as np
import pytest

from graphopt.enclosures.linear import backward
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.structure.forms import Form, group_form
from graphopt.structure.program import Group, Program
from tests.enclosures.recurrent import lstm_program
from tests.programs import random_program


@pytest.mark.parametrize("rounds", [0, 2])
def test_lots_do_not_matter(monkeypatch, rounds):
    rng = np.random.default_rng(0)
    program = random_program(rng, [2, 9, 7, 2], "tanh", 2.0)
    lower = rng.normal(size=(10, 2))
    whole = linear_bounds(program, lower, lower + 0.5, rounds=rounds)
    monkeypatch.setattr(backward, "WORKING_SET", 100)
    lots = linear_bounds(program, lower, lower + 0.5, rounds=rounds)
    for name in ("lower", "upper", "slope_lower", "constant_upper"):
        np.testing.assert_allclose(getattr(lots, name), getattr(whole, name), rtol=1e-10, atol=1e-12)


def test_affine_programs_are_exact():
    program = Program((Group("input", 2),), (Form(np.array([1.0]), {0: np.array([[2.0, -3.0]])}),))
    found = linear_bounds(program, np.array([[0.0, -1.0]]), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose([found.lower[0, 0], found.upper[0, 0]], [-2, 6], rtol=1e-13)
    np.testing.assert_allclose(found.slope_lower[0, 0], [2, -3])
    np.testing.assert_allclose(found.constant_upper[0, 0], 1.0)


def test_no_line_where_a_value_has_no_bound():
    """log(x) + y on [0, 1] x [2, 3]: nothing below; above what intervals know, flat; and no NaN."""
    x = Form(np.zeros(1), {0: np.array([[1.0, 0.0]])})
    output = Form(np.zeros(1), {0: np.array([[0.0, 1.0]]), 1: np.eye(1)})
    program = Program((Group("input", 2), Group("log", 1, (x,))), (output,))
    found = linear_bounds(program, np.array([[0.0, 2.0]]), np.array([[1.0, 3.0]]))
    assert found.lower[0, 0] == found.constant_lower[0, 0] == -np.inf
    assert found.upper[0, 0] == found.constant_upper[0, 0] == pytest.approx(3.0)
    assert not found.slope_lower.any()
    assert not found.slope_upper.any()


def test_boxes_without_ends_are_bounded_where_functions_are():
    program = Program((Group("input", 2), Group("sigmoid", 2, (group_form(0, 2),))), (group_form(1, 2),))
    found = linear_bounds(program, np.array([[-np.inf, 0.0]]), np.array([[np.inf, np.inf]]))
    assert (found.lower[0] >= [0.0, 0.4999]).all()
    assert (found.upper[0] <= 1.0).all()


def test_outputs_can_be_chosen():
    program = lstm_program(np.random.default_rng(0), 3, 2)
    program = Program(program.groups, (program.outputs[0], group_form(1, program.groups[1].size)))
    lower, upper = -np.ones((2, 2)), np.ones((2, 2))
    every = linear_bounds(program, lower, upper)
    second = linear_bounds(program, lower, upper, outputs=[1])
    assert every.lower.shape == (2, 1 + program.groups[1].size)
    np.testing.assert_array_equal(every.lower[:, 1:], second.lower)
    np.testing.assert_array_equal(every.slope_upper[:, 1:], second.slope_upper)
