"""Story 1 from data to answer, both ways, and its two faults."""

from __future__ import annotations

import numpy as np
import pytest

from examples import optimal_binary_input as example


@pytest.fixture(scope="module")
def figures():
    return example.main()


@pytest.mark.parametrize("way", ["layers", "expressions"])
def test_best_input_is_the_corner_the_network_was_taught(figures, way):
    answer = figures[way]
    np.testing.assert_allclose(np.ravel(answer.x), [0.0, 1.0], atol=1e-6)
    assert answer.fun > 0.95
    assert answer.kkt_residual <= 1e-6
    assert answer.success


@pytest.mark.parametrize("way", ["layer_checks", "expression_checks"])
def test_every_check_that_is_printed_holds(figures, way):
    assert all(figures[way].values()), figures[way]


def test_added_bias_gives_another_function(figures):
    """Leaving the trained bias rows out and adding 1 to the inputs is not the network that was trained."""
    fault = figures["fault"]
    np.testing.assert_array_less(0.05, np.max(np.abs(fault["added"] - fault["concatenated"])))


def test_unbounded_descent_leaves_the_box(figures):
    """The cost falls for as long as the second input grows: the story's own run ended at (-0.11, 2.00)."""
    assert np.any((figures["drifted"] < 0) | (figures["drifted"] > 1))
    assert figures["drifted"][1] > 1.5
