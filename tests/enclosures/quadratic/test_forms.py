"""Ranges of quadratic functions over the box from -1 to 1."""

import numpy as np
import pytest

from graphopt.enclosures.quadratic.forms import Quadratics, bends_of_product, count, pairs, range_of
from tests.programs import grid


def quadratics(slopes, bends, symbols=(), rest=0.0):
    """Return one quadratic function of one element: slopes (n,), bends (pairs,), symbols (s,)."""
    parts = [np.array(part, dtype=float).reshape(1, -1, 1) for part in (slopes, bends, symbols)]
    return Quadratics(np.zeros((1, 1)), *parts, np.full((1, 1), rest))


def test_pairs_of_fewer_inputs_come_first():
    i, j = pairs(4)
    assert len(i) == count(4) == 10
    np.testing.assert_array_equal(i[: count(3)], pairs(3)[0])
    np.testing.assert_array_equal(j[: count(3)], pairs(3)[1])
    assert set(zip(i, j)) == {(a, b) for b in range(4) for a in range(b + 1)}


@pytest.mark.parametrize(
    ("slopes", "bends", "lower", "upper"),
    [
        ([1.0], [2.0], -0.125, 3.0),  # u + 2 u ** 2 has its least value at -1 / 4
        ([0.0, 0.0], [0.0, 1.0, 0.0], -1.0, 1.0),  # u v
        ([3.0, 2.0], [0.0, -1.0, 0.0], -6.0, 4.0),  # 3 u + 2 v - u v: monotone, corners (-1, -1) and (1, 1)
        ([1.0, 1.0, 1.0], [], -3.0, 3.0),
    ],
)
def test_ranges_in_closed_form(slopes, bends, lower, upper):
    found = range_of(quadratics(slopes, bends))
    np.testing.assert_allclose(np.ravel(found), [lower, upper], rtol=1e-12)
    assert found[0] <= lower
    assert upper <= found[1]


def test_errors_widen():
    found = range_of(quadratics([1.0], [], symbols=[0.5, -0.25], rest=1.0))
    np.testing.assert_allclose(np.ravel(found), [-2.75, 2.75], rtol=1e-8)


@pytest.mark.parametrize("balance", [0.0, 0.3, 1.0, 10.0])
def test_no_point_is_outside(balance):
    """Random functions of three inputs on a grid; a large linear part makes the range exact."""
    rng = np.random.default_rng(0)
    u = grid(-np.ones(3), np.ones(3), 9)
    i, j = pairs(3)
    for _ in range(100):
        slopes, bends = balance * rng.normal(size=3), rng.normal(size=6)
        lower, upper = np.ravel(range_of(quadratics(slopes, bends)))
        y = u @ slopes + (u[:, i] * u[:, j]) @ bends
        assert lower <= y.min()
        assert y.max() <= upper


def test_a_large_linear_part_makes_the_range_exact():
    slopes, bends = np.array([9.0, -8.0, 10.0]), np.array([1.0, -1.0, 0.5, 2.0, 1.0, -1.0])
    i, j = pairs(3)
    corner = np.sign(slopes)
    ends = [s * slopes @ corner + (corner[i] * corner[j]) @ bends for s in (-1, 1)]
    np.testing.assert_allclose(np.ravel(range_of(quadratics(slopes, bends))), ends, rtol=1e-12)


def test_the_product_of_linear_parts():
    """(u + 2 v) (3 u - v) = 3 u ** 2 + 5 u v - 2 v ** 2, and the square of u + 2 v."""
    first, second = (np.array(part).reshape(1, 2, 1) for part in ([1.0, 2.0], [3.0, -1.0]))
    np.testing.assert_array_equal(bends_of_product(first, second, 2).ravel(), [3, 5, -2])
    np.testing.assert_array_equal(bends_of_product(first, first, 2).ravel(), [1, 4, 4])
