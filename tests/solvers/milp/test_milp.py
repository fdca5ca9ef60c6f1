"""Networks of relu: MILP against all activation patterns, all corners, dense grids and closed forms."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.errors import InvalidValue
from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.enumeration import enumerate_points
from graphopt.solvers.linear.integer import IntegerVertex
from graphopt.solvers.linear.model import solve_linear
from graphopt.solvers.milp import mixed_integer as milp
from graphopt.solvers.milp.mixed_integer import mixed_integer
from graphopt.solvers.milp.piecewise import piecewise
from graphopt.solvers.milp.regions import descended_pieces, piece
from graphopt.solvers.milp.tightening import tightened_arguments
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program
from programs import dense_program, grid, random_network, random_program, with_limit

GAP = 6e-6
"""HiGHS's absolute gap and its feasibility tolerance, 1e-6 each and the latter times weights of about 2, and
what is taken off for it, for costs of about 1."""


def best_of_all_patterns(W, b, W2, b2, lower, upper):
    """Return the least of ``relu(x @ W + b) @ W2 + b2``: a linear program for each of the 2**h patterns."""
    best = np.inf
    for signs in product([0, 1], repeat=len(b)):
        s = np.array(signs)
        turned = np.where(s, -1.0, 1.0)
        found = linprog(
            (W * s) @ W2[:, 0],
            A_ub=(W * turned).T,
            b_ub=-b * turned,
            bounds=np.column_stack([lower, upper]),
        )
        if found.status == 0:
            best = min(best, found.fun + (b * s) @ W2[:, 0] + b2[0])
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_optimum_over_all_activation_patterns(seed, backend):
    rng = np.random.default_rng(seed)
    weights, biases, activations = random_network(rng, (3, 5, 1), "relu", 2.0)
    lower, upper = -np.ones(3), np.ones(3)
    proof = mixed_integer(dense_program(weights, biases, activations), lower, upper, backend=backend)
    expected = best_of_all_patterns(weights[0], biases[0], weights[1], biases[1], lower, upper)
    assert proof.value == pytest.approx(expected, abs=1e-9)
    assert proof.lower_bound <= expected + 1e-12
    assert proof.gap <= GAP * max(1, abs(expected))
    assert (proof.method, proof.stopped) == ("MILP", "gap")


@pytest.mark.parametrize("seed", range(4))
def test_deep_networks_against_a_dense_grid(seed, backend):
    rng = np.random.default_rng(seed)
    program = random_program(rng, (2, 6, 6, 6, 1), "relu", 1.5)
    lower, upper = np.array([-1.0, 0.3]), np.array([2.0, 0.9])
    proof = mixed_integer(program, lower, upper, backend=backend)
    least = program(grid(lower, upper, 101))[0].min()
    assert proof.lower_bound <= least
    assert proof.value <= least + 1e-12
    assert proof.value == program(proof.x[None])[0][0, 0]
    assert np.all((proof.x >= lower) & (proof.x <= upper))
    assert proof.gap <= GAP * max(1, abs(proof.value))


@pytest.mark.parametrize("seed", range(5))
def test_binary_inputs_against_enumeration(seed, backend):
    program = random_program(np.random.default_rng(seed), (8, 10, 6, 1), "relu", 1.5)
    whole = np.ones(8, dtype=bool)
    proof = mixed_integer(program, np.zeros(8), np.ones(8), integer=whole, backend=backend)
    expected = enumerate_points(program, np.zeros(8), np.ones(8), integer=whole)
    assert proof.value == pytest.approx(expected.value, abs=1e-9)
    assert proof.lower_bound <= expected.value
    np.testing.assert_array_equal(proof.x, np.round(proof.x))


def test_integer_bounds_are_rounded_inwards_beside_reals():
    """|x0 - 0.4| + |x1 - 0.4| with x0 whole and at least 0.5: the best are x0 = 1 and x1 = 0.4."""
    arguments = Form(np.array([-0.4, 0.4, -0.4, 0.4]), {0: np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])})
    program = Program(
        (Group("input", 2), Group("relu", 4, (arguments,))), (Form(np.zeros(1), {1: np.ones((1, 4))}),)
    )
    whole = np.array([True, False])
    proof = mixed_integer(program, [0.5, -1], [2.5, 1], integer=whole)
    np.testing.assert_allclose(proof.x, [1, 0.4], atol=1e-12)
    assert proof.value == pytest.approx(0.6, abs=1e-12)
    nothing = mixed_integer(program, [0.2, -1], [0.8, 1], integer=whole)
    assert (nothing.stopped, nothing.x, nothing.gap) == ("infeasible", None, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_affine_limits(seed):
    program = with_limit(
        random_program(np.random.default_rng(seed), (2, 10, 5, 1), "relu", 2.0), [[1, 1], [1, -2]]
    )
    limits = [([-np.inf, -0.2], [0.5, 0.4])]
    proof = mixed_integer(program, -np.ones(2), np.ones(2), limits=limits)
    cost, rows = program(grid(-np.ones(2), np.ones(2), 201))
    inside = np.all((rows >= limits[0][0]) & (rows <= limits[0][1]), axis=1)
    assert proof.lower_bound <= cost[inside].min()
    assert proof.value <= cost[inside].min() + 1e-12
    kept = program(proof.x[None])[1][0]
    assert np.all((kept >= np.array(limits[0][0]) - 1e-9) & (kept <= np.array(limits[0][1]) + 1e-9))
    assert proof.gap <= GAP * max(1, abs(proof.value))


def test_a_limit_on_an_output_that_is_relu_itself():
    """min x with relu(x - 0.5) >= 0.25: x = 0.75."""
    hinge = Group("relu", 1, (Form(np.array([-0.5]), {0: np.eye(1)}),))
    program = Program(
        (Group("input", 1), hinge), (Form(np.zeros(1), {0: np.eye(1)}), Form(np.zeros(1), {1: np.eye(1)}))
    )
    proof = mixed_integer(program, [0.0], [1.0], limits=[(0.25, np.inf)])
    assert proof.value == pytest.approx(0.75, abs=1e-9)
    assert proof.gap <= GAP
    never = mixed_integer(program, [0.0], [1.0], limits=[(0.6, np.inf)])
    assert (never.stopped, never.x) == ("infeasible", None)


def test_limits_that_no_point_keeps_although_the_relaxation_does():
    """relu(x) + relu(-x) = |x| >= 0.5 and |x| <= 0.5 on the whole numbers 0 and 1 only."""
    both = Group("relu", 2, (Form(np.zeros(2), {0: np.array([[1.0], [-1.0]])}),))
    program = Program(
        (Group("input", 1), both),
        (Form(np.zeros(1), {0: np.eye(1)}), Form(np.zeros(1), {1: np.ones((1, 2))})),
    )
    proof = mixed_integer(program, [-1.0], [1.0], integer=np.array([True]), limits=[(0.5, 0.5)])
    assert (proof.stopped, proof.x, proof.lower_bound) == ("infeasible", None, np.inf)


@pytest.mark.parametrize("lower", [[0.25, 0.5], [0.25, -1.0]])
def test_held_decisions_stay(lower):
    program = random_program(np.random.default_rng(3), (2, 8, 1), "relu")
    proof = mixed_integer(program, lower, [0.25, 0.5])
    least = program(grid(np.array(lower), np.array([0.25, 0.5]), 301))[0].min()
    assert proof.x[0] == 0.25
    assert proof.lower_bound <= least <= proof.value + 0.05
    assert proof.value <= least + 1e-12


def test_a_program_without_relu_is_affine():
    program = random_program(np.random.default_rng(3), (3, 1), "relu")
    proof = mixed_integer(program, -np.ones(3), np.ones(3))
    assert proof.gap <= 1e-11
    assert proof.nodes == 0


def test_a_good_incumbent_is_kept(backend):
    program = random_program(np.random.default_rng(5), (3, 8, 8, 1), "relu", 1.5)
    box = -np.ones(3), np.ones(3)
    proof = mixed_integer(program, *box, backend=backend)
    again = mixed_integer(program, *box, incumbent=proof.x, backend=backend)
    assert again.value <= proof.value + 1e-12


def test_a_limit_of_time_leaves_a_bound_that_holds(backend):
    program = random_program(np.random.default_rng(0), (10, 40, 40, 1), "relu", 3.0)
    proof = mixed_integer(program, -np.ones(10), np.ones(10), max_seconds=0.2, backend=backend)
    assert proof.stopped == "time"
    samples = program(np.random.default_rng(1).uniform(-1, 1, (20_000, 10)))[0].min()
    assert proof.lower_bound <= min(samples, proof.value)
    assert np.isfinite(proof.lower_bound)
    assert all(b[1] >= a[1] and b[2] <= a[2] for a, b in zip(proof.history, proof.history[1:]))


def test_the_bound_does_not_rest_on_highs_alone(monkeypatch):
    """HiGHS that is stopped without a point of its own tells no bound: the search over boxes has one."""
    program = random_program(np.random.default_rng(0), (10, 32, 32, 1), "relu", 1.5)
    box = -np.ones(10), np.ones(10)
    monkeypatch.setattr(milp, "highs_search", lambda *_, **__: IntegerVertex("time", None, -np.inf, 0))
    proof = mixed_integer(program, *box, max_seconds=1.0)
    neurons = piecewise(program, linear_bounds(program, *(side[None] for side in box)).enclosure)
    relaxed = solve_linear(neurons.relaxation())
    assert proof.stopped == "time"
    assert proof.lower_bound > neurons.relaxation().value(relaxed.x) + 0.1 * proof.gap
    assert proof.nodes > 0


@pytest.mark.parametrize("seed", range(3))
def test_networks_with_many_neurons_against_branch_and_bound(seed, backend, monkeypatch):
    """The search over boxes ends after one box: HiGHS has to do the rest with what it left open."""
    monkeypatch.setattr(milp, "NODES", 1)
    program = random_program(np.random.default_rng(seed), (3, 20, 16, 1), "relu", 1.5)
    box = -np.ones(3), np.ones(3)
    proof = mixed_integer(program, *box, backend=backend)
    expected = branch_and_bound(program, *box, options=BranchAndBound(gap=1e-7))
    assert (proof.method, proof.stopped) == ("MILP", "gap")
    assert proof.value == pytest.approx(expected.value, abs=1e-6)
    assert proof.lower_bound <= expected.value
    assert proof.gap <= GAP * max(1, abs(proof.value))


def test_questions_it_cannot_answer_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InvalidValue, match="smooth"):
        mixed_integer(random_program(rng, (2, 3, 1), "tanh"), np.zeros(2), np.ones(2))
    with pytest.raises(InvalidValue, match="Decision 1 may lie between 0 and inf"):
        mixed_integer(random_program(rng, (2, 3, 1), "relu"), np.zeros(2), [1, np.inf])


@pytest.mark.parametrize("seed", range(3))
def test_tightened_arguments_hold_and_are_tighter(seed):
    program = random_program(np.random.default_rng(seed), (3, 6, 6, 6, 1), "relu", 1.5)
    lower, upper = -np.ones(3), np.ones(3)
    first = linear_bounds(program, lower[None], upper[None]).enclosure
    tight = tightened_arguments(program, lower, upper, first)
    points = grid(lower, upper, 15)
    values = program.values(points)
    for g, group in enumerate(program.groups[1:], 1):
        argument = group.arguments[0](values)
        low, high = (side[0] for side in tight.arguments[g][0])
        assert np.all((argument >= low) & (argument <= high))
    widths = [
        sum(np.sum(e.arguments[g][0][1] - e.arguments[g][0][0]) for g in (2, 3)) for e in (first, tight)
    ]
    assert widths[1] < widths[0]


@pytest.mark.parametrize("seed", range(5))
def test_arrays_agree_with_the_program(seed):
    """At any point the neurons' own values keep every row, and the cost is the program's."""
    rng = np.random.default_rng(seed)
    program = random_program(rng, (3, 7, 7, 1), "relu")
    lower, upper = -0.5 * np.ones(3), 0.5 * np.ones(3)
    model = piecewise(program, linear_bounds(program, lower[None], upper[None]).enclosure)
    x = rng.uniform(lower, upper, (1, 3))
    values = program.values(x)
    neurons = [values[g][0, k] for g, k in zip(model.groups, model.places, strict=True)]
    columns = np.concatenate([x[0], neurons])
    for part, point in (
        (model.relaxation(), columns),
        (model.mixed(), np.append(columns, np.array(neurons) > 0)),
    ):
        assert part.value(point) == pytest.approx(program(x)[0][0, 0], abs=1e-12)
        assert part.violation(point) <= 1e-12


def test_a_piece_agrees_with_the_program_and_descents_go_down():
    rng = np.random.default_rng(0)
    program = random_program(rng, (3, 8, 8, 1), "relu", 2.0)
    lower, upper = -np.ones(3), np.ones(3)
    for x in rng.uniform(-1, 1, (10, 3)):
        model = piece(program, x, lower, upper)
        assert model.value(x) == pytest.approx(program(x[None])[0][0, 0], abs=1e-12)
        assert model.violation(x) == 0
        end, value = descended_pieces(program, x, lower, upper)
        assert value == program(end[None])[0][0, 0] <= program(x[None])[0][0, 0]
        around = np.clip(end + 1e-4 * rng.normal(size=(200, 3)), lower, upper)
        assert program(around)[0].min() >= value - 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_many_neurons_with_whole_numbers_and_limits_against_enumeration(seed, backend, monkeypatch):
    monkeypatch.setattr(milp, "NODES", 8)
    program = random_program(np.random.default_rng(seed), (8, 24, 16, 1), "relu", 1.5)
    program = with_limit(program, np.ones((1, 8)))
    whole, box = np.ones(8, dtype=bool), (np.zeros(8), np.ones(8))
    proof = mixed_integer(program, *box, integer=whole, limits=[(2.0, 4.0)], backend=backend)
    expected = enumerate_points(program, *box, integer=whole, limits=[(2.0, 4.0)])
    assert proof.value == pytest.approx(expected.value, abs=1e-9)
    assert proof.lower_bound <= expected.value
    assert proof.stopped == "gap"
    never = mixed_integer(program, *box, integer=whole, limits=[(2.25, 2.75)])
    assert (never.stopped, never.x) == ("infeasible", None)
