"""Neurons and what is below the cost: held at points, whatever the multipliers, and worth an LP."""

from dataclasses import replace

import numpy as np
import pytest

from graphopt.enclosures.linear_bounds import linear_bounds
from graphopt.solvers.limits import Limits
from graphopt.solvers.linear.model import solve_linear
from graphopt.solvers.phases.choosing import best_split
from graphopt.solvers.phases.leaves import solved_leaf
from graphopt.solvers.phases.multipliers import improved
from graphopt.solvers.phases.neurons import Lines, Neurons
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from programs import random_program, skipping_program, with_limit


def made(seed, limits=()):
    """Return a program over [-1, 1]^3, its neurons, and points with their costs and arguments."""
    rng = np.random.default_rng(seed)
    program = skipping_program(rng) if seed % 2 else random_program(rng, (3, 8, 8, 1), "relu", 2.0)
    if limits:
        program = with_limit(program, rng.normal(size=(1, 3)))
    box = -np.ones(3), np.ones(3)
    enclosure = linear_bounds(program, *(side[None] for side in box)).enclosure
    neurons = Neurons(program, enclosure, Limits.of(program, limits))
    x = rng.uniform(-1, 1, (4000, 3))
    values = program.values(x)
    z = np.stack(
        [
            program.groups[g].arguments[0](values)[:, k]
            for g, k in zip(neurons.pieces.groups, neurons.pieces.places)
        ],
        axis=1,
    )
    return rng, neurons, x, [output(values)[:, 0] for output in program.outputs], z


def random_nodes(rng, neurons, z, count=20, splits=3):
    """Return nodes with some neurons held as at a random point each, and prices for that."""
    nodes = neurons.root.rows(np.zeros(count, dtype=int))
    for _ in range(splits):
        places = rng.integers(neurons.u, size=count)
        on = z[rng.integers(len(z), size=count), places] > 0
        split = nodes.split(places)
        nodes = split.rows(2 * np.arange(count) + ~on)
    return replace(nodes, multipliers=rng.uniform(0, 1, nodes.multipliers.shape))


def inside(node, x, z):
    """Return which of the points lie in a node."""
    box = np.all((x >= node.lower) & (x <= node.upper), axis=1)
    return box & np.all((z >= node.low) & (z <= node.high), axis=1)


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


@pytest.mark.parametrize("seed", range(4))
def test_the_best_multipliers_are_worth_the_linear_program(seed):
    """Strong duality: at their best, slopes and prices give the bound of the triangles' linear program."""
    _, neurons, *_ = made(seed)
    model = neurons.pieces.relaxation()
    least = model.value(solve_linear(model).x)
    first = neurons.below(neurons.root, Lines.of(neurons.root.low, neurons.root.high)).bound[0]
    node, below = improved(neurons, neurons.root, np.inf, 200)
    assert node.bound[0] == below.bound[0] <= least
    assert least - below.bound[0] <= 0.1 * max(least - first, 1e-9) + 1e-9


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


def test_a_leaf_without_points_is_proved_empty():
    """relu(x0) on and relu(-x0 - 0.5) on."""
    form = Form(np.array([0.0, -0.5]), {0: np.array([[1.0, 0.0], [-1.0, 0.0]])})
    cost = Form(np.zeros(1), {1: np.ones((1, 2))})
    program = Program((Group("input", 2), Group("relu", 2, (form,))), (cost,))
    enclosure = linear_bounds(program, -np.ones((1, 2)), np.ones((1, 2))).enclosure
    neurons = Neurons(program, enclosure, Limits.of(program, []))
    leaf = replace(neurons.root, low=np.zeros((1, 2)))
    assert solved_leaf(neurons, leaf) == (None, np.inf)
