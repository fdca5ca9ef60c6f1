"""Lines below and above every function, against its values at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.relaxations import S_SHAPED, relax, tangent_point
from graphopt.structure.functions import FUNCTIONS
from tests.enclosures.functions import UNARY, intervals, points_in, value


def lines_at(function, parameter, ranges, points):
    """Return the lines' values at points of the arguments, below and above."""
    lines = relax(function, parameter, ranges, image(function, parameter, ranges))
    assert all(np.isfinite(s).all() for s in (*lines.lower_slopes, *lines.upper_slopes))
    return tuple(
        sum(np.where(s == 0, 0.0, s * z) for s, z in zip(slopes, points, strict=True)) + constant
        for slopes, constant in (
            (lines.lower_slopes, lines.lower_constant),
            (lines.upper_slopes, lines.upper_constant),
        )
    )


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_the_function_lies_between_its_lines(function, parameter):
    rng = np.random.default_rng(0)
    lower, upper = intervals(rng)
    z = points_in(lower, upper)
    below, above = lines_at(function, parameter, [(lower, upper)], [z])
    found = value(function, parameter, z)
    assert not np.isnan(below).any()
    assert not np.isnan(above).any()
    assert not (found < below).any()
    assert not (found > above).any()


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_lines_close_quadratically(function, parameter):
    """Lines that follow a curve are a distance apart that goes with the square of the width: halving it
    leaves about a quarter, more only where the curve changes its bend inside."""
    rng = np.random.default_rng(2)
    middle = rng.uniform(0.5, 2.0, 100)
    gaps = []
    for radius in (0.02, 0.01):
        ranges = [(middle - radius, middle + radius)]
        below, above = lines_at(function, parameter, ranges, [points_in(*ranges[0])])
        gaps.append((above - below).max(axis=0))
    assert (gaps[1] <= 0.3 * gaps[0] + 1e-12).all()


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_a_point_has_its_value(function, parameter):
    z = np.random.default_rng(3).uniform(0.5, 2.0, 100)
    below, above = lines_at(function, parameter, [(z, z)], [z])
    found = value(function, parameter, z)
    np.testing.assert_allclose(below, found, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(above, found, rtol=1e-13, atol=1e-13)


def test_products_lie_between_their_planes():
    rng = np.random.default_rng(0)
    first, second = intervals(rng, 2000), intervals(rng, 2000)
    second = tuple(rng.permutation(np.stack(second), axis=1))
    y = points_in(*second, 5)
    with np.errstate(all="ignore"):
        for x in points_in(*first, 5):
            below, above = lines_at("product", 0.0, [first, second], [x, y])
            assert not (x * y < below).any()
            assert not (x * y > above).any()


def test_planes_of_a_product_are_mccormicks_at_the_corners():
    """On [-1, 2] x [1, 4] the two lower planes meet the product at opposite corners; half of each leaves half
    of (2 - -1) * (4 - 1) at these corners, and nothing at the others for the upper side alike."""
    ranges = [(np.array([-1.0]), np.array([2.0])), (np.array([1.0]), np.array([4.0]))]
    x, y = np.array([[-1.0], [-1.0], [2.0], [2.0]]), np.array([[1.0], [4.0], [1.0], [4.0]])
    below, above = lines_at("product", 0.0, ranges, [x, y])
    np.testing.assert_allclose((x * y - below).ravel(), [4.5, 0, 0, 4.5], atol=1e-12)
    np.testing.assert_allclose((above - x * y).ravel(), [0, 4.5, 4.5, 0], atol=1e-12)


@pytest.mark.parametrize("function", sorted(S_SHAPED))
def test_tangent_points(function):
    """The slope of the line through (z, f(z)) and (d, f(d)) is the slope at d."""
    z = -(10.0 ** np.linspace(-2, 1.5, 50))
    d = tangent_point(function, z)
    f, slope = FUNCTIONS[function].value, FUNCTIONS[function].slope
    np.testing.assert_allclose((f(d, 0.0) - f(z, 0.0)) / (d - z), slope(d, 0.0)[0], rtol=2e-4)


def test_relu_takes_the_smaller_area():
    lower, upper = np.array([-1.0, -2.0, 1.0, -2.0]), np.array([2.0, 1.0, 2.0, -1.0])
    lines = relax("relu", 0.0, [(lower, upper)], image("relu", 0.0, [(lower, upper)]))
    assert lines.lower_slopes[0].tolist() == [1.0, 0.0, 1.0, 0.0]
    np.testing.assert_allclose(lines.upper_slopes[0], [2 / 3, 1 / 3, 1, 0])
    np.testing.assert_allclose(lines.upper_constant, [2 / 3, 2 / 3, 0, 0], atol=1e-12)
