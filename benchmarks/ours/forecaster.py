"""Story 2's network in the layers of this project, at W3's size."""

from __future__ import annotations

import graphopt as go
from benchmarks import data


def build(weights):
    """Return the two-branch network carrying `weights` (see `data.forecaster_weights`)."""
    past, plan = go.Input(data.PAST, name="past"), go.Input(data.PLAN, name="plan")
    merged = go.Concatenate()([go.LSTM(data.UNITS)(past), go.LSTM(data.UNITS)(plan)])
    net = go.Model([past, plan], go.Dense(data.HORIZON, "relu")(merged), dtype="float32", seed=0)
    net.set_weights(weights)
    return net


def train(net, *, epochs=1, tier="auto"):
    """Run epochs of Adam over the workload's samples in order."""
    past, plan, target = data.forecaster_data()
    return net.fit(
        [past, plan],
        target,
        loss="mse",
        optimizer=go.Adam(data.ADAM_RATE),
        epochs=epochs,
        batch_size=data.BATCH,
        shuffle=False,
        verbose=0,
        tier=tier,
    )


def build_for_question():
    """Return the network that the bounded solve asks."""
    return build(data.plan_question()["weights"])
