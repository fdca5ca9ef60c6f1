"""Graphs over one more axis: equal to the graph applied sample by sample."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import ancestors
from pytensor.tensor.blockwise import Blockwise

from graphopt import engine
from graphopt.ops.gru import gru
from graphopt.ops.lstm import lstm
from graphopt.ops.rnn import simple_rnn
from graphopt.ops.vectorized import vectorized

T, B, H, SAMPLES = 5, 2, 3, 4
LAYERS = {
    "lstm": (lambda z, U, h0, c0: lstm(z, U, h0, c0)[0], 4, H, 2),
    "gru, reset after": (lambda z, U, h0: gru(z, U, h0), 3, H + 1, 1),
    "gru, reset before": (lambda z, U, h0: gru(z, U, h0, reset_after=False), 3, H, 1),
    "simple rnn": (lambda z, U, h0: simple_rnn(z, U, h0), 1, H, 1),
}


def arrays(gates, rows, states, lead=()):
    """Return random inputs, weights and states; `lead` is in front of inputs and states."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(*lead, T, B, gates * H))
    return z, rng.normal(size=(rows, gates * H)), [rng.normal(size=(*lead, B, H)) for _ in range(states)]


def symbols(*values):
    return [pt.tensor(f"v{k}", shape=(None,) * v.ndim, dtype="float64") for k, v in enumerate(values)]


@pytest.mark.parametrize("batched_states", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_layers_take_a_leading_axis(name, batched_states):
    layer, gates, rows, count = LAYERS[name]
    z, U, states = arrays(gates, rows, count, (SAMPLES,))
    if not batched_states:
        states = [state[0] for state in states]
    one = symbols(z[0], U, *(np.zeros((B, H)) for _ in states))
    many = symbols(z, U, *states)
    output = layer(*one)
    (found,) = vectorized([output], dict(zip(one, many, strict=True)))
    assert not [v for v in ancestors([found]) if v.owner and isinstance(v.owner.op, Blockwise)]
    found = engine.compile(many, found, tier="now")(z, U, *states)
    single = engine.compile(one, output, tier="now")
    for k in range(SAMPLES):
        own = [state[k] if batched_states else state for state in states]
        np.testing.assert_allclose(found[k], single(z[k], U, *own), rtol=1e-12, atol=1e-14)


def test_a_join_with_what_has_no_leading_axis():
    x, held = pt.matrix("x", shape=(3, 2)), pt.matrix("held", shape=(3, 1))
    X = pt.tensor("X", shape=(None, 3, 2))
    output = pt.concatenate([x, held], axis=-1)
    (found,) = vectorized([output], {x: X})
    assert not [v for v in ancestors([found]) if v.owner and isinstance(v.owner.op, Blockwise)]
    values, one = np.arange(24.0).reshape(4, 3, 2), np.ones((3, 1))
    np.testing.assert_array_equal(
        engine.compile([X, held], found, tier="now")(values, one),
        np.concatenate([values, np.broadcast_to(one, (4, 3, 1))], axis=-1),
    )


def test_weights_of_their_own_are_looped_over():
    layer, gates, rows, count = LAYERS["simple rnn"]
    z, U, states = arrays(gates, rows, count, (SAMPLES,))
    weights = np.stack([U * (k + 1) for k in range(SAMPLES)])
    one, many = symbols(z[0], U, states[0][0]), symbols(z, weights, states[0])
    output = layer(*one)
    (vectorised,) = vectorized([output], dict(zip(one, many, strict=True)))
    found = engine.compile(many, vectorised, tier="now")(z, weights, states[0])
    single = engine.compile(one, output, tier="now")
    for k in range(SAMPLES):
        np.testing.assert_allclose(found[k], single(z[k], weights[k], states[0][k]), rtol=1e-12)
