"""Images, slopes and lines of curves, against the curves at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.elementwise.relaxations import relax
from graphopt.enclosures.elementwise.slopes import slope_ranges
from tests.enclosures.curves import GRAPHS, JUMPING, curve
from tests.enclosures.functions import intervals, points_in

DEFINED_FROM = {"inverse root": 0.1, "x log x": 0.1}


def values(f, z):
    """Return the values of a curve, NaN where NumPy has none or an infinite one."""
    with np.errstate(all="ignore"):
        found = f.value(z)
    return np.where(np.isfinite(found), found, np.nan)


def lines_at(f, lower, upper, z):
    """Return the lines' values at points, below and above, those at infinite distance as NaN."""
    lines = relax("curve", f, [(lower, upper)], image("curve", f, [(lower, upper)]))
    with np.errstate(all="ignore"):
        return (
            np.where(lines.lower_slopes[0] == 0, 0.0, lines.lower_slopes[0] * z) + lines.lower_constant,
            np.where(lines.upper_slopes[0] == 0, 0.0, lines.upper_slopes[0] * z) + lines.upper_constant,
        )


def usual(name, rng, count, width=3.0):
    """Return intervals where a curve is defined, of every width up to `width`."""
    start = DEFINED_FROM.get(name, -6.0)
    lower = start + rng.uniform(0, 6.0 - start, count)
    return lower, lower + width * 10.0 ** rng.uniform(-5, 0, count)


@pytest.mark.parametrize("name", [*GRAPHS, *JUMPING])
@pytest.mark.parametrize("far", [False, True])
def test_image_and_lines_hold(name, far):
    f, rng = curve(name), np.random.default_rng(0)
    lower, upper = intervals(rng, 2000) if far else usual(name, rng, 1000)
    z = points_in(lower, upper)
    found = values(f, z)
    for below, above in (image("curve", f, [(lower, upper)]), lines_at(f, lower, upper, z)):
        assert not np.isnan(below).any()
        assert not np.isnan(above).any()
        assert not (found < below).any()
        assert not (found > above).any()


@pytest.mark.parametrize("name", GRAPHS)
def test_slopes_hold(name):
    f, rng = curve(name), np.random.default_rng(1)
    for lower, upper in (intervals(rng, 1000), usual(name, rng, 1000)):
        ((below, above),) = slope_ranges("curve", f, [(lower, upper)])
        z = points_in(lower, upper)
        with np.errstate(all="ignore"):
            found = f.slope(z)
        found[np.isnan(values(f, z))] = np.nan
        error = 1e-13 * (1 + np.abs(z))  # of computing them
        assert not (found < below - error).any()
        assert not (found > above + error).any()


@pytest.mark.parametrize("name", [*GRAPHS, *JUMPING])
def test_images_are_exact(name):
    f = curve(name)
    lower, upper = usual(name, np.random.default_rng(2), 300)
    below, above = image("curve", f, [(lower, upper)])
    found = values(f, points_in(lower, upper, 2001))
    near = 1e-5 * (1 + np.abs(found).max(axis=0))  # what lies between the points, and the table of slopes
    assert (below >= found.min(axis=0) - near).all()
    assert (above <= found.max(axis=0) + near).all()


@pytest.mark.parametrize("name", GRAPHS)
def test_lines_are_those_of_the_hull(name):
    """In the middle no line could be much nearer: the hulls of many points say how near one can be."""
    f = curve(name)
    lower, upper = usual(name, np.random.default_rng(3), 60)
    z = points_in(lower, upper, 201)
    z = z[np.argsort(z[:, 0])]
    found, middle = values(f, z), 0.5 * (lower + upper)
    below, above = lines_at(f, lower, upper, middle)
    spread = found.max(axis=0) - found.min(axis=0)
    for k in range(lower.size):
        i, j = np.meshgrid(np.flatnonzero(z[:, k] <= middle[k]), np.flatnonzero(z[:, k] > middle[k]))
        share = (middle[k] - z[i, k]) / (z[j, k] - z[i, k])
        chords = found[i, k] * (1 - share) + found[j, k] * share
        allowed = 0.02 * spread[k] + 1e-12
        assert below[k] >= chords.min() - allowed
        assert above[k] <= chords.max() + allowed


def test_the_minimum_of_silu():
    """It is -W(1 / e), W being Lambert's function."""
    below, above = image("curve", curve("silu"), [(np.array([-5.0, -1e6]), np.array([3.0, 1e6]))])
    np.testing.assert_allclose(below, -0.2784645427610738, rtol=1e-6)
    np.testing.assert_allclose(above, [3 / (1 + np.exp(-3.0)), 1e6], rtol=1e-12)


def test_values_between_those_beside_a_jump_do_not_count():
    """(round(x) - 1.2) ** 2 is 0.04 or 0.64 beside 1.5, where 1 becomes 2; never 0."""
    f = curve("quantised")
    below, above = image("curve", f, [(np.array([1.4]), np.array([1.6]))])
    np.testing.assert_allclose([below, above], [[0.04], [0.64]], rtol=1e-9)
