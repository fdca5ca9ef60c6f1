"""Good points: descents, flips, and gradients against differences."""

import itertools

import numpy as np

from graphopt.solvers.branching.incumbents import best_first, cost_of, descended, descended_within, flipped
from graphopt.solvers.branching.inheritance import Inheritance
from graphopt.solvers.branching.pullback import cost_and_gradient, pullback
from graphopt.solvers.limits import Limits
from graphopt.structure.forms import group_form, transformed
from graphopt.structure.program import Group, Program
from tests.programs import random_program


def with_sum(program, weights=1.0):
    rows = weights * np.ones((1, program.size))
    return Program(program.groups, (*program.outputs, transformed(rows, group_form(0, program.size))))


def test_gradients_match_central_differences():
    rng = np.random.default_rng(0)
    program = random_program(rng, (3, 6, 5, 1), "tanh", 2.0)
    squared = Group("product", 1, (program.outputs[0], program.outputs[0]))
    program = Program((*program.groups, squared), (group_form(len(program.groups), 1),))
    x, step = rng.normal(size=(4, 3)), 1e-6
    _, gradient = cost_and_gradient(program, x)
    moves = step * np.eye(3)
    differences = [(program(x + m)[0] - program(x - m)[0])[:, 0] / (2 * step) for m in moves]
    np.testing.assert_allclose(gradient, np.stack(differences, axis=1), rtol=0, atol=1e-8)


def test_seeds_weigh_the_outputs():
    program = with_sum(random_program(np.random.default_rng(0), (3, 4, 1), "tanh"), 2.0)
    values = program.values(np.zeros((1, 3)))
    np.testing.assert_array_equal(pullback(program, values, [None, np.array([[3.0]])]), [[6.0, 6.0, 6.0]])


def test_descents_end_lower_and_inside_their_own_boxes():
    rng = np.random.default_rng(1)
    program = random_program(rng, (3, 8, 1), "tanh", 3.0)
    lower = rng.uniform(-1, 0, (5, 3))
    points, upper = lower + 0.2, lower + 0.5
    ends = descended(program, points, lower, upper)
    assert (ends >= lower).all()
    assert (ends <= upper).all()
    assert (program(ends)[0] <= program(points)[0] + 1e-12).all()
    assert (program(ends)[0] < program(points)[0]).any()


def test_a_descent_under_limits_keeps_them():
    program = with_sum(random_program(np.random.default_rng(2), (3, 8, 1), "tanh", 3.0))
    for pair in ((-np.inf, -0.5), (0.25, 0.25)):
        limits = Limits.of(program, [pair])
        end = descended_within(program, limits, np.zeros(3), -np.ones(3), np.ones(3))
        assert np.isfinite(cost_of(program, limits, end[None])[0])


def test_flips_find_the_best_of_all_binary_points_or_one_that_two_flips_cannot_improve():
    rng = np.random.default_rng(3)
    every = np.array(list(itertools.product((0.0, 1.0), repeat=8)))
    found = 0
    for _ in range(10):
        program = random_program(rng, (8, 6, 1), "sigmoid", 3.0)
        limits = Limits.of(program, ())
        x = flipped(program, limits, np.zeros(8), np.zeros(8), np.ones(8), np.ones(8, dtype=bool))
        cost = cost_of(program, limits, x[None])[0]
        near = every[np.abs(every - x).sum(axis=1) <= 2]
        assert cost <= program(near)[0].min() + 1e-12
        found += cost <= program(every)[0].min() + 1e-12
    assert found >= 5


def test_flips_reach_the_limits_first():
    """From no input chosen to exactly three."""
    program = with_sum(random_program(np.random.default_rng(4), (8, 6, 1), "sigmoid", 3.0))
    limits = Limits.of(program, [(3.0, 3.0)])
    x = flipped(program, limits, np.zeros(8), np.zeros(8), np.ones(8), np.ones(8, dtype=bool))
    assert x.sum() == 3


def test_points_that_keep_the_limits_come_before_cheaper_ones():
    program = with_sum(random_program(np.random.default_rng(5), (2, 4, 1), "tanh"))
    limits = Limits.of(program, [(-np.inf, 0.0)])
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    ranked = best_first(program, limits, points)
    costs = cost_of(program, limits, ranked)
    kept = np.isfinite(costs)
    assert kept.any()
    assert not kept.all()
    assert (np.diff(kept.astype(int)) <= 0).all()
    assert (np.diff(costs[kept]) >= 0).all()


def test_inherited_arguments_are_rounded_outwards():
    from graphopt.enclosures.linear.bounds import linear_bounds

    program = random_program(np.random.default_rng(6), (2, 5, 4, 1), "tanh", 2.0)
    found = linear_bounds(program, -np.ones((3, 2)), np.ones((3, 2))).enclosure
    inheritance = Inheritance(program)
    again = inheritance.unpacked(inheritance.packed(found))
    (lower, upper), (low, high) = found.arguments[2][0], again.arguments[2][0]
    assert inheritance.width == 8
    assert (low < lower).all()
    assert (high > upper).all()
    np.testing.assert_allclose((low, high), (lower, upper), rtol=1e-6, atol=1e-40)
    assert np.isinf(again.arguments[1][0][0]).all()
