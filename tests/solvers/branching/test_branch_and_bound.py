"""Branch and bound against brute force, dense grids and linear programs."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

import graphopt as go
from graphopt.errors import InvalidValue, ShapeMismatch
from graphopt.problem.network_problem import network_problem
from graphopt.solvers.branching import incumbents
from graphopt.solvers.branching import search as search_module
from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.limits import Limits
from graphopt.structure.forms import Form, group_form, transformed
from graphopt.structure.problem_program import program_of
from graphopt.structure.program import Group, Program
from tests.programs import dense_program, grid, random_network, random_program


def constrained(program, rows):
    """Return `program` with one more output, the linear form ``rows @ x``."""
    return Program(program.groups, (*program.outputs, transformed(rows, group_form(0, program.size))))


def corners(n):
    return np.array(list(itertools.product((0.0, 1.0), repeat=n)))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softplus", "sin"])
@pytest.mark.parametrize("sizes", [(1, 6, 1), (2, 8, 1), (2, 5, 4, 1)])
def test_bound_is_below_a_dense_grid_and_the_gap_closes(activation, sizes):
    rng = np.random.default_rng(sum(sizes))
    for scale in (1.0, 4.0):
        program = random_program(rng, sizes, activation, scale)
        lower, upper = -np.ones(sizes[0]), np.ones(sizes[0])
        proof = branch_and_bound(program, lower, upper, options=BranchAndBound(gap=1e-4))
        least = program(grid(lower, upper, 101))[0].min()
        assert proof.stopped == "gap"
        assert proof.lower_bound <= least
        assert proof.value <= least + 1e-4
        assert proof.gap <= 1e-4
        assert abs(proof.value - program(proof.x[None])[0][0, 0]) <= 1e-13  # the order of sums
        assert (proof.x >= lower).all()
        assert (proof.x <= upper).all()


def relaxed_and_rounded(program, n, starts):
    """Return the cost of the rounded end of descents from `starts` points, the usual shortcut."""
    limits = Limits.of(program, ())
    points = np.random.default_rng(0).random((starts, n))
    points[0] = 0.5
    ends = incumbents.descended(program, points, [np.zeros(n)] * starts, [np.ones(n)] * starts)
    return incumbents.cost_of(program, limits, np.round(ends)).min()


def test_binary_inputs_against_brute_force_on_a_hundred_networks():
    """Relaxing and rounding, from eight starts, misses the best input of some of the same networks."""
    rng = np.random.default_rng(0)
    every, rounded_wrong = corners(10), 0
    for _ in range(100):
        program = random_program(rng, (10, 8, 1), "sigmoid", 3.0)
        best = program(every)[0].min()
        proof = branch_and_bound(
            program,
            np.zeros(10),
            np.ones(10),
            integer=np.ones(10, dtype=bool),
            options=BranchAndBound(gap=1e-9),
        )
        assert proof.stopped == "gap"
        assert abs(proof.value - best) <= 1e-12
        assert proof.lower_bound <= best
        rounded_wrong += relaxed_and_rounded(program, 10, 8) > best + 1e-9
    assert rounded_wrong > 0


def test_whole_numbers_beside_real_ones():
    """The whole coordinate enumerated, the real one on a grid."""
    rng = np.random.default_rng(3)
    for _ in range(10):
        program = random_program(rng, (2, 6, 1), "tanh", 2.0)
        proof = branch_and_bound(
            program,
            np.array([-2.5, -1.0]),
            np.array([3.5, 1.0]),
            integer=np.array([True, False]),
            options=BranchAndBound(gap=1e-6),
        )
        points = np.array(list(itertools.product(range(-2, 4), np.linspace(-1, 1, 2001))))
        assert proof.x[0] == round(proof.x[0])
        assert proof.lower_bound <= program(points)[0].min()
        assert proof.value <= program(points)[0].min() + 1e-6


def test_a_linear_program_is_solved_as_by_linprog():
    rng = np.random.default_rng(5)
    for _ in range(5):
        cost, rows = rng.normal(size=(1, 4)), rng.normal(size=(3, 4))
        groups = (Group("input", 4),)
        program = constrained(Program(groups, (Form(np.zeros(1), {0: cost}),)), rows)
        proof = branch_and_bound(
            program, -np.ones(4), np.ones(4), limits=[(-np.inf, 0.5)], options=BranchAndBound(gap=1e-6)
        )
        exact = linprog(cost[0], A_ub=rows, b_ub=np.full(3, 0.5), bounds=[(-1, 1)] * 4).fun
        assert proof.stopped == "gap"
        assert proof.lower_bound <= exact + 1e-7
        assert proof.value >= exact - 1e-7
        assert (rows @ proof.x <= 0.5 + 1e-9).all()


@pytest.mark.parametrize("kind", ["linear", "network"])
def test_constraints_against_a_grid(kind):
    """Half of the square is forbidden by a line or by a second network."""
    rng = np.random.default_rng(7)
    for _ in range(5):
        program = random_program(rng, (2, 8, 1), "tanh", 2.0)
        if kind == "linear":
            program = constrained(program, np.array([[1.0, 1.0]]))
        else:
            W = transformed(rng.normal(size=(1, 8)), group_form(1, 8))
            program = Program(program.groups, (*program.outputs, W))
        limits = [(-np.inf, -0.2)]
        proof = branch_and_bound(
            program, -np.ones(2), np.ones(2), limits=limits, options=BranchAndBound(gap=1e-4)
        )
        cost, row = program(grid(-np.ones(2), np.ones(2), 201))
        if proof.stopped == "infeasible":
            assert row.min() > -0.2
            continue
        least = cost[row <= -0.2].min()
        assert proof.stopped == "gap"
        assert proof.lower_bound <= least
        assert proof.value <= least + 1e-4
        assert program(proof.x[None])[1][0, 0] <= -0.2 + 1e-9


def test_binary_inputs_under_an_equality():
    """Choose exactly three of nine."""
    rng = np.random.default_rng(11)
    every = corners(9)
    chosen = every[every.sum(axis=1) == 3]
    for _ in range(10):
        program = constrained(random_program(rng, (9, 6, 1), "sigmoid", 3.0), np.ones((1, 9)))
        proof = branch_and_bound(
            program,
            np.zeros(9),
            np.ones(9),
            integer=np.ones(9, dtype=bool),
            limits=[(3.0, 3.0)],
            options=BranchAndBound(gap=1e-9),
        )
        assert proof.x.sum() == 3
        assert abs(proof.value - program(chosen)[0].min()) <= 1e-12


def test_what_cannot_be_kept_is_proved_infeasible():
    program = constrained(random_program(np.random.default_rng(0), (3, 4, 1), "tanh"), np.ones((1, 3)))
    proof = branch_and_bound(program, np.zeros(3), np.ones(3), limits=[(3.5, np.inf)])
    assert (proof.stopped, proof.x, proof.value, proof.lower_bound) == ("infeasible", None, np.inf, np.inf)
    assert proof.gap == 0.0


def test_no_whole_number_between_the_bounds_is_infeasible():
    program = random_program(np.random.default_rng(0), (1, 3, 1), "tanh")
    proof = branch_and_bound(program, np.array([0.2]), np.array([0.8]), integer=np.array([True]))
    assert proof.stopped == "infeasible"


def test_few_nodes_leave_an_honest_gap():
    program = random_program(np.random.default_rng(1), (4, 20, 20, 1), "tanh", 4.0)
    lower, upper = -np.ones(4), np.ones(4)
    few = branch_and_bound(program, lower, upper, options=BranchAndBound(max_nodes=40))
    more = branch_and_bound(program, lower, upper, options=BranchAndBound(gap=0.05))
    assert few.stopped == "nodes"
    assert few.nodes <= 100
    assert few.gap > 0.05
    assert few.lower_bound <= more.lower_bound
    assert few.lower_bound <= more.value <= few.value
    bounds = [bound for _, bound, _ in more.history]
    assert bounds == sorted(bounds)


@pytest.mark.parametrize("limit", [{"max_seconds": 0.0}, {"max_memory": 0}])
def test_other_limits(limit):
    program = random_program(np.random.default_rng(1), (4, 20, 20, 1), "tanh", 4.0)
    proof = branch_and_bound(program, -np.ones(4), np.ones(4), options=BranchAndBound(**limit))
    assert proof.stopped == next(iter(limit)).removeprefix("max_").replace("seconds", "time")
    assert -np.inf < proof.lower_bound < proof.value


def test_a_threshold_stops_as_soon_as_it_is_decided():
    program = random_program(np.random.default_rng(1), (4, 20, 20, 1), "tanh", 4.0)
    lower, upper = -np.ones(4), np.ones(4)
    closed = branch_and_bound(program, lower, upper, options=BranchAndBound(gap=0.05))
    above = branch_and_bound(program, lower, upper, threshold=closed.lower_bound - 1.0)
    below = branch_and_bound(program, lower, upper, threshold=closed.value + 1.0)
    assert above.stopped == below.stopped == "threshold"
    assert above.lower_bound >= closed.lower_bound - 1.0
    assert below.value < closed.value + 1.0
    assert max(above.nodes, below.nodes) < closed.nodes


def test_an_interrupt_returns_what_is_known():
    program = random_program(np.random.default_rng(1), (4, 20, 20, 1), "tanh", 4.0)
    seen = []

    def interrupt(proof):
        seen.append(proof)
        if len(seen) == 5:
            raise KeyboardInterrupt

    proof = branch_and_bound(program, -np.ones(4), np.ones(4), progress=interrupt)
    assert proof.stopped == "interrupted"
    assert (proof.lower_bound, proof.value) == (seen[-1].lower_bound, seen[-1].value)
    assert {p.stopped for p in seen} == {"running"}


def test_an_interrupt_while_boxes_are_bounded_keeps_their_bound(monkeypatch):
    program = random_program(np.random.default_rng(1), (4, 20, 20, 1), "tanh", 4.0)
    calls = []

    def interrupted(*arguments, **options):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return bounds(*arguments, **options)

    bounds = search_module.linear_bounds
    monkeypatch.setattr(search_module, "linear_bounds", interrupted)
    proof = branch_and_bound(program, -np.ones(4), np.ones(4))
    assert proof.stopped == "interrupted"
    assert -np.inf < proof.lower_bound <= program(grid(-np.ones(4), np.ones(4), 9))[0].min()


def test_a_given_point_is_used():
    program = random_program(np.random.default_rng(2), (3, 10, 1), "tanh", 3.0)
    first = branch_and_bound(program, -np.ones(3), np.ones(3))
    again = branch_and_bound(program, -np.ones(3), np.ones(3), incumbent=first.x)
    assert again.value <= first.value
    assert again.nodes <= first.nodes


def test_a_monotone_network_is_proved_at_its_corner():
    weights, biases, activations = random_network(np.random.default_rng(4), (3, 6, 1), "sigmoid", 2.0)
    program = dense_program([np.abs(W) for W in weights], biases, activations)
    proof = branch_and_bound(program, np.zeros(3), np.ones(3), options=BranchAndBound(gap=1e-12))
    np.testing.assert_array_equal(proof.x, 0.0)
    assert proof.gap <= 1e-12


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"lower": np.array([0.0, -np.inf])}, InvalidValue),
        ({"lower": np.zeros(3)}, ShapeMismatch),
        ({"integer": np.array([True])}, ShapeMismatch),
        ({"limits": [(0.0, 1.0)]}, ShapeMismatch),
    ],
)
def test_wrong_questions(change, error):
    program = random_program(np.random.default_rng(0), (2, 3, 1), "tanh")
    arguments = {"lower": np.zeros(2), "upper": np.ones(2), **change}
    with pytest.raises(error, match="expected"):
        branch_and_bound(program, **arguments)


def test_a_cost_of_two_numbers_is_refused():
    with pytest.raises(ShapeMismatch, match="expected one number"):
        branch_and_bound(random_program(np.random.default_rng(0), (2, 3, 2), "tanh"), np.zeros(2), np.ones(2))


@pytest.mark.parametrize("layer", ["LSTM", "GRU"])
def test_a_recurrence_is_closed_below_every_sampled_plan(layer):
    net = go.Sequential([go.Input((3, 1)), getattr(go, layer)(3), go.Dense(1)], seed=2)
    net.set_weights([2.5 * W for W in net.get_weights()])
    program = program_of(network_problem(net, "minimize", bounds=(-1, 1)))
    proof = branch_and_bound(program, -np.ones(3), np.ones(3), options=BranchAndBound(gap=1e-2))
    plans = np.random.default_rng(0).uniform(-1, 1, (20_000, 3, 1))
    assert proof.stopped == "gap"
    assert proof.lower_bound <= net.predict(plans, batch_size=20_000).min()
    assert net.predict(proof.x.reshape(1, 3, 1))[0, 0] == pytest.approx(proof.value, abs=1e-12)
