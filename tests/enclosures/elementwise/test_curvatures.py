"""Second derivatives of functions over intervals, against those at points."""

import numpy as np
import pytest

from graphopt.enclosures.elementwise.curvatures import curvature_range
from graphopt.structure.functions import FUNCTIONS
from tests.enclosures.functions import UNARY, intervals, points_in, value

SMOOTH = [row for row in UNARY if row[0] != "relu"]


SECOND = {
    "sigmoid": lambda z: -np.tanh(z / 2) / (2 * np.cosh(z / 2)) ** 2,
    "tanh": lambda z: -2 * np.tanh(z) / np.cosh(z) ** 2,
    "erf": lambda z: -4 / np.sqrt(np.pi) * z * np.exp(-(z**2)),
    "arctan": lambda z: -2 * z / (1 + z**2) ** 2,
    "softplus": lambda z: (2 * np.cosh(z / 2)) ** -2.0,
    "exp": np.exp,
    "log": lambda z: np.where(z > 0, -(z**-2.0), np.nan),
    "log1p": lambda z: np.where(z > -1, -((1 + z) ** -2.0), np.nan),
    "sqrt": lambda z: np.where(z > 0, -0.25 * np.abs(z) ** -1.5, np.nan),
    "square": lambda z: np.full_like(z, 2.0),
    "reciprocal": lambda z: 2 / z**3,
    "sin": lambda z: -np.sin(z),
    "cos": lambda z: -np.cos(z),
}
"""Second derivatives in closed form."""


def curvature(function, parameter, z):
    """Return the second derivative; NaN where there is no function."""
    with np.errstate(all="ignore"):
        if function == "power":
            found = (
                parameter * (parameter - 1) * np.power(z, parameter - 2) if parameter not in (0, 1) else 0 * z
            )
        else:
            found = SECOND[function](z)
    return np.where(np.isfinite(value(function, parameter, z)), found, np.nan)


@pytest.mark.parametrize(("function", "parameter"), SMOOTH)
def test_the_closed_forms_are_those_of_the_functions(function, parameter):
    """By differences of their slopes."""
    z = np.random.default_rng(2).uniform(0.3, 3.0, 1000) * (
        1 if function in ("log", "sqrt", "power") else -1
    ) ** np.arange(1000)
    z = z if function != "log1p" else np.abs(z)
    slopes = [FUNCTIONS[function].slope(z + k * 1e-4, parameter)[0] for k in (-1, 1)]
    np.testing.assert_allclose(
        (slopes[1] - slopes[0]) / 2e-4, curvature(function, parameter, z), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(("function", "parameter"), SMOOTH)
def test_every_second_derivative_is_in_the_range(function, parameter):
    lower, upper = intervals(np.random.default_rng(0))
    below, above = curvature_range(function, parameter, [(lower, upper)])
    z = points_in(lower, upper)
    found = curvature(function, parameter, z)
    error = 1e-13 * np.abs(found) + 1e-15 * np.abs(z) * (function in ("sin", "cos")) + 1e-16
    assert not (found < below - error).any()
    assert not (found > above + error).any()


@pytest.mark.parametrize(("function", "parameter"), UNARY)
def test_there_are_no_nans(function, parameter):
    below, above = curvature_range(function, parameter, [intervals(np.random.default_rng(0))])
    assert not np.isnan(below).any()
    assert not np.isnan(above).any()
    assert (below <= above).all()


@pytest.mark.parametrize(("function", "parameter"), SMOOTH)
def test_ranges_are_tight(function, parameter):
    rng = np.random.default_rng(1)
    lower = rng.uniform(0.1, 2.0, 200)
    upper = lower + rng.uniform(0, 3.0, 200)
    below, above = curvature_range(function, parameter, [(lower, upper)])
    found = curvature(function, parameter, points_in(lower, upper, 2001))
    np.testing.assert_allclose(below, found.min(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(above, found.max(axis=0), rtol=1e-4, atol=1e-4)


def test_signs_are_exact():
    """Where a function bends one way its bound is 0, however far out."""
    lower, upper = np.array([0.0, 0.0, 40.0, 700.0]), np.array([1.0, np.inf, 41.0, 800.0])
    for function in ("sigmoid", "tanh", "erf", "arctan"):
        assert (curvature_range(function, 0.0, [(lower, upper)])[1] <= 0).all()
        assert (curvature_range(function, 0.0, [(-upper, -lower)])[0] >= 0).all()
    for function in ("softplus", "exp"):
        for ends in ((lower, upper), (-upper, -lower)):
            assert (curvature_range(function, 0.0, [ends])[0] >= 0).all()


def test_a_kink_bends_upwards_without_end():
    lower, upper = np.array([-1.0, 0.0, 0.5, -1.0]), np.array([1.0, 0.0, 1.0, -0.5])
    below, above = curvature_range("relu", 0.0, [(lower, upper)])
    assert below.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert above.tolist() == [np.inf, np.inf, 0.0, 0.0]


def test_nothing_is_said_where_a_function_is_not_defined():
    below, above = curvature_range("log", 0.0, [(np.array([-2.0, -1.0]), np.array([-1.0, 2.0]))])
    assert below[0] == below[1] == -np.inf
    assert above[0] == np.inf
    assert above[1] == pytest.approx(-0.25)
