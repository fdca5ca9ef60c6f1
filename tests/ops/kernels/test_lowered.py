"""Layers and picks inside a step that is one compiled kernel, against the same step on NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine, ops
from graphopt.engine import native
from graphopt.errors import OutOfRange, ShapeMismatch

pytestmark = pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")

LAYERS = {
    "rnn": (ops.simple_rnn, 1, 0, 1),
    "gru after": (ops.gru, 3, 1, 1),
    "gru before": (lambda z, U, h0: ops.gru(z, U, h0, reset_after=False), 3, 0, 1),
    "lstm": (lambda *v: sum(ops.lstm(*v)), 4, 0, 2),
}


def train(make_loss, shapes, data, tier):
    """Return the losses and final weights of gradient descent, and whether the loop ran as compiled code."""
    rng = np.random.default_rng(3)
    weights = [pytensor.shared(rng.normal(size=s) * s[0] ** -0.5, shape=s) for s in shapes]
    inputs = [pt.tensor(dtype=d.dtype, shape=(4, *d.shape[1:])) for d in data]
    loss = make_loss(inputs, weights)
    updates = {w: w - 0.1 * g for w, g in zip(weights, pytensor.grad(loss, weights))}
    loop = engine.compile_loop(inputs, [loss], updates=updates, tier=tier)
    (losses,) = loop(data, batch_size=4, epochs=2)
    return losses, [w.get_value() for w in weights], loop.step.report()


@pytest.mark.parametrize("layer", LAYERS)
def test_training_a_layer_gives_what_numpy_gives(layer):
    call, gates, bias_rows, states = LAYERS[layer]
    data = [np.random.default_rng(1).normal(size=(12, 5, 3))]

    def loss(inputs, weights):
        W, U, *first = weights
        (x,) = inputs
        z = pt.dot(x.transpose(1, 0, 2), W)
        h = call(z, U, *(pt.zeros((4, 6)) + s for s in first))
        return (h**2).mean() + h[-1].sum() * 0.01

    shapes = [(3, gates * 6), (6 + bias_rows, gates * 6), *[(6,)] * states]
    (losses, weights, report), (expected, wanted, _) = (train(loss, shapes, data, t) for t in ("fast", "now"))
    assert report["runs_as"] == "native", report
    np.testing.assert_allclose(losses, expected, rtol=1e-12)
    for got, value in zip(weights, wanted):
        np.testing.assert_allclose(got, value, rtol=1e-11, atol=1e-13)


def classifier(inputs, weights):
    words, labels = inputs
    table, W = weights
    p = pt.special.softmax(pt.dot(ops.take_rows(table, words).mean(axis=1), W), axis=-1)
    return -pt.log(ops.pick_labels(p, labels)).mean()


def test_training_with_picks_gives_what_numpy_gives():
    rng = np.random.default_rng(2)
    data = [rng.integers(0, 9, (12, 5)), rng.integers(0, 3, 12)]
    shapes = [(9, 4), (4, 3)]
    (losses, weights, report), (expected, wanted, _) = (
        train(classifier, shapes, data, t) for t in ("fast", "now")
    )
    assert report["runs_as"] == "native", report
    np.testing.assert_allclose(losses, expected, rtol=1e-12)
    for got, value in zip(weights, wanted):
        np.testing.assert_allclose(got, value, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("wrong", [-1, 3])
@pytest.mark.parametrize("tier", ["now", "fast"])
def test_a_wrong_label_is_told_in_every_tier(wrong, tier):
    rng = np.random.default_rng(2)
    data = [rng.integers(0, 9, (12, 5)), rng.integers(0, 3, 12)]
    data[1][7] = wrong
    with pytest.raises(OutOfRange, match=f"Labels hold {wrong}"):
        train(classifier, [(9, 4), (4, 3)], data, tier)


@pytest.mark.parametrize("tier", ["now", "fast"])
def test_weights_of_another_size_are_told_in_every_tier(tier):
    z, h0 = pt.tensor(dtype="float64", shape=(3, 2, None)), pt.zeros((2, 4))
    U = pytensor.shared(np.ones((4, 8)))
    step = engine.compile([z], ops.lstm(z, U, h0, h0)[0], tier=tier)
    with pytest.raises(ShapeMismatch, match=r"\(4, 8\)"):
        step(np.ones((3, 2, 16)))
