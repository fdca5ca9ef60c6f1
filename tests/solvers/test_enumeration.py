"""Enumeration against the program evaluated at every point, and against closed forms."""

from itertools import product

import numpy as np
import pytest

from graphopt.errors import InvalidValue
from graphopt.solvers import enumeration
from graphopt.solvers.branching.incumbents import descended
from graphopt.solvers.enumeration import count_points, enumerate_points
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from programs import random_program

WHOLE = np.ones(18, dtype=bool)


def brute_force(program, axes):
    """Return the first best point and its cost, every point evaluated by the program in one call."""
    points = np.array(list(product(*axes)), dtype=np.float64)
    cost = program(points)[0][:, 0]
    return points[np.argmin(cost)], cost.min()


@pytest.mark.parametrize("seed", range(100))
def test_binary_inputs_of_random_networks(seed):
    program = random_program(np.random.default_rng(seed), (10, 8, 1), "sigmoid", 2.0)
    proof = enumerate_points(program, np.zeros(10), np.ones(10), integer=WHOLE[:10])
    x, value = brute_force(program, [(0, 1)] * 10)
    np.testing.assert_array_equal(proof.x, x)
    assert proof.value == pytest.approx(value, abs=1e-14)
    assert (proof.gap, proof.stopped, proof.nodes) == (0.0, "gap", 1024)


def test_rounding_a_real_optimum_is_wrong_for_some():
    """What enumeration is for: the corner nearest to a local optimum of the box may not be the best."""
    wrong, box = 0, (np.zeros(10), np.ones(10))
    for seed in range(100):
        program = random_program(np.random.default_rng(seed), (10, 8, 1), "sigmoid", 2.0)
        rounded = np.round(descended(program, np.full((1, 10), 0.5), [box[0]], [box[1]]))
        proof = enumerate_points(program, *box, integer=WHOLE[:10])
        assert proof.value <= program(rounded)[0][0, 0] + 1e-12
        wrong += program(rounded)[0][0, 0] > proof.value + 1e-9
    assert 5 <= wrong <= 20


@pytest.mark.parametrize("function", ["relu", "tanh", "square"])
def test_integers_with_gaps_choices_and_held_decisions(function):
    program = random_program(np.random.default_rng(1), (4, 7, 3, 1), function)
    choices = {1: np.array([-1.0, 0.25, 7.0]), 3: np.array([2.0, 1.0])}
    proof = enumerate_points(
        program,
        np.array([-2.5, -5, 0.3, 0]),
        np.array([1.5, 5, 0.3, 9]),
        integer=np.array([True, False, False, False]),
        choices=choices,
    )
    x, value = brute_force(program, [(-2, -1, 0, 1), (-1.0, 0.25), (0.3,), (1, 2)])
    np.testing.assert_array_equal(proof.x, x)
    assert proof.value == pytest.approx(value, abs=1e-14)
    assert proof.nodes == 16


def test_blocks_and_tables_cover_every_point_once(monkeypatch):
    """Arrays so small that slow, fast and single decisions are all cut into blocks."""
    program = random_program(np.random.default_rng(2), (3, 5, 1), "tanh")
    expected = brute_force(program, [range(3), range(41), range(2)])
    for largest in (1, 7, 30, 100, 10_000):
        monkeypatch.setattr(enumeration, "LARGEST_ARRAY", largest)
        proof = enumerate_points(program, np.zeros(3), np.array([2, 40, 1]), integer=WHOLE[:3])
        np.testing.assert_array_equal(proof.x, expected[0])
        assert proof.nodes == 3 * 41 * 2


def test_one_decision_with_many_values():
    """(x / 1000 - 123.4567)^2 is least at x = 123457 among the whole numbers."""
    shifted = Form(np.array([-123.4567]), {0: np.array([[1e-3]])})
    program = Program(
        (Group("input", 1), Group("square", 1, (shifted,))), (Form(np.zeros(1), {1: np.eye(1)}),)
    )
    proof = enumerate_points(program, [0.0], [2e6], integer=np.array([True]))
    assert (proof.x[0], proof.nodes) == (123457.0, 2_000_001)


