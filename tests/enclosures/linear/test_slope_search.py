"""Bounds with lines chosen anew: never looser, and valid."""

from itertools import pairwise

import numpy as np
import pytest

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.structure.forms import Form, group_form, scaled
from graphopt.structure.program import Group, Program
from tests.programs import random_program


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "softplus"])
def test_rounds_tighten(activation):
    rng = np.random.default_rng(0)
    program = random_program(rng, [3, 20, 20, 2], activation, 2.0)
    lower = rng.uniform(-1, 1, (16, 3))
    found = [linear_bounds(program, lower, lower + 0.3, rounds=rounds) for rounds in (0, 1, 5, 20)]
    for before, after in pairwise(found):
        assert (after.lower >= before.lower).all()
        assert (after.upper <= before.upper).all()
    assert np.mean(found[-1].upper - found[-1].lower) < 0.95 * np.mean(found[0].upper - found[0].lower)


def test_many_rounds_find_the_best_slope_of_relu():
    """|x| - x / 5 on [-1, 2], as ``relu(x) + relu(-x) - x / 5``, is at least ``(a - b - 1 / 5) x`` for slopes
    a and b from 0 to 1. The first, a = 1 and b = 0, is worse than intervals, -0.4; the best gives 0."""
    x = group_form(0, 1)
    groups = (Group("input", 1), Group("relu", 1, (x,)), Group("relu", 1, (scaled(x, -1.0),)))
    output = Form(np.zeros(1), {0: np.array([[-0.2]]), 1: np.eye(1), 2: np.eye(1)})
    program = Program(groups, (output,))
    box = np.array([[-1.0]]), np.array([[2.0]])
    assert linear_bounds(program, *box).lower[0, 0] == pytest.approx(-0.4)
    assert linear_bounds(program, *box, rounds=300).lower[0, 0] == pytest.approx(0.0, abs=0.05)


def test_tangents_move_to_the_least_value():
    """exp(x) - x on [-1, 2] has its minimum, 1, at 0: the tangent there, of slope 1, proves it."""
    x = group_form(0, 1)
    output = Form(np.zeros(1), {0: -np.eye(1), 1: np.eye(1)})
    program = Program((Group("input", 1), Group("exp", 1, (x,))), (output,))
    box = np.array([[-1.0]]), np.array([[2.0]])
    assert linear_bounds(program, *box).lower[0, 0] < 0.2
    assert linear_bounds(program, *box, rounds=300).lower[0, 0] == pytest.approx(1.0, abs=0.05)
