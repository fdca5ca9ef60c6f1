"""Enclosures: rows of them, and where two meet."""

import numpy as np

from graphopt.enclosures.enclosure import meet
from graphopt.enclosures.intervals import interval_bounds
from tests.programs import random_program


def test_rows_are_those_of_the_boxes():
    rng = np.random.default_rng(0)
    program = random_program(rng, [2, 5, 3], "tanh")
    lower = rng.normal(size=(4, 2))
    index = np.array([2, 2, 0])
    taken = interval_bounds(program, lower, lower + 1).rows(index)
    alone = interval_bounds(program, lower[index], lower[index] + 1)
    for found, expected in [
        (taken.arguments[1][0], alone.arguments[1][0]),
        (taken.values[1], alone.values[1]),
        (taken.outputs[0], alone.outputs[0]),
    ]:
        np.testing.assert_array_equal(found, expected)


def test_ranges_meet():
    first = np.array([0.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0])
    second = np.array([1.0, -1.0, 3.0]), np.array([3.0, 1.0, 4.0])
    lower, upper = meet(first, second)
    assert lower.tolist() == [1.0, 0.0, 0.0]  # where they do not meet, the first
    assert upper.tolist() == [2.0, 1.0, 2.0]
    assert meet(first, None) is first
