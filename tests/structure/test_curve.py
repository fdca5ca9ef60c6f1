"""Curves compute what their steps say."""

import numpy as np
import pytest

from graphopt.structure.curve import Curve, Step, Sum, single
from tests.enclosures.curves import GRAPHS, curve

Z = np.random.default_rng(0).uniform(0.2, 3.0, (4, 5))

KNOWN = {
    "silu": lambda z: z / (1 + np.exp(-z)),
    "mish": lambda z: z * np.tanh(np.log1p(np.exp(z))),
    "bell": lambda z: np.exp(-(z**2)),
    "rational": lambda z: z / (1 + z**2),
    "x log x": lambda z: z * np.log(z),
}


@pytest.mark.parametrize("name", KNOWN)
def test_values(name):
    np.testing.assert_allclose(curve(name).value(Z), KNOWN[name](Z), rtol=1e-13)


@pytest.mark.parametrize("name", GRAPHS)
def test_slopes_are_central_differences(name):
    f, h = curve(name), 1e-6
    np.testing.assert_allclose(f.slope(Z), (f.value(Z + h) - f.value(Z - h)) / (2 * h), rtol=1e-6, atol=1e-8)


def test_equal_curves_are_equal():
    """``x * sigmoid(x)`` and ``x / (1 + exp(-x))`` are one function."""
    assert curve("silu") == curve("silu by hand")
    assert hash(curve("silu")) == hash(curve("silu by hand"))
    assert curve("silu") != curve("mish")


def test_a_curve_of_a_curve():
    outer = Curve((Step("tanh", 0.0, (Sum(0.5, ((0, 2.0),)),)),), Sum(1.0, ((0, 3.0), (1, -1.0))))
    inner = Curve((Step("exp", 0.0, (single(0),)),), Sum(0.25, ((0, -1.0), (1, 2.0))))
    found = outer.before(inner, 0.1, -0.5)
    y = 0.1 - 0.5 * (0.25 - Z + 2 * np.exp(Z))
    np.testing.assert_allclose(found.value(Z), 1 + 3 * y - np.tanh(0.5 + 2 * y), rtol=1e-13)