def linear(cost, rows):
    return Program((Group("input", len(cost)),), (form([cost]), form(rows)))


def form(matrix):
    matrix = np.array(matrix, dtype=np.float64)
    return Form(np.zeros(len(matrix)), {0: matrix})


def test_the_first_of_equal_points_wins():
    proof = enumerate_points(
        linear([1, 1, 1], [[1, 1, 1]]), np.zeros(3), np.ones(3), integer=WHOLE[:3], limits=[(2, 3)]
    )
    np.testing.assert_array_equal(proof.x, [0, 1, 1])


def test_a_constant_cost_gives_the_first_point():
    """More equal points than are kept for a second look."""
    program = linear([0] * 16, [[0] * 16])
    proof = enumerate_points(program, np.zeros(16), np.ones(16), integer=WHOLE[:16], limits=[(-1, 1)])
    assert (proof.x.any(), proof.gap) == (False, 0.0)


def test_limits_in_decimals_hold_up_to_rounding():
    """0.1 + 0.2 <= 0.3 although float64 says 0.30000000000000004."""
    program = linear([-1, -1], [[0.1, 0.2]])
    proof = enumerate_points(program, np.zeros(2), np.ones(2), integer=WHOLE[:2], limits=[(-np.inf, 0.3)])
    np.testing.assert_array_equal(proof.x, [1, 1])


@pytest.mark.parametrize(("upper", "least"), [(1.0, 2.5), (0.8, 0.5)])
def test_no_point_is_infeasible(upper, least):
    program = linear([1, 1], [[1, 1]])
    lower = np.full(2, 0.2) if upper < 1 else np.zeros(2)
    proof = enumerate_points(program, lower, np.full(2, upper), integer=WHOLE[:2], limits=[(least, np.inf)])
    assert (proof.stopped, proof.x, proof.gap) == ("infeasible", None, 0.0)


def test_points_without_a_value_do_not_count():
    root = Program(
        (Group("input", 1), Group("sqrt", 1, (form([[1]]),))), (Form(np.zeros(1), {1: np.eye(1)}),)
    )
    assert enumerate_points(root, [-2.0], [4.0], integer=np.array([True])).x == [0]
    nowhere = enumerate_points(root, [-2.0], [-1.0], integer=np.array([True]))
    assert (nowhere.stopped, nowhere.lower_bound) == ("failed", -np.inf)


def test_a_limit_of_time_leaves_the_bound_open():
    program = random_program(np.random.default_rng(0), (18, 4, 1), "tanh")
    proof = enumerate_points(program, np.zeros(18), np.ones(18), integer=WHOLE[:18], max_seconds=0.0)
    assert (proof.stopped, proof.lower_bound) == ("time", -np.inf)
    assert 0 < proof.nodes < 2**18
    assert proof.value == program(proof.x[None])[0][0, 0]


def test_count_points():
    whole = np.array([True, False])
    assert count_points([0.5, 1.0], [3.5, 1.0], whole) == 3
    assert count_points([0.5, 1.0], [3.5, 2.0], whole) == np.inf
    assert count_points([0.5, 1.0], [3.5, 2.0], whole, {1: [1, 1, 2, 5]}) == 6
    assert count_points([0.5, 1.0], [0.6, 2.0], whole) == 0


def test_too_many_points_are_refused_before_they_are_listed():
    program = random_program(np.random.default_rng(0), (2, 3, 1), "tanh")
    with pytest.raises(InvalidValue, match="1000000000000000000 points; enumeration looks at 4194304"):
        enumerate_points(program, np.ones(2), np.array([1e18, 1]), integer=WHOLE[:2])
    with pytest.raises(InvalidValue, match="Decision 1 may take any of infinitely many"):
        enumerate_points(program, np.zeros(2), np.ones(2), integer=np.array([True, False]))
