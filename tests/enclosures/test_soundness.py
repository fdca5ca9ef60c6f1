"""No bound is ever wrong: a thousand random networks against dense grids of their boxes."""

import numpy as np
import pytest

from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from tests.enclosures.recurrent import gru_program, lstm_program, rnn_program
from tests.programs import dense_program, random_network

BOXES = 6
POINTS = {1: 201, 2: 25, 3: 9}


def mixed_network(rng, sizes, scale):
    """Return weights, biases and activations of a network whose layers differ."""
    weights, biases, activations = random_network(rng, sizes, None, scale)
    return weights, biases, [*rng.choice(["relu", "tanh", "sigmoid"], len(activations) - 1), None]


def a_network(rng, kind):
    """Return the program of a network of up to three hidden layers with weights up to a thousand, every third
    rounded to float32."""
    sizes = [int(rng.integers(1, 4)), *rng.integers(1, 9, rng.integers(1, 4)), int(rng.integers(1, 3))]
    scale = 10.0 ** rng.uniform(-1, 3)
    if kind == "mixed":
        weights, biases, activations = mixed_network(rng, sizes, scale)
    else:
        weights, biases, activations = random_network(rng, sizes, kind, scale)
    weights = [np.clip(W, -1e3, 1e3) for W in weights]
    if rng.integers(3) == 0:
        weights = [W.astype(np.float32).astype(np.float64) for W in weights]
        biases = [b.astype(np.float32).astype(np.float64) for b in biases]
    return dense_program(weights, biases, activations)


def a_recurrence(rng, unrolled):
    """Return the program of a recurrence over up to three steps."""
    return unrolled(rng, int(rng.integers(1, 5)), int(rng.integers(1, 4)), scale=10.0 ** rng.uniform(-1, 2))


def boxes(rng, n):
    """Return boxes from points to [-10, 10] wide, one of them a point and one flat."""
    centre, radius = rng.normal(size=(BOXES, n)), 10.0 ** rng.uniform(-8, 1, (BOXES, n))
    radius[0] = 0.0
    radius[1, 0] = 0.0
    return centre - radius, centre + radius


def grids(lower, upper):
    """Return a grid in each box, the corners among its points: (B, points, n)."""
    n = lower.shape[1]
    share = np.stack(np.meshgrid(*[np.linspace(0, 1, POINTS[n])] * n, indexing="ij"), axis=-1).reshape(-1, n)
    return np.clip(lower[:, None] * (1 - share) + upper[:, None] * share, lower[:, None], upper[:, None])


def violations(program, rng):
    """Return how many boxes have a point outside some bound."""
    lower, upper = boxes(rng, program.size)
    x = grids(lower, upper)
    values = [v.reshape(*x.shape[:2], -1) for v in program.values(x.reshape(-1, x.shape[2]))]
    y = np.concatenate([v.reshape(*x.shape[:2], -1) for v in program(x.reshape(-1, x.shape[2]))], axis=2)
    plain = interval_bounds(program, lower, upper)
    found = linear_bounds(
        program, lower, upper, rounds=int(rng.integers(3)), second_order=bool(rng.integers(2))
    )
    wrong = np.zeros(BOXES, dtype=bool)
    for low, high, v in [
        *((*bounds, v) for bounds, v in zip(plain.values, values, strict=True)),
        *((*bounds, v) for bounds, v in zip(found.enclosure.values, values, strict=True)),
        (*(np.concatenate(side, axis=1) for side in zip(*plain.outputs, strict=True)), y),
        (found.lower, found.upper, y),
    ]:
        wrong |= ((v < low[:, None]) | (v > high[:, None])).any(axis=(1, 2))
    below = x @ found.slope_lower.swapaxes(1, 2) + found.constant_lower[:, None]
    above = x @ found.slope_upper.swapaxes(1, 2) + found.constant_upper[:, None]
    return int((wrong | ((y < below) | (y > above)).any(axis=(1, 2))).sum())


@pytest.mark.parametrize("kind", ["relu", "tanh", "sigmoid", "mixed"])
def test_no_violation_on_dense_networks(kind):
    rng = np.random.default_rng([ord(c) for c in kind])
    assert sum(violations(a_network(rng, kind), rng) for _ in range(225)) == 0


@pytest.mark.parametrize("unrolled", [rnn_program, lstm_program, gru_program])
def test_no_violation_on_recurrences(unrolled):
    rng = np.random.default_rng(7)
    assert sum(violations(a_recurrence(rng, unrolled), rng) for _ in range(75)) == 0
