"""Places in lists of choices instead of values: the same program."""

from __future__ import annotations

import numpy as np
import pytest

from graphopt.structure import Structure
from graphopt.structure.choices import chosen, over_places, places
from tests.programs import dense_program, random_network

CHOICES = {0: np.array([-1.0, 0.5, 2.0, 7.0]), 2: np.array([3.0]), 3: np.array([0.0, 1.0, 2.0])}


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_program_over_places_is_the_program_at_the_values(activation):
    rng = np.random.default_rng(0)
    program = dense_program(*random_network(rng, (4, 6, 5, 1), activation))
    points = np.column_stack(
        [rng.integers(0, 4, 50), rng.normal(size=50), np.zeros(50), rng.integers(0, 3, 50)]
    )
    np.testing.assert_allclose(
        over_places(program, CHOICES)(points)[0], program(chosen(points, CHOICES))[0], rtol=1e-12, atol=1e-12
    )


def test_structure_stays_piecewise_linear():
    program = dense_program(*random_network(np.random.default_rng(1), (4, 3, 1), "relu"))
    assert over_places(program, CHOICES).structure is Structure.PIECEWISE_LINEAR


def test_evenly_spaced_choices_need_no_bend():
    program = dense_program(*random_network(np.random.default_rng(2), (4, 1), None))
    assert over_places(program, {3: CHOICES[3]}).structure is Structure.AFFINE


def test_places_and_values_are_inverse():
    x = np.array([2.0, 0.3, 3.0, 1.0])
    np.testing.assert_array_equal(places(x, CHOICES), [2, 0.3, 0, 1])
    np.testing.assert_array_equal(chosen(places(x, CHOICES), CHOICES), x)
