"""How far quadratic forms reach: between what they do at corners and the sum of their coefficients."""

from itertools import product

import numpy as np
import pytest

from graphopt.enclosures.quadratic.forms import Quadratics, count, pairs
from graphopt.enclosures.quadratic.spectral import bend_by_norm


def quadratics(bends, inputs):
    """Return the quadratic forms with `bends`, (size, pairs)."""
    size = len(bends)
    nothing = np.zeros((1, 0, size))
    return Quadratics(
        np.zeros((1, size)), np.zeros((1, inputs, size)), bends.T[None], nothing, np.zeros((1, size))
    )


@pytest.mark.parametrize("inputs", [2, 4, 8])
def test_no_corner_reaches_further(inputs):
    rng = np.random.default_rng(inputs)
    bends = rng.normal(size=(200, count(inputs))) * 10.0 ** rng.uniform(-3, 3, (200, count(inputs)))
    found = quadratics(bends, inputs)
    i, j = pairs(inputs)
    corners = np.array(list(product([-1.0, 1.0], repeat=inputs)))
    reached = np.abs((corners[:, i] * corners[:, j]) @ bends.T).max(axis=0)
    bound = bend_by_norm(found)[0]
    assert (reached <= bound).all()
    assert (bound <= found.bend[0]).all()


def test_the_square_of_a_sum_is_exact():
    """(a . u) ** 2 reaches the square of the sum of the magnitudes of a."""
    a = np.random.default_rng(0).normal(size=6)
    i, j = pairs(6)
    bends = np.where(i == j, 1.0, 2.0) * a[i] * a[j]
    found = bend_by_norm(quadratics(bends[None], 6)).item()
    assert found == pytest.approx(np.square(np.abs(a).sum()), rel=1e-8)


def test_random_signs_are_seen():
    """Of forms of 40 inputs with random coefficients, the sum of magnitudes is some twice too large."""
    bends = np.random.default_rng(0).normal(size=(10, count(40)))
    found = quadratics(bends, 40)
    assert (bend_by_norm(found) < 0.7 * found.bend).all()


def test_forms_of_nothing():
    np.testing.assert_allclose(bend_by_norm(quadratics(np.zeros((2, count(5))), 5)), 0.0, atol=1e-100)
