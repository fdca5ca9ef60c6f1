"""Images of functions over intervals, against their values at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.images import image
from tests.enclosures.functions import UNARY, intervals, points_in, value


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_every_value_is_in_the_image(function, parameter):
    lower, upper = intervals(np.random.default_rng(0))
    below, above = image(function, parameter, [(lower, upper)])
    found = value(function, parameter, points_in(lower, upper))
    assert not np.isnan(below).any()
    assert not np.isnan(above).any()
    assert not (found < below).any()  # a point where the function is not defined breaks no bound
    assert not (found > above).any()


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_images_are_tight(function, parameter):
    """An image is as wide as the values at many points are spread, but for what lies between the points."""
    rng = np.random.default_rng(1)
    lower = rng.uniform(0.1, 2.0, 200)
    upper = lower + rng.uniform(0, 3.0, 200)
    below, above = image(function, parameter, [(lower, upper)])
    found = value(function, parameter, points_in(lower, upper, 2001))
    np.testing.assert_allclose(below, found.min(axis=0), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(above, found.max(axis=0), rtol=1e-5, atol=1e-5)


def test_products():
    rng = np.random.default_rng(0)
    first, second = intervals(rng, 2000), intervals(rng, 2000)
    second = tuple(rng.permutation(np.stack(second), axis=1))
    below, above = image("product", 0.0, [first, second])
    with np.errstate(all="ignore"):
        for x in points_in(*first, 5):
            found = x * points_in(*second, 5)
            assert not (found < below).any()
            assert not (found > above).any()


@pytest.mark.parametrize(
    ("function", "parameter", "interval", "expected"),
    [
        ("log", 0.0, (-2.0, 1.0), (-np.inf, 0.0)),
        ("log", 0.0, (-2.0, -1.0), (-np.inf, np.inf)),
        ("log", 0.0, (0.0, np.inf), (-np.inf, np.inf)),
        ("sqrt", 0.0, (-1.0, 4.0), (0.0, 2.0)),
        ("sqrt", 0.0, (-2.0, -1.0), (-np.inf, np.inf)),
        ("reciprocal", 0.0, (-1.0, 2.0), (-np.inf, np.inf)),
        ("reciprocal", 0.0, (0.0, 2.0), (0.5, np.inf)),
        ("reciprocal", 0.0, (-4.0, 0.0), (-np.inf, np.inf)),  # NumPy's 1 / 0.0 is inf
        ("square", 0.0, (-3.0, 2.0), (0.0, 9.0)),
        ("power", -2.0, (-2.0, 4.0), (0.0625, np.inf)),
        ("power", 3.0, (-2.0, 3.0), (-8.0, 27.0)),
        ("sin", 0.0, (0.0, 3.0), (0.0, 1.0)),
        ("sin", 0.0, (0.0, 7.0), (-1.0, 1.0)),
        ("cos", 0.0, (-1.0, 1.0), (np.cos(1.0), 1.0)),
        ("exp", 0.0, (-np.inf, 800.0), (0.0, np.inf)),
    ],
)
def test_known_images(function, parameter, interval, expected):
    lower, upper = (np.array([end]) for end in interval)
    found = image(function, parameter, [(lower, upper)])
    np.testing.assert_allclose([found[0][0], found[1][0]], expected, rtol=1e-13, atol=1e-13)


def test_nothing_times_everything_is_nothing():
    zero, all_ = (np.zeros(1), np.zeros(1)), (np.full(1, -np.inf), np.full(1, np.inf))
    below, above = image("product", 0.0, [zero, all_])
    np.testing.assert_allclose([below, above], 0.0, atol=1e-290)
