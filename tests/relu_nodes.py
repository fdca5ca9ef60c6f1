"""Programs of relu with their neurons, and nodes of a search over phases with points in them, for tests."""

from dataclasses import replace

import numpy as np

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.limits import Limits
from graphopt.solvers.phases.neurons import Neurons
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
