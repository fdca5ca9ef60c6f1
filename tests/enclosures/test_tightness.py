"""How far bounds of small networks are from the range that points show, and that they hold.

Each limit is what was measured, with a few hundredths to spare: what is told of an element is as near as
lines or quadratics can be, and what layers lose multiplies. The true range is a little wider than that of the
points.
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.nn import activations
from graphopt.structure import lower

LIMITS = {
    "silu": (1.06, 1.87),
    "gelu": (1.08, 2.55),
    "mish": (1.08, 2.04),
    "elu": (1.2, 2.16),
    "selu": (1.3, 2.13),
    "softsign": (1.44, 1.72),
    "hard_silu": (1.04, 1.67),
    "squareplus": (1.03, 1.57),
    "log_sigmoid": (1.03, 1.55),
    "tanh": (1.1, 1.73),
}
"""The width of the bounds over that of the values, in boxes of half widths 0.1 and 1."""


def disturbed(layers, seed=0):
    """Return a network, its weights away from where they start."""
    network, rng = go.Sequential(layers, seed=seed), np.random.default_rng(seed)
    weights = [w + 0.3 * rng.normal(size=w.shape) for w in network.get_weights()]
    network.set_weights([w.astype(old.dtype) for w, old in zip(weights, network.get_weights(), strict=True)])
    return network


def ratio(network, radius):
    """Return the width of the bounds over that of the values, the widest of all outputs; the bounds hold."""
    found = go.bounds(network, (-radius, radius))
    x = np.random.default_rng(0).uniform(-radius, radius, (4000, 3))
    x[:2000] = radius * np.sign(x[:2000])
    values = network.predict(x)
    assert (found.lower <= values).all()
    assert (values <= found.upper).all()
    return float(np.max(found.width / (values.max(axis=0) - values.min(axis=0))))


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("size", [0, 1])
def test_activations(name, size):
    layers = [go.Input(3), go.Dense(16, name), go.Dense(16, name), go.Dense(1)]
    assert ratio(disturbed(layers), (0.1, 1.0)[size]) < LIMITS[name][size]


@pytest.mark.parametrize(("radius", "limit"), [(0.1, 3.2), (1.0, 4.0)])
def test_layer_normalisation(radius, limit):
    """Two of them, a layer of tanh in between; as products with a reciprocal, 4.7 and 165."""
    layers = [go.LayerNormalization(), go.Dense(16, "tanh"), go.LayerNormalization(), go.Dense(1)]
    assert ratio(disturbed([go.Input(3), go.Dense(16), *layers]), radius) < limit


@pytest.mark.parametrize(("radius", "limit"), [(0.1, 1.06), (1.0, 2.05)])
def test_softmax(radius, limit):
    assert ratio(disturbed([go.Input(3), go.Dense(16, "tanh"), go.Dense(4, "softmax")]), radius) < limit


def transformer_block(x, rng):
    """Return a number that a block of attention and a layer of gelu makes of a sequence, (3, 4)."""
    size = x.type.shape[1]
    query, key, value, out, last = (0.5 * rng.normal(size=(size, size)) for _ in range(5))
    wide, narrow = 0.5 * rng.normal(size=(size, 8)), 0.5 * rng.normal(size=(8, size))

    def normalised(z):
        centred = z - pt.mean(z, axis=-1, keepdims=True)
        return centred / pt.sqrt(pt.mean(centred**2, axis=-1, keepdims=True) + 1e-3)

    h = normalised(x)
    weights = pt.special.softmax(pt.dot(h @ query, (h @ key).T) / np.sqrt(size), axis=-1)
    x = x + weights @ (h @ value) @ out
    x = x + activations.gelu(normalised(x) @ wide) @ narrow
    return x.mean(axis=0) @ last[0]


@pytest.mark.parametrize(("radius", "limit"), [(0.1, 6.4), (1.0, 4.3)])
@pytest.mark.parametrize("centre", [0.0, 1.0])
def test_a_transformer_block_has_bounds(radius, limit, centre):
    """Around 0, where the norm vanishes, and elsewhere; as products they were infinite, or thousands of times
    too wide."""
    x, rng = pt.tensor("x", shape=(3, 4), dtype="float64"), np.random.default_rng(0)
    middle = centre * rng.normal(size=12)
    program = lower([transformer_block(x, rng)], [x])
    found = linear_bounds(program, (middle - radius)[None], (middle + radius)[None], second_order=True)
    points = middle + radius * rng.uniform(-1, 1, (20_000, 12))
    points[:10_000] = middle + radius * rng.choice([-1.0, 1.0], (10_000, 12))
    values = program(points)[0]
    assert (found.lower[0] <= values).all()
    assert (values <= found.upper[0]).all()
    assert found.upper[0, 0] - found.lower[0, 0] < limit * (values.max() - values.min())


def test_a_minimum_of_silu_is_proved():
    layers = [go.Input(3), go.Dense(16, "silu"), go.Dense(16, "silu"), go.Dense(1)]
    answer = go.minimize(disturbed(layers), bounds=(-1, 1), certify=True, gap=1e-3)
    assert answer.status is go.Status.PROVED_OPTIMAL
    assert answer.certificate.gap <= 1e-3
