"""Linear bounds of unrolled recurrences: valid, and far narrower than intervals."""

import numpy as np
import pytest

import graphopt as go
from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.problem.network_problem import network_problem
from graphopt.structure import program_of
from tests.enclosures.recurrent import lstm_program, rnn_program


@pytest.mark.parametrize(
    ("unrolled", "units", "steps", "features", "gain"),
    [(lstm_program, 64, 24, 4, 10), (lstm_program, 8, 6, 2, 4), (rnn_program, 8, 6, 1, 3)],
)
def test_a_box_of_half_width_a_tenth(unrolled, units, steps, features, gain):
    rng = np.random.default_rng(0)
    program = unrolled(rng, units, steps, features)
    centre = rng.uniform(-0.5, 0.5, (1, program.size))
    lower, upper = centre - 0.1, centre + 0.1
    plain, found = interval_bounds(program, lower, upper).outputs[0], linear_bounds(program, lower, upper)
    y = program(rng.uniform(lower, upper, (500, program.size)))[0]
    assert found.lower[0, 0] <= y.min()
    assert y.max() <= found.upper[0, 0]
    assert plain[1] - plain[0] >= gain * (found.upper - found.lower)


@pytest.mark.parametrize("layer", [go.SimpleRNN, go.LSTM, go.GRU])
def test_recurrent_layers(layer):
    network = go.Sequential([go.Input((6, 2)), layer(8), go.Dense(1)], seed=0)
    rng = np.random.default_rng(1)
    points = rng.uniform(-0.1, 0.1, (500, 6, 2))
    program = program_of(network_problem(network, "minimize", bounds=(-0.1, 0.1)))
    lower, upper = np.full((1, 12), -0.1), np.full((1, 12), 0.1)
    plain, found = interval_bounds(program, lower, upper).outputs[0], linear_bounds(program, lower, upper)
    y = network.predict(points).astype(float)
    assert found.lower[0, 0] <= y.min()
    assert y.max() <= found.upper[0, 0]
    assert plain[1] - plain[0] >= 3 * (found.upper - found.lower)


def wandering(steps, samples=300):
    """Return windows (samples, steps, 2) of two series that wander, and a third that follows them."""
    rng = np.random.default_rng(0)
    z = np.zeros((samples + steps, 3))
    for t in range(1, len(z)):
        z[t] = 0.97 * z[t - 1] + 0.3 * rng.standard_normal(3)
    z /= z.std(axis=0)
    windows = np.stack([z[t : t + steps, :2] for t in range(samples)])
    return windows, np.array([z[t + steps - 1] @ [0.6, -0.4, 0.3] for t in range(samples)])


@pytest.mark.parametrize(("layer", "epochs"), [(go.LSTM, 90), (go.GRU, 30), (go.GRU, 120)])
def test_trained_layers(layer, epochs):
    """Training makes a recurrence steeper, and linear bounds wide; with quadratic models they are still ten
    times as narrow as intervals on a box of half-width a tenth, and hold."""
    x, y = wandering(16)
    network = go.Sequential([go.Input((16, 2)), layer(32), go.Dense(1)], seed=0)
    network.fit(x, y[:, None], loss="mse", optimizer=go.Adam(6e-3), epochs=epochs, batch_size=30, verbose=0)
    box = x[-1] - 0.1, x[-1] + 0.1
    program = program_of(network_problem(network, "minimize", bounds=box))
    lower, upper = (side.reshape(1, -1) for side in box)
    plain = interval_bounds(program, lower, upper).outputs[0]
    linear, found = (linear_bounds(program, lower, upper, second_order=so) for so in (False, True))
    points = np.random.default_rng(1).uniform(*box, (500, 16, 2))
    points[:250] = np.where(points[:250] > x[-1], box[1], box[0])
    values = network.predict(points).astype(float)
    assert found.lower[0, 0] <= values.min() + 1e-5  # predicted in float32
    assert values.max() <= found.upper[0, 0] + 1e-5
    exact = program(points.reshape(500, -1))[0]
    assert found.lower[0, 0] <= exact.min()
    assert exact.max() <= found.upper[0, 0]
    assert plain[1] - plain[0] >= 10 * (found.upper - found.lower)
    assert (found.upper - found.lower <= linear.upper - linear.lower).all()
