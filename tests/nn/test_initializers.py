"""Initialisers draw from Keras' distributions."""

import math

import numpy as np
import pytest

from graphopt.errors import InvalidValue, ShapeMismatch, UnknownName
from graphopt.nn import initializers

SHAPE = (300, 200)
N = 300 * 200


@pytest.mark.parametrize(
    ("name", "variance", "limit"),
    [
        ("glorot_uniform", 2 / 500, math.sqrt(6 / 500)),
        ("he_uniform", 2 / 300, math.sqrt(6 / 300)),
        ("lecun_uniform", 1 / 300, math.sqrt(3 / 300)),
        ("glorot_normal", 2 / 500, 2 * math.sqrt(2 / 500) / 0.87962566),
        ("he_normal", 2 / 300, 2 * math.sqrt(2 / 300) / 0.87962566),
        ("lecun_normal", 1 / 300, 2 * math.sqrt(1 / 300) / 0.87962566),
        ("random_uniform", 0.05**2 / 3, 0.05),
        ("random_normal", 0.05**2, None),
        ("truncated_normal", (0.05 * 0.87962566) ** 2, 0.1),
        ("variance_scaling", 1 / 300, 2 * math.sqrt(1 / 300) / 0.87962566),
    ],
)
def test_mean_variance_and_limits(name, variance, limit):
    """60 000 draws: five standard errors of the mean, and of the variance (kurtosis at most 3)."""
    w = initializers.get(name)(SHAPE, np.random.default_rng(0), "float64")
    assert abs(w.mean()) < 5 * math.sqrt(variance / N)
    assert abs(w.var() / variance - 1) < 5 * math.sqrt(2 / N)
    if limit is not None:
        assert 0.98 * limit < np.abs(w).max() <= limit * (1 + 1e-8)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5), (2, 3, 4)])
def test_orthogonal(shape):
    w = initializers.get("orthogonal")(shape, np.random.default_rng(0), "float64").reshape(-1, shape[-1])
    small = w @ w.T if w.shape[0] < w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-12)


def test_fixed_values():
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(
        initializers.get("zeros")((2, 3), rng, "float32"), np.zeros((2, 3), "float32")
    )
    np.testing.assert_array_equal(initializers.get("ones")((2,), rng, "float64"), [1, 1])
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3), rng, "float64"), 2 * np.eye(2, 3))
    np.testing.assert_array_equal(initializers.Constant(0.5)((2,), rng, "float64"), [0.5, 0.5])
    with pytest.raises(ShapeMismatch):
        initializers.get("identity")((3,), rng, "float64")


def test_every_name_draws_the_dtype_asked_for_and_repeats():
    for name in initializers.TABLE:
        draw = initializers.get(name)
        a, b = (draw((4, 4), np.random.default_rng(1), "float32") for _ in range(2))
        assert a.dtype == np.float32
        np.testing.assert_array_equal(a, b)
        assert initializers.get(initializers.saved(draw)) == draw


def test_wrong_names():
    with pytest.raises(UnknownName, match="glorot_uniform"):
        initializers.get("glorot_unifrom")
    with pytest.raises(UnknownName, match="fan_in"):
        initializers.VarianceScaling(mode="fanin")
    with pytest.raises(InvalidValue):
        initializers.VarianceScaling(scale=0)
