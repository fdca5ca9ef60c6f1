"""Lengths that must be equal are checked even where rewrites drop the operation that says so."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.ifelse import ifelse

from graphopt import engine

a, b, m = pt.dvector("a"), pt.dvector("b"), pt.dmatrix("m")
FOUR, ONE = np.ones(4), np.ones(1)


@pytest.mark.parametrize("wrt", [a, b])
def test_the_gradient_of_a_product_refuses_to_stretch(wrt):
    """The product itself is gone from the gradient; Theano's unoptimised graphs raise ValueError."""
    slope = engine.compile([a, b], pytensor.grad((a * b).sum(), wrt))
    np.testing.assert_array_equal(slope(FOUR, FOUR), FOUR)
    for values in ((FOUR, ONE), (ONE, FOUR)):
        with pytest.raises(ValueError, match=r"Input dimension mismatch.*\(a\).*\(b\)"):
            slope(*values)


def test_shared_variables_and_moved_axes_are_looked_at():
    w = pytensor.shared(np.ones(3), name="w")
    scaled = engine.compile([m], pytensor.grad((m * w[None, :] * w).sum(), m))
    assert scaled(np.ones((2, 3))).shape == (2, 3)
    with pytest.raises(ValueError, match=r"\(2, 1\).*\(3,\)"):
        scaled(np.ones((2, 1)))
    w.set_value(np.ones(1))
    assert scaled(np.ones((2, 1))).shape == (2, 1)


def test_declared_axes_stretch():
    row = pt.drow("row")
    assert engine.compile([m, row], m + row)(np.ones((2, 3)), np.ones((1, 3))).shape == (2, 3)
    outer = engine.compile([a, b], a[:, None] * b[None, :])
    assert outer(FOUR, ONE).shape == (4, 1)


def test_a_branch_that_is_not_taken_checks_nothing():
    choice = engine.compile([a, b], ifelse(a.sum() > 2, a, a * b))
    np.testing.assert_array_equal(choice(FOUR, ONE), FOUR)
