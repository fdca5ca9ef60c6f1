"""Steps and rounding over intervals, against their values at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.curvatures import curvature_range
from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.relaxations import relax
from graphopt.enclosures.elementwise.slopes import slope_ranges
from tests.enclosures.functions import JUMPING, intervals, points_in, value

EVERY = pytest.mark.parametrize(("function", "parameter"), JUMPING)


def some_intervals():
    """Return intervals of all widths, some over one jump only, some with an end at a jump."""
    rng = np.random.default_rng(0)
    lower, upper = intervals(rng, 3000)
    lower[::6] = 0.5 * rng.integers(-6, 6, 500)
    upper[::6] = lower[::6] + rng.choice([0.0, 0.25, 0.5, 1.0, 1.5, 4.0], 500)
    lower[3::6], upper[3::6] = -rng.uniform(0, 1.2, 500), rng.uniform(0, 1.2, 500)
    return lower, upper


@EVERY
@pytest.mark.parametrize("place", [None, 0.2, 0.9])
def test_images_and_lines_hold(function, parameter, place):
    lower, upper = some_intervals()
    z = points_in(lower, upper)
    found = value(function, parameter, z)
    below, above = bounds = image(function, parameter, [(lower, upper)])
    assert not (found < below).any()
    assert not (found > above).any()
    with np.errstate(invalid="ignore"):
        points = None if place is None else lower + place * (upper - lower)
    lines = relax(function, parameter, [(lower, upper)], bounds, points=points)
    assert not (found < lines.lower_slopes[0] * z + lines.lower_constant).any()
    assert not (found > lines.upper_slopes[0] * z + lines.upper_constant).any()


@EVERY
def test_images_are_exact(function, parameter):
    rng = np.random.default_rng(1)
    lower = rng.uniform(-3, 3, 300)
    upper = lower + rng.uniform(0, 3, 300)
    found = value(function, parameter, points_in(lower, upper, 2001))
    below, above = image(function, parameter, [(lower, upper)])
    np.testing.assert_array_equal(below, found.min(axis=0))
    np.testing.assert_array_equal(above, found.max(axis=0))


def test_a_line_over_one_jump_turns_round_it():
    """Below a step from -1 to 4 a line through (0, 0) and (4, 1) is best at 3, the level one at -0.5."""
    lower, upper = np.full(2, -1.0), np.full(2, 4.0)
    lines = relax("step", 0.0, [(lower, upper)], (np.zeros(2), np.ones(2)), points=np.array([3.0, -0.5]))
    np.testing.assert_allclose(lines.lower_slopes[0], [0.25, 0.0])
    np.testing.assert_allclose(lines.upper_slopes[0], [0.0, 1.0])
    np.testing.assert_allclose(lines.lower_constant, 0.0, atol=1e-13)
    np.testing.assert_allclose(lines.upper_constant, 1.0, rtol=1e-13)


@EVERY
def test_slopes_and_curvatures(function, parameter):
    """They are 0 where there is no jump; over a jump values may rise as fast as they like."""
    lower, upper = np.array([0.6, -0.3]), np.array([0.9, 0.7])
    ((below, above),) = slope_ranges(function, parameter, [(lower, upper)])
    assert below.tolist() == [0.0, 0.0]
    assert above.tolist() == [0.0, np.inf]
    below, above = curvature_range(function, parameter, [(lower, upper)])
    assert below.tolist() == [0.0, -np.inf]
    assert above.tolist() == [0.0, np.inf]
