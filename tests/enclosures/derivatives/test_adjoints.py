"""Interval adjoints against derivatives at points, and against the gradients they are made for."""

import numpy as np

from graphopt.enclosures.derivatives.adjoints import adjoint_bounds, multiplied
from graphopt.enclosures.derivatives.gradients import gradient_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from tests.programs import random_program


def test_a_weighted_sum_has_the_weighted_gradient_of_its_rows():
    rng = np.random.default_rng(0)
    program = random_program(rng, [3, 6, 5, 4], "tanh", 2.0)
    centre = rng.normal(size=(8, 3))
    enclosure = linear_bounds(program, centre - 1e-9, centre + 1e-9).enclosure
    low, high = gradient_bounds(program, enclosure)
    weights = np.array([[1.0, -2.0, 0.5, 0.0]])
    found = adjoint_bounds(program, enclosure, {0: weights})[0]
    expected = np.einsum("m,bmn->bn", weights[0], 0.5 * (low + high))
    np.testing.assert_allclose(found[0][:, 0], expected, atol=1e-6)
    np.testing.assert_allclose(found[1][:, 0], expected, atol=1e-6)


def test_the_adjoints_of_hidden_elements_hold_their_derivatives():
    """Two layers: the derivative by the first is slope times weights of the second, by hand."""
    rng = np.random.default_rng(1)
    program = random_program(rng, [2, 4, 3, 1], "tanh", 1.5)
    centre, radius = rng.normal(size=(20, 2)), 10.0 ** rng.uniform(-3, 0, (20, 1))
    enclosure = linear_bounds(program, centre - radius, centre + radius).enclosure
    found = adjoint_bounds(program, enclosure, {0: np.ones((1, 1))})
    inner, outer = program.groups[2].arguments[0].terms[1], program.outputs[0].terms[2]
    for _ in range(50):
        values = program.values(centre + radius * rng.uniform(-1, 1, centre.shape))
        last = np.broadcast_to(outer, values[2].shape)
        first = (last * (1.0 - values[2] ** 2)) @ inner
        for g, derivative in ((1, first), (2, last)):
            assert (found[g][0][:, 0] <= derivative + 1e-14).all()
            assert (derivative <= found[g][1][:, 0] + 1e-14).all()


def test_products_of_intervals_keep_their_signs():
    tiny = np.array([1e-200])
    low, high = multiplied((tiny, tiny), (tiny, tiny))
    assert 0 <= low[0] <= high[0]
    assert high[0] > 0
    low, high = multiplied((np.array([0.0]), np.array([np.inf])), (np.array([0.0]), np.array([2.0])))
    assert (low[0], high[0]) == (0.0, np.inf)
