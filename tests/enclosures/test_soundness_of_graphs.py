"""No bound is ever wrong on graphs of curves, norms and jumps: random networks against points of boxes."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.nn import activations
from graphopt.structure import lower
from tests.enclosures.test_soundness import BOXES, boxes, grids


def normalised(z):
    centred = z - z.mean()
    return centred / pt.sqrt(pt.mean(centred**2) + 1e-3)


LAYERS = {
    "silu": activations.silu,
    "gelu": activations.gelu,
    "gelu by tanh": lambda z: activations.gelu(z, approximate=True),
    "mish": activations.mish,
    "elu": activations.elu,
    "selu": activations.selu,
    "softsign": activations.softsign,
    "hard silu": activations.hard_silu,
    "squareplus": activations.squareplus,
    "rational": lambda z: z / (1 + z**2),
    "normalised": normalised,
    "direction": lambda z: z / pt.sqrt(pt.sum(z**2)),
    "softmax": pt.special.softmax,
    "steps": lambda z: (z > 0.1) * 1.0,
    "rounded": lambda z: pt.round(4 * pt.tanh(z)) / 4,
    "hard shrink": activations.hard_shrink,
    "switch": lambda z: pt.switch(z > 0.3, pt.sin(z), z**2 - 1),
    "sorted": pt.sort,
    "largest": lambda z: pt.argmax(z) + 0.0 * z,
}


def a_network(rng, layer):
    """Return the program of a network of one or two such layers, weights up to a thousand, every third
    rounded to float32."""
    n = int(rng.integers(1, 4))
    x = pt.vector("x", shape=(n,), dtype="float64")
    z, scale = x, 10.0 ** rng.uniform(-1, 3)
    for width in rng.integers(2, 7, rng.integers(1, 3)):
        W, b = rng.normal(size=(n, width)), rng.normal(size=width)
        W = np.clip(scale * W / np.sqrt(n), -1e3, 1e3)
        if rng.integers(3) == 0:
            W, b = (a.astype(np.float32).astype(np.float64) for a in (W, b))
        z, n = layer(pt.dot(z, W) + b), int(width)
    return lower([pt.dot(z, rng.normal(size=(n, 2)))], [x])


def violations(program, rng):
    """Return how many boxes have a point outside some bound of the outputs."""
    lower_, upper = boxes(rng, program.size)
    x = grids(lower_, upper)
    with np.errstate(over="ignore", invalid="ignore"):  # exponentials of large numbers are infinite
        y = program(x.reshape(-1, x.shape[2]))[0].reshape(*x.shape[:2], -1)
        plain = interval_bounds(program, lower_, upper).outputs[0]
        models = bool(rng.integers(2))
        found = linear_bounds(program, lower_, upper, rounds=int(rng.integers(2)), second_order=models)
    below = x @ found.slope_lower.swapaxes(1, 2) + found.constant_lower[:, None]
    above = x @ found.slope_upper.swapaxes(1, 2) + found.constant_upper[:, None]
    wrong = np.zeros(BOXES, dtype=bool)
    for low, high in (
        (plain[0][:, None], plain[1][:, None]),
        (found.lower[:, None], found.upper[:, None]),
        (below, above),
    ):
        wrong |= ((y < low) | (y > high)).any(axis=(1, 2))
    return int(wrong.sum())


@pytest.mark.parametrize("name", LAYERS)
def test_no_violation(name):
    rng = np.random.default_rng([ord(c) for c in name])
    assert sum(violations(a_network(rng, LAYERS[name]), rng) for _ in range(6)) == 0
