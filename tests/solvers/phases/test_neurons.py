"""Linear functions below the cost, and ranges of arguments: held at points, whatever the multipliers."""

from dataclasses import replace

import numpy as np
import pytest

from graphopt.solvers.phases.neurons import Lines
from relu_nodes import inside, made, random_nodes


@pytest.mark.parametrize("seed", range(4))
def test_lines_are_below_whatever_the_multipliers(seed):
    limits = [(-0.3, 0.5)] if seed > 1 else ()
    rng, neurons, x, (cost, *limited), z = made(seed, limits)
    nodes = random_nodes(rng, neurons, z)
    below = neurons.below(nodes, Lines.of(nodes.low, nodes.high))
    seen = 0
    for k in range(len(nodes)):
        points = inside(nodes.rows(np.array([k])), x, z)
        if limits:
            points &= (limited[0] >= -0.3) & (limited[0] <= 0.5)
        seen += points.sum()
        assert np.all(x[points] @ below.slope[k] + below.constant[k] <= cost[points])
        assert np.all(below.bound[k] <= cost[points])
    assert seen > 100


@pytest.mark.parametrize("seed", range(4))
def test_narrowed_nodes_hold_the_same_points(seed):
    rng, neurons, x, _, z = made(seed)
    nodes = random_nodes(rng, neurons, z)
    kept = [inside(nodes.rows(np.array([k])), x, z) for k in range(len(nodes))]
    marked = replace(nodes, bound=np.arange(float(len(nodes))))
    narrowed = neurons.narrowed(marked)
    assert sum(kept[int(k)].sum() for k in narrowed.bound) == sum(points.sum() for points in kept)
    width = 0.0
    for row, k in enumerate(narrowed.bound.astype(int)):
        node = narrowed.rows(np.array([row]))
        assert np.all(inside(node, x[kept[k]], z[kept[k]]))
        width += np.sum(node.high - node.low) / np.sum(nodes.high[k] - nodes.low[k])
    assert width < 0.98 * len(narrowed)
