"""The neuron to split on, and the bounds of the parts."""

import numpy as np
import pytest

from graphopt.solvers.phases.choosing import best_split
from graphopt.solvers.phases.multipliers import improved
from relu_nodes import inside, made


@pytest.mark.parametrize("seed", range(4))
def test_bounds_of_a_split_hold_in_its_parts(seed):
    _, neurons, x, (cost,), z = made(seed)
    node, _ = improved(neurons, neurons.root, np.inf, 5)
    place, bounds = best_split(neurons, node, np.inf)
    assert node.undecided[0, place[0]]
    parts = node.split(place)
    for k in range(2):
        points = inside(parts.rows(np.array([k])), x, z)
        assert bounds[0, k] <= cost[points].min()
    assert bounds.sum() >= 2 * node.bound[0]
