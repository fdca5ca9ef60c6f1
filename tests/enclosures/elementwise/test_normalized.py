"""Images, slopes and planes of x / sqrt(v), against its values at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.relaxations import relax
from graphopt.enclosures.elementwise.slopes import slope_ranges
from graphopt.structure.functions import FUNCTIONS
from tests.enclosures.functions import points_in

LIMITS = [1.0, np.inf]


def boxes(rng, count=2000):
    """Return ranges of x and v, of every width, some of v from a little below 0 as rounding may have it."""
    x = rng.normal(size=count) * 10.0 ** rng.uniform(-2, 1, count)
    radius = 10.0 ** rng.uniform(-8, 1, count)
    v = 10.0 ** rng.uniform(-3, 2, count)
    upper = v + 10.0 ** rng.uniform(-8, 2, count)
    v[::7], upper[1::7] = -1e-18, v[1::7]
    return (x - radius, x + radius), (v, upper)


def points(x, v, limit):
    """Return points of boxes, NaN where v is not positive or x beyond its root."""
    z = points_in(*x, 21)[:, None] + 0.0 * v[0]
    s = points_in(*v, 21)[None] + 0.0 * z
    z = z + 0.0 * s
    wrong = (s <= 0) | (np.square(z) > s) if limit == 1.0 else s <= 0
    return np.where(wrong, np.nan, z), s


@pytest.mark.parametrize("limit", LIMITS)
def test_image_and_planes_hold(limit):
    x, v = boxes(np.random.default_rng(0))
    z, s = points(x, v, limit)
    with np.errstate(all="ignore"):
        found = FUNCTIONS["normalized"].value(z, s, limit)
    lines = relax("normalized", limit, [x, v], image("normalized", limit, [x, v]))
    below, above = (
        slopes[0] * z + slopes[1] * s + constant
        for slopes, constant in (
            (lines.lower_slopes, lines.lower_constant),
            (lines.upper_slopes, lines.upper_constant),
        )
    )
    for low, high in (image("normalized", limit, [x, v]), (below, above)):
        assert not (found < low).any()
        assert not (found > high).any()
    assert np.isfinite(lines.lower_constant[v[0] > 0]).all()


@pytest.mark.parametrize("limit", LIMITS)
def test_slopes_hold(limit):
    x, v = boxes(np.random.default_rng(1))
    z, s = points(x, v, limit)
    with np.errstate(all="ignore"):
        found = FUNCTIONS["normalized"].slope(z, s, limit)
    for (low, high), slope in zip(slope_ranges("normalized", limit, [x, v]), found, strict=True):
        slope = np.where(np.isnan(z), np.nan, slope)
        assert not (slope < low * (1 - 1e-12 * np.sign(low))).any()
        assert not (slope > high * (1 + 1e-12 * np.sign(high))).any()


def test_planes_close_quadratically():
    """Halving a box leaves about a quarter of what is between its planes."""
    rng, gaps = np.random.default_rng(2), []
    x, v = rng.uniform(-0.9, 0.9, 100), rng.uniform(1.0, 3.0, 100)
    for radius in (0.02, 0.01):
        ranges = [(x - radius, x + radius), (v - radius, v + radius)]
        lines = relax("normalized", 1.0, ranges, image("normalized", 1.0, ranges))
        low = lines.lower_slopes[0] * x + lines.lower_slopes[1] * v + lines.lower_constant
        high = lines.upper_slopes[0] * x + lines.upper_slopes[1] * v + lines.upper_constant
        gaps.append(high - low)
    assert (gaps[1] <= 0.3 * gaps[0] + 1e-12).all()


def test_a_limit_holds_where_v_may_be_0():
    x, v = (np.array([-2.0]), np.array([3.0])), (np.array([0.0]), np.array([4.0]))
    below, above = image("normalized", 1.0, [x, v])
    np.testing.assert_allclose([below, above], [[-1.0], [1.0]], rtol=1e-11)
    assert image("normalized", np.inf, [x, v]) == (-np.inf, np.inf)


def test_a_box_beyond_the_limit_is_cut():
    """x is 2 at least, so v is 4 at least: 3 / sqrt(4) is more than can be, 2 / sqrt(25) the least."""
    x, v = (np.array([2.0]), np.array([3.0])), (np.array([1.0]), np.array([25.0]))
    below, above = image("normalized", 1.0, [x, v])
    np.testing.assert_allclose([below, above], [[0.4], [1.0]], rtol=1e-11)
