"""Quadratics near functions: the error told is never less than the error, and little more."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.quadratic_fits import FITTED, quadratic_fit
from graphopt.structure.functions import FUNCTIONS
from tests.enclosures.curves import curve

POSITIVE = {"log", "log1p", "sqrt", "reciprocal", "power"}


@pytest.mark.parametrize("function", sorted(FITTED - {"curve"}))
def test_the_error_holds_on_dense_points(function):
    rng = np.random.default_rng(0)
    exponent = 2.5 if function == "power" else 0.0
    lower = 3.0 * rng.normal(size=400)
    upper = lower + 10.0 ** rng.uniform(-12, 1, 400)
    if function in POSITIVE:
        lower, upper = lower - lower.min() + 0.01, upper - lower.min() + 0.01
    fit = quadratic_fit(function, exponent, lower, upper)
    assert np.isfinite(fit.error).all()
    z = np.clip(lower + np.linspace(0, 1, 301)[:, None] * (upper - lower), lower, upper)
    d = z - fit.middle
    y = FUNCTIONS[function].value(z, exponent)
    apart = np.abs(y - (fit.constant + d * (fit.slope + d * fit.bend)))
    rounding = 1e-15 * (np.abs(y) + 1.0)
    assert (apart <= fit.error + rounding).all()
    wide = (upper - lower > 1e-2) & (upper - lower < 1.0)
    assert (fit.error <= 1.3 * apart.max(axis=0) + 1e-11)[wide].all()


@pytest.mark.parametrize("name", ["silu", "gelu", "gelu by tanh", "mish", "bell", "rational"])
def test_the_error_holds_for_curves(name):
    rng, f = np.random.default_rng(0), curve(name)
    lower = 5.0 * rng.normal(size=400)
    upper = lower + 10.0 ** rng.uniform(-12, 1, 400)
    fit = quadratic_fit("curve", f, lower, upper)
    assert np.isfinite(fit.error).all()
    z = np.clip(lower + np.linspace(0, 1, 301)[:, None] * (upper - lower), lower, upper)
    d = z - fit.middle
    apart = np.abs(f.value(z) - (fit.constant + d * (fit.slope + d * fit.bend)))
    assert (apart <= fit.error).all()
    narrow = (upper - lower > 1e-2) & (upper - lower < 0.3)
    assert (fit.error <= 1.5 * apart.max(axis=0) + 1e-11)[narrow].mean() > 0.95


def test_the_error_is_of_third_order():
    """Half the width, an eighth of the error: that of the cubic at the ends is ``f''' r ** 3 / 24``."""
    widths = np.array([0.4, 0.2, 0.1])
    error = quadratic_fit("exp", 0.0, -widths / 2, widths / 2).error
    np.testing.assert_allclose(error, (widths / 2) ** 3 / 24, rtol=0.1)


def test_there_is_none_around_a_pole_or_a_kink():
    assert np.isinf(quadratic_fit("reciprocal", 0.0, np.array([-1.0]), np.array([1.0])).error)
    assert np.isinf(quadratic_fit("curve", curve("selu"), np.array([-1.0]), np.array([1.0])).error)
    assert np.isinf(quadratic_fit("log", 0.0, np.array([-1.0]), np.array([1.0])).error)
