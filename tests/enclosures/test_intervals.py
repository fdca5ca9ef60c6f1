"""Interval bounds: worked examples, boxes without ends, what parents know."""

import numpy as np
import pytest

from graphopt.enclosures.intervals import form_range, interval_bounds
from graphopt.structure.forms import Form, compact, group_form
from graphopt.structure.program import Group, Program
from tests.programs import dense_program, random_program


def test_a_worked_example():
    """relu(x - 2 y + 1) with x in [0, 1] and y in [-1, 1]: the argument is in [-1, 4]; twice it, less 3."""
    weights, biases = [np.array([[1.0], [-2.0]]), np.array([[2.0]])], [np.ones(1), np.array([-3.0])]
    program = dense_program(weights, biases, ["relu", None])
    found = interval_bounds(program, np.array([[0.0, -1.0]]), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose(np.ravel(found.arguments[1][0]), [-1, 4], rtol=1e-13)
    np.testing.assert_allclose(np.ravel(found.values[1]), [0, 4], rtol=1e-13)
    np.testing.assert_allclose(np.ravel(found.outputs[0]), [-3, 5], rtol=1e-13)


def test_products_and_shared_values():
    """x (1 - x) on [0, 1] by intervals is in [0, 1]: that both factors hold the same x is forgotten."""
    x = group_form(0, 1)
    program = Program(
        (Group("input", 1), Group("product", 1, (x, Form(np.ones(1), {0: -np.eye(1)})))), (group_form(1, 1),)
    )
    found = interval_bounds(program, np.zeros((1, 1)), np.ones((1, 1)))
    np.testing.assert_allclose(np.ravel(found.outputs[0]), [0, 1], atol=1e-13)


@pytest.mark.parametrize("wrap", [np.asarray, compact], ids=["dense", "compact"])
def test_values_without_bounds(wrap):
    """[1, inf) and (-inf, inf): only the sums that need a missing end have none."""
    matrix = np.zeros((4, 3000))
    matrix[:, :2] = [[1.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    matrix[:, 2] = 1.0
    form = Form(np.zeros(4), {0: wrap(matrix)})
    lower, upper = np.zeros((1, 3000)), np.zeros((1, 3000))
    lower[0, :3], upper[0, :3] = [1.0, -np.inf, 5.0], [np.inf, np.inf, 6.0]
    low, high, _ = form_range(form, [(lower, upper)])
    np.testing.assert_allclose(low[0], [6, -np.inf, -np.inf, 5], rtol=1e-11)
    np.testing.assert_allclose(high[0], [np.inf, 4, np.inf, 6], rtol=1e-11)


def test_copies_are_exact():
    form = Form(np.zeros(2), {0: np.array([[0.0, 1.0], [-1.0, 0.0]])})
    low, high, _ = form_range(form, [(np.array([[0.0, 0.1]]), np.array([[0.3, 0.7]]))])
    assert low.tolist() == [[0.1, -0.3]]
    assert high.tolist() == [[0.7, 0.0]]


def test_bounds_stay_within_those_of_a_parent():
    rng = np.random.default_rng(0)
    program = random_program(rng, [2, 6, 6, 1], "sigmoid", 3.0)
    lower, upper = -np.ones((1, 2)), np.ones((1, 2))
    parent = interval_bounds(program, lower, upper)
    tighter = interval_bounds(program, lower / 2, upper / 2)
    found = interval_bounds(program, lower, upper, within=tighter)
    np.testing.assert_array_equal(found.outputs[0], tighter.outputs[0])
    found = interval_bounds(program, lower / 2, upper / 2, within=parent)
    np.testing.assert_array_equal(found.outputs[0], tighter.outputs[0])
