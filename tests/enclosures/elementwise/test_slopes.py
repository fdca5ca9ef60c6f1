"""Slopes of functions over intervals, against their derivative at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.slopes import slope_ranges
from graphopt.structure.functions import FUNCTIONS
from tests.enclosures.functions import UNARY, intervals, points_in, value


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_every_slope_is_in_the_range(function, parameter):
    lower, upper = intervals(np.random.default_rng(0))
    ((below, above),) = slope_ranges(function, parameter, [(lower, upper)])
    assert not np.isnan(below).any()
    assert not np.isnan(above).any()
    z = points_in(lower, upper)
    with np.errstate(all="ignore"):
        found = FUNCTIONS[function].slope(z, parameter)[0]
    found[~np.isfinite(value(function, parameter, z))] = np.nan  # where there is no function is no slope
    error = 1e-15 * np.abs(z) if function in ("sin", "cos") else 0.0  # of the angle
    assert not (found < below - error).any()
    assert not (found > above + error).any()


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_ranges_are_tight(function, parameter):
    rng = np.random.default_rng(1)
    lower = rng.uniform(0.1, 2.0, 200)
    upper = lower + rng.uniform(0, 3.0, 200)
    ((below, above),) = slope_ranges(function, parameter, [(lower, upper)])
    found = FUNCTIONS[function].slope(points_in(lower, upper, 2001), parameter)[0]
    np.testing.assert_allclose(below, found.min(axis=0), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(above, found.max(axis=0), rtol=1e-5, atol=1e-5)


def test_a_kink_has_the_slopes_of_both_sides():
    lower, upper = np.array([-1.0, 0.0, 0.5, -1.0]), np.array([1.0, 0.0, 1.0, -0.5])
    ((below, above),) = slope_ranges("relu", 0.0, [(lower, upper)])
    assert below.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert above.tolist() == [1.0, 1.0, 1.0, 0.0]


def test_a_product_has_the_other_factor():
    x, y = (np.array([1.0]), np.array([2.0])), (np.array([-3.0]), np.array([4.0]))
    assert slope_ranges("product", 0.0, [x, y]) == (y, x)
