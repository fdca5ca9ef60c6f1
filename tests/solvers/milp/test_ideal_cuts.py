"""Cuts of neurons: kept by every point of the program, and worth a better bound."""

import numpy as np
import pytest

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.linear.model import solve_linear
from graphopt.solvers.milp.ideal_cuts import with_ideal_cuts
from graphopt.solvers.milp.piecewise import piecewise
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from programs import random_program


def arrays(seed, sizes):
    program = random_program(np.random.default_rng(seed), sizes, "relu", 1.5)
    box = -np.ones(sizes[0]), np.ones(sizes[0])
    return program, piecewise(program, linear_bounds(program, *(side[None] for side in box)).enclosure)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sizes", [(4, 12, 1), (3, 10, 10, 1), (3, 6, 6, 6, 1)])
def test_every_point_of_the_program_keeps_them(seed, sizes):
    program, neurons = arrays(seed, sizes)
    mixed = neurons.mixed()
    model = with_ideal_cuts(neurons, mixed)
    points = np.random.default_rng(1).uniform(-1, 1, (200, sizes[0]))
    values = program.values(points)
    found = np.stack([values[g][:, k] for g, k in zip(neurons.groups, neurons.places, strict=True)], axis=1)
    columns = np.concatenate([points, found, found > 0], axis=1)
    assert max(model.violation(column) for column in columns) <= 1e-12
    before, after = (part.value(solve_linear(part).x) for part in (mixed, model))
    assert model.row_lower.size > mixed.row_lower.size
    assert after > before + 1e-3


def test_one_neuron_of_two_decisions_becomes_its_convex_hull():
    """max(0, x0 + x1) on [-1, 1]^2: at the corner (-1, 1) the hull allows 0 only, "big M" up to 1."""
    hinge = Group("relu", 1, (Form(np.zeros(1), {0: np.ones((1, 2))}),))
    cost = Form(np.zeros(1), {0: np.array([[2.0, -2.0]]), 1: -np.ones((1, 1))})
    program = Program((Group("input", 2), hinge), (cost,))
    enclosure = linear_bounds(program, -np.ones((1, 2)), np.ones((1, 2))).enclosure
    neurons = piecewise(program, enclosure)
    model = with_ideal_cuts(neurons, neurons.mixed())
    loose, tight = (part.value(solve_linear(part).x) for part in (neurons.mixed(), model))
    assert loose == pytest.approx(-5.0, abs=1e-9)
    assert tight == pytest.approx(-4.0, abs=1e-9)


def test_no_time_adds_nothing():
    _, neurons = arrays(0, (3, 10, 10, 1))
    mixed = neurons.mixed()
    assert with_ideal_cuts(neurons, mixed, until=0.0) is mixed
