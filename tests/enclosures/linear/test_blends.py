"""Blends stay between their two ends, however many follow each other."""

import numpy as np
import pytest

from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.structure.forms import Form, added, constant_form, group_form, scaled
from graphopt.structure.program import Group, Program
from tests.enclosures.recurrent import gru_program


@pytest.mark.parametrize("turned", [False, True])
def test_a_blend_of_a_constant(turned):
    """tanh(x) + sigmoid(y) (3 - tanh(x)), x and y in [-1, 1], lies between tanh(-1) and 3; as a sum and a
    product, intervals put it above 3."""
    x, y = (Form(np.zeros(1), {0: np.array([row])}) for row in ([1.0, 0.0], [0.0, 1.0]))
    gate, change = group_form(2, 1), added(constant_form(np.full(1, 3.0)), scaled(group_form(1, 1), -1.0))
    factors = (change, gate) if turned else (gate, change)
    groups = (
        Group("input", 2),
        Group("tanh", 1, (x,)),
        Group("sigmoid", 1, (y,)),
        Group("product", 1, factors),
    )
    program = Program(groups, (added(group_form(1, 1), group_form(3, 1)),))
    box = -np.ones((1, 2)), np.ones((1, 2))
    found = linear_bounds(program, *box, refine=False)
    assert found.upper.item() <= 3.0 + 1e-12
    assert found.lower.item() >= np.tanh(-1.0) - 1e-12
    assert interval_bounds(program, *box).outputs[0][1].item() > 3.0


@pytest.mark.parametrize("scale", [3.0, 1e3])
def test_the_state_of_a_gru_stays_between_minus_one_and_one(scale):
    """So an output w . h lies within the sum of the magnitudes of w, where intervals explode."""
    rng = np.random.default_rng(0)
    program = gru_program(rng, 6, 12, 2, scale)
    lower, upper = -np.ones((1, program.size)), np.ones((1, program.size))
    found, plain = linear_bounds(program, lower, upper), interval_bounds(program, lower, upper).outputs[0]
    reach = sum(np.abs(matrix).sum() for g, matrix in program.outputs[0].terms.items()) / 2.0
    assert found.upper.item() <= reach * (1 + 1e-9)
    assert found.lower.item() >= -reach * (1 + 1e-9)
    assert plain[1].item() > 3.0 * reach
    y = program(rng.choice([-1.0, 1.0], (2000, program.size)))[0]
    assert found.lower.item() <= y.min()
    assert y.max() <= found.upper.item()
