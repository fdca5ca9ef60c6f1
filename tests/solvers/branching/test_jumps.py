"""Functions that jump are minimised to a proof, against all points of a grid."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt import engine
from graphopt.nn import activations

RNG = np.random.default_rng(0)
W, w = RNG.normal(size=(2, 8)), RNG.normal(size=8)
x = pt.vector("x", shape=(2,), dtype="float64")
z = pt.dot(x, W)

QUESTIONS = {
    "steps": pt.dot((z > 0.2) * 1.0, w) + 0.1 * pt.sum(x**2),
    "quantised": pt.sum((pt.round(4 * pt.tanh(x)) / 4 - 0.3) ** 2) + 0.05 * x[0],
    "switch": pt.switch(x[0] + x[1] > 0.5, pt.sum(x**2), 2 + x[0]),
    "argmax": pt.argmax(z) + pt.sum((x - 0.5) ** 2),
    "median": pt.sort(z)[4] + 0.1 * pt.sum(x**2),
    "hard shrink": pt.dot(activations.hard_shrink(z), w) + 0.3 * pt.sum(x**2),
    "both of two": pt.sum(((x > 0.1) & (x < 0.4)) * -1.0) + x[0] - 0.5 * x[1],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_least_values_are_proved(name):
    """No point of the grid is below the bound, and the answer is as good as the best of them."""
    cost = QUESTIONS[name]
    answer = go.minimize(cost, over={x: (-1, 1)}, certify=True, gap=1e-3)
    assert answer.status is go.Status.PROVED_OPTIMAL
    assert answer.fun - answer.certificate.lower_bound <= 1e-3
    value = engine.compile([x], cost, tier="now")
    assert value(answer.x) == pytest.approx(answer.fun, rel=1e-12)
    axis = np.linspace(-1, 1, 61)
    grid = [value(np.array([a, b])) for a in axis for b in axis]
    assert answer.certificate.lower_bound <= min(grid)
    assert answer.fun <= min(grid) + 1e-3


@pytest.mark.parametrize("name", QUESTIONS)
def test_claims_are_decided(name):
    cost = QUESTIONS[name]
    found = go.bounds(cost, over={x: (-1, 1)})
    assert np.isfinite(found.width)
    assert go.prove(cost, "<=", float(found.upper) + 1e-6, over={x: (-1, 1)}).holds is True
    assert go.prove(cost, ">=", float(found.upper), over={x: (-1, 1)}).holds is False
