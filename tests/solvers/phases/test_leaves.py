"""Nodes with every neuron decided."""

from dataclasses import replace

import numpy as np
import pytest

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.limits import Limits
from graphopt.solvers.phases.leaves import leaf_model, solved_leaf
from graphopt.solvers.phases.neurons import Neurons
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from relu_nodes import inside, made


@pytest.mark.parametrize("seed", range(4))
def test_a_leaf_is_solved(seed):
    """Its points cost no less than the bound, and the best of them is of the node."""
    rng, neurons, x, (cost, limited), z = made(seed, [(-0.6, 0.7)])
    k = int(rng.integers(len(x)))
    on = z[k] > 0
    root = neurons.root
    leaf = replace(root, low=np.where(on, 0.0, root.low), high=np.where(on, root.high, 0.0))
    best, bound = solved_leaf(neurons, leaf)
    points = inside(leaf, x, z) & (limited >= -0.6) & (limited <= 0.7)
    if best is None:
        assert not points.any()
        return
    assert np.all(cost[points] >= bound)
    assert np.all((best >= -1) & (best <= 1))
    model, _ = leaf_model(neurons, leaf)
    assert model.violation(best) <= 1e-9
    assert bound <= model.value(best) <= bound + 1e-8


def test_a_leaf_without_points_is_proved_empty():
    """relu(x0) on and relu(-x0 - 0.5) on."""
    form = Form(np.array([0.0, -0.5]), {0: np.array([[1.0, 0.0], [-1.0, 0.0]])})
    cost = Form(np.zeros(1), {1: np.ones((1, 2))})
    program = Program((Group("input", 2), Group("relu", 2, (form,))), (cost,))
    enclosure = linear_bounds(program, -np.ones((1, 2)), np.ones((1, 2))).enclosure
    neurons = Neurons(program, enclosure, Limits.of(program, []))
    leaf = replace(neurons.root, low=np.zeros((1, 2)))
    assert solved_leaf(neurons, leaf) == (None, np.inf)
