"""Linear bounds of unrolled recurrences: valid, and far narrower than intervals."""

import numpy as np
import pytest

import graphopt as go
from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear_bounds import linear_bounds
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
