"""Linear bounds against dense grids, a worked example, and intervals."""

import numpy as np
import pytest

from graphopt.enclosures.intervals import interval_bounds
from graphopt.enclosures.linear.bounds import linear_bounds
from tests.programs import dense_program, grid, random_program


def boxes(rng, count, size):
    """Return boxes of widths from 1e-6 to 10 and one point."""
    centre, radius = rng.normal(size=(count, size)), 10.0 ** rng.uniform(-6, 1, (count, size))
    radius[0] = 0.0
    return centre - radius, centre + radius


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_bounds_and_lines_hold_on_grids(activation):
    rng = np.random.default_rng(0)
    for _ in range(50):
        sizes = [rng.integers(1, 4), *rng.integers(1, 8, rng.integers(1, 4)), 2]
        program = random_program(rng, sizes, activation, 10.0 ** rng.uniform(-1, 3))
        lower, upper = boxes(rng, 6, sizes[0])
        found = linear_bounds(program, lower, upper)
        for b in range(6):
            x = np.clip(grid(lower[b], upper[b], 7), lower[b], upper[b])
            y = program(x)[0]
            assert (found.lower[b] <= y).all()
            assert (y <= found.upper[b]).all()
            assert (x @ found.slope_lower[b].T + found.constant_lower[b] <= y).all()
            assert (y <= x @ found.slope_upper[b].T + found.constant_upper[b]).all()


def test_a_worked_example():
    """relu(x + y) - relu(x - y) on [-1, 1]^2: each argument is in [-2, 2], relu between z and z / 2 + 1 or
    between 0 and z / 2 + 1; the lower slope is 0 where neither side is wider. So the output is at least
    ``0 - ((x - y) / 2 + 1)``, which is -2, and at most ``(x + y) / 2 + 1``, which is 2."""
    program = dense_program(
        [np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([[1.0], [-1.0]])], [np.zeros(2), np.zeros(1)],
        ["relu", None],
    )  # fmt: skip
    found = linear_bounds(program, -np.ones((1, 2)), np.ones((1, 2)))
    np.testing.assert_allclose(found.slope_lower[0], [[-0.5, 0.5]], atol=1e-12)
    np.testing.assert_allclose(found.slope_upper[0], [[0.5, 0.5]], atol=1e-12)
    np.testing.assert_allclose([found.constant_lower[0, 0], found.constant_upper[0, 0]], [-1, 1], atol=1e-12)
    np.testing.assert_allclose([found.lower[0, 0], found.upper[0, 0]], [-2, 2], atol=1e-12)


@pytest.mark.parametrize(("activation", "sizes"), [("tanh", [5, 50, 50, 1]), ("relu", [10, 32, 32, 1])])
def test_linear_bounds_are_tighter_than_intervals_on_wide_nets(activation, sizes):
    rng = np.random.default_rng(1)
    program = random_program(rng, sizes, activation, 2.0)
    lower = rng.uniform(-1, 0.8, (32, sizes[0]))
    plain = interval_bounds(program, lower, lower + 0.2).outputs[0]
    found = linear_bounds(program, lower, lower + 0.2)
    assert np.median((plain[1] - plain[0]) / (found.upper - found.lower)) > 5
    assert (found.lower >= plain[0] - 1e-12).all()
    assert (found.upper <= plain[1] + 1e-12).all()


def test_bounds_of_parents_are_kept():
    """A box inside another is bounded by what is known of the other, and its bounds hold."""
    rng = np.random.default_rng(0)
    program = random_program(rng, [2, 12, 12, 2], "tanh", 3.0)
    lower, upper = -np.ones((1, 2)), np.ones((1, 2))
    parent = linear_bounds(program, lower, upper, rounds=20)
    inner = np.repeat([[-0.9, -1.0]], 3, axis=0), np.array([[1.0, 0.9], [0.0, 1.0], [-0.5, -0.5]])
    alone = linear_bounds(program, *inner)
    found = linear_bounds(program, *inner, within=parent.enclosure.rows(np.zeros(3, dtype=int)))
    assert (found.lower >= np.maximum(parent.lower, alone.lower) - 1e-12).all()
    assert (found.upper <= np.minimum(parent.upper, alone.upper) + 1e-12).all()
    assert (found.lower[0] > alone.lower[0]).any()
    for b in range(3):
        y = program(np.clip(grid(inner[0][b], inner[1][b], 31), inner[0][b], inner[1][b]))[0]
        assert (found.lower[b] <= y).all()
        assert (y <= found.upper[b]).all()


def test_arguments_left_to_intervals_give_looser_bounds():
    rng = np.random.default_rng(1)
    program = random_program(rng, [3, 20, 20, 1], "sigmoid", 3.0)
    lower = rng.uniform(-1, 1, (8, 3))
    refined, rough = (linear_bounds(program, lower, lower + 0.5, refine=refine) for refine in (True, False))
    assert (refined.upper - refined.lower < rough.upper - rough.lower).all()
