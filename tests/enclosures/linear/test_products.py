"""Products whose factors share inputs: planes that know it."""

import numpy as np
import pytest

from graphopt.enclosures.linear.backward import Backward
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.enclosures.linear.products import range_of, spans_of
from graphopt.structure.forms import Form, group_form
from graphopt.structure.program import Group, Program
from tests.programs import grid


def product_of(first, second):
    """Return the program of ``(first . x) * (second . x)``."""
    arguments = tuple(Form(np.zeros(1), {0: np.array([factor])}) for factor in (first, second))
    return Program((Group("input", len(first)), Group("product", 1, arguments)), (group_form(1, 1),))


def test_spans_of_factors_that_are_the_same():
    """For x * x on [-1, 3] the sum is in [-2, 6] and the difference is 0."""
    program = product_of([1.0], [1.0])
    box = np.array([[-1.0]]), np.array([[3.0]])
    spans = spans_of(Backward(program, box), program.groups[1], [box, box], [np.full((1, 1), 3.0)] * 2)
    assert spans.scale.item() == 1.0
    np.testing.assert_allclose(np.ravel(spans.total), [-2, 6], rtol=1e-12)
    np.testing.assert_allclose(np.ravel(spans.difference), [0, 0], atol=1e-12)
    np.testing.assert_allclose(np.ravel(range_of(spans)), [0, 9], atol=1e-11)


def test_a_product_of_equal_factors_has_the_tangent_of_the_square():
    """x * x on [-1, 3]: below it the tangent in the middle, 2 x - 1."""
    found = linear_bounds(product_of([1.0], [1.0]), np.array([[-1.0]]), np.array([[3.0]]))
    np.testing.assert_allclose(found.slope_lower.item(), 2.0)
    np.testing.assert_allclose(found.constant_lower.item(), -1.0)


def test_factors_at_right_angles():
    """(x + y) (x - y) is x ** 2 - y ** 2, in [-1, 1]; the intervals of the factors, [-2, 2], say [-4, 4]."""
    p, q = np.array([1.0, 1.0]), np.array([1.0, -1.0])
    found = linear_bounds(product_of(p, q), -np.ones((1, 2)), np.ones((1, 2)))
    np.testing.assert_allclose([found.lower.item(), found.upper.item()], [-1, 1], rtol=1e-12)


@pytest.mark.parametrize("ratio", [1e-6, 0.3, 1.0, 1e3, 0.0])
def test_products_of_random_factors_hold(ratio):
    rng = np.random.default_rng(0)
    for _ in range(50):
        program = product_of(rng.normal(size=2), ratio * rng.normal(size=2))
        lower = rng.normal(size=(1, 2))
        upper = lower + 10.0 ** rng.uniform(-3, 1, (1, 2))
        found = linear_bounds(program, lower, upper)
        x = np.clip(grid(lower[0], upper[0], 15), lower[0], upper[0])
        y = program(x)[0][:, 0]
        assert found.lower.item() <= y.min()
        assert y.max() <= found.upper.item()
        assert (x @ found.slope_lower[0, 0] + found.constant_lower.item() <= y).all()
        assert (y <= x @ found.slope_upper[0, 0] + found.constant_upper.item()).all()
