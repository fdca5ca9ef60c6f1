"""Ranges of curves and their derivatives over intervals, against values at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.curve_ranges import curve_ranges
from tests.enclosures.curves import GRAPHS, curve
from tests.enclosures.functions import points_in

RNG = np.random.default_rng(0)
LOWER = RNG.uniform(0.05, 4.0, 500)
UPPER = LOWER + 10.0 ** RNG.uniform(-6, 0.5, 500)


@pytest.mark.parametrize("name", GRAPHS)
def test_values_and_derivatives_are_in_the_ranges(name):
    f, h = curve(name), 1e-5
    z = points_in(LOWER, UPPER)
    value, slope, bend = curve_ranges(f, LOWER, UPPER, 2)
    second = (f.slope(z + h) - f.slope(z - h)) / (2 * h)
    for (below, above), found, error in ((value, f.value(z), 0), (slope, f.slope(z), 1e-13)):
        assert not (found < below - error).any()
        assert not (found > above + error).any()
    wide = 10 * h < UPPER - LOWER  # a difference looks outside of narrower ones
    wide &= ~((LOWER - h <= 3) & (UPPER + h >= 3)) if name == "hard silu" else True  # its kink
    error = 1e-4 * (1 + np.abs(second)) / LOWER
    assert not ((second < bend[0] - error) & wide).any()
    assert not ((second > bend[1] + error) & wide).any()


@pytest.mark.parametrize("name", GRAPHS)
def test_points_are_as_good_as_exact(name):
    f = curve(name)
    for (below, above), found in zip(
        curve_ranges(f, LOWER, LOWER, 1), (f.value(LOWER), f.slope(LOWER)), strict=True
    ):
        assert (above - below <= 1e-10 * (1 + np.abs(found))).all()


@pytest.mark.parametrize("name", sorted(set(GRAPHS) - {"inverse root", "x log x"}))
def test_there_are_no_nans(name):
    lower, upper = np.array([-np.inf, -1e300, -1.0, 0.0]), np.array([np.inf, 1e300, np.inf, 0.0])
    for ends in curve_ranges(curve(name), lower, upper, 2):
        assert not np.isnan(ends).any()
