"""Interval gradients against the slopes of programs at points."""

import numpy as np
import pytest

from graphopt.enclosures.derivatives.gradients import gradient_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.structure.forms import Form, group_form
from graphopt.structure.functions import FUNCTIONS
from graphopt.structure.program import Group, Program
from tests.enclosures.functions import UNARY
from tests.programs import dense_program, grid, random_network, random_program


def slopes_at(weights, biases, activation, x):
    """Return the derivative of a dense network by the chain rule, (points, outputs, inputs)."""
    total = np.repeat(np.eye(x.shape[1])[None], len(x), axis=0)
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        z = x @ W + b
        x = FUNCTIONS[activation].value(z, 0.0)
        total = FUNCTIONS[activation].slope(z, 0.0)[0][:, :, None] * (W.T @ total)
    return weights[-1].T @ total


EVERYWHERE = [
    name for name, parameter in UNARY if parameter == 0.0 and name not in ("power", "log", "log1p", "sqrt")
]


@pytest.mark.parametrize("activation", EVERYWHERE)
def test_bounds_contain_the_gradient_on_grids(activation):
    rng = np.random.default_rng(0)
    for scale in (0.3, 1.0) if activation == "exp" else (0.3, 1.0, 3.0):
        weights, biases, activations = random_network(rng, [2, 5, 4, 3], activation, scale)
        program = dense_program(weights, biases, activations)
        centre, radius = rng.normal(size=(8, 2)), 10.0 ** rng.uniform(-4, 0, (8, 2))
        lower, upper = centre - radius, centre + radius
        low, high = gradient_bounds(program, linear_bounds(program, lower, upper).enclosure)
        for b in range(8):
            found = slopes_at(weights, biases, activation, grid(lower[b], upper[b], 9))
            error = 1e-13 * np.abs(found).max()
            assert (low[b] - error <= found).all()
            assert (found <= high[b] + error).all()


def test_a_narrow_box_has_a_narrow_gradient():
    rng = np.random.default_rng(3)
    program = random_program(rng, [3, 20, 20, 1], "tanh")
    x = rng.normal(size=(4, 3))
    low, high = gradient_bounds(program, linear_bounds(program, x - 1e-7, x + 1e-7).enclosure)
    assert (high - low).max() < 1e-4


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "softplus"])
def test_positive_weights_make_a_network_monotone(activation):
    """Increasing functions of sums with positive weights increase, saturated or not: proved, not nearly."""
    rng = np.random.default_rng(0)
    weights, biases, activations = random_network(rng, [3, 10, 10, 1], activation, 100.0)
    weights = [np.abs(W) for W in weights]
    weights[0][:, 1] *= -1.0
    weights[1][1] *= -1.0
    program = dense_program(weights, biases, activations)
    low, high = gradient_bounds(program, linear_bounds(program, -np.ones((1, 3)), np.ones((1, 3))).enclosure)
    assert (low >= 0).all()
    assert (high > 0).all()


def test_products_and_powers():
    """x y at x in [1, 2], y in [-1, 3]: dx in [-1, 3], dy in [1, 2]; (x y) ** 3 multiplies by 3 (x y) ** 2,
    with x y in [-2, 6]: 0 to 108."""
    x, y = Form(np.zeros(1), {0: np.array([[1.0, 0.0]])}), Form(np.zeros(1), {0: np.array([[0.0, 1.0]])})
    groups = (
        Group("input", 2),
        Group("product", 1, (x, y)),
        Group("power", 1, (group_form(1, 1),), parameter=3.0),
    )
    program = Program(groups, (group_form(1, 1), group_form(2, 1)))
    enclosure = linear_bounds(program, np.array([[1.0, -1.0]]), np.array([[2.0, 3.0]])).enclosure
    low, high = gradient_bounds(program, enclosure, output=0)
    np.testing.assert_allclose(low[0, 0], [-1, 1], rtol=1e-12)
    np.testing.assert_allclose(high[0, 0], [3, 2], rtol=1e-12)
    low, high = gradient_bounds(program, enclosure, output=1)
    np.testing.assert_allclose(low[0, 0], [-108, 0], rtol=1e-12, atol=1e-90)
    np.testing.assert_allclose(high[0, 0], [324, 216], rtol=1e-12)


def test_an_output_without_inputs_has_no_slope():
    program = Program((Group("input", 2),), (Form(np.ones(3)),))
    low, high = gradient_bounds(program, linear_bounds(program, np.zeros((4, 2)), np.ones((4, 2))).enclosure)
    assert low.shape == high.shape == (4, 3, 2)
    assert not low.any()
    assert not high.any()
