"""The frontier against a sorted list."""

import numpy as np

from graphopt.solvers.branching.frontier import Frontier


def test_boxes_come_out_best_first_with_their_rows():
    rng = np.random.default_rng(0)
    frontier, expected = Frontier({"x": (2, np.float64)}), []
    for _ in range(30):
        bounds = rng.random(17)
        frontier.push(bounds, x=np.stack([bounds, -bounds], axis=1))
        expected = sorted([*expected, *bounds])
        assert frontier.lower_bound == expected[0]
        taken, rows = frontier.pop(5)
        np.testing.assert_array_equal(taken, expected[:5])
        np.testing.assert_array_equal(rows["x"], np.stack([taken, -taken], axis=1))
        expected = expected[5:]
    assert len(frontier) == len(expected)


def test_discard_closes_from_a_level_on():
    frontier = Frontier({"x": (1, np.float64)})
    frontier.push(np.arange(200.0), x=np.arange(200.0)[:, None])
    needed = frontier.bytes
    assert frontier.discard(150.0) == 150.0
    assert frontier.discard(150.0) == np.inf
    assert frontier.bytes < needed
    np.testing.assert_array_equal(frontier.pop(1000)[1]["x"][:, 0], np.arange(150.0))
    assert frontier.lower_bound == np.inf
