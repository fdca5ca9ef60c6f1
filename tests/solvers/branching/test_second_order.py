"""Curvature in branch and bound: convex problems proved at once, others in fewer boxes, none wrongly."""

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, minimize

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.branching import search as search_module
from graphopt.solvers.branching import second_order as second_order_module
from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.branching.lagrangian import Lagrangian
from graphopt.solvers.limits import Limits
from graphopt.structure.forms import Form, group_form, transformed
from graphopt.structure.program import Group, Program
from tests.enclosures.derivatives.test_hessians import input_convex
from tests.enclosures.recurrent import lstm_program, rnn_program
from tests.programs import grid, random_program


def quadratic_program(rng, n, rows=0, equations=0, rank=None, negative=0):
    """Return ``sum of w (A x) ** 2 / 2 + c x`` under random rows: program, limits, and A, w, c."""
    rank = n if rank is None else rank
    A, c, w = rng.normal(size=(rank, n)) / np.sqrt(n), 0.5 * rng.normal(size=(1, n)), np.ones((1, rank))
    w[0, :negative] = -1.0
    groups = (Group("input", n), Group("square", rank, (transformed(A, group_form(0, n)),)))
    outputs, limits = [Form(np.zeros(1), {0: c, 1: 0.5 * w})], []
    for m, equal in ((rows, False), (equations, True)):
        if m:
            outputs.append(transformed(rng.normal(size=(m, n)), group_form(0, n)))
            side = rng.uniform(-0.3, 0.3, m)
            limits.append((side if equal else np.full(m, -np.inf), side))
    return Program(groups, tuple(outputs)), limits, (A, w[0], c[0])


def proved(program, limits=(), gap=1e-6, lower=-1.0, upper=1.0, **options):
    n = program.size
    choices = BranchAndBound(gap=gap, **options)
    return branch_and_bound(program, np.full(n, lower), np.full(n, upper), limits=limits, options=choices)


@pytest.mark.parametrize("n", [3, 5, 7, 12, 20])
@pytest.mark.parametrize("kind", ["free", "rows", "equations", "flat"])
def test_a_convex_quadratic_program_is_proved_in_its_first_box(n, kind):
    """Against SciPy's SLSQP, from another point."""
    rng = np.random.default_rng(n)
    program, limits, (A, w, c) = quadratic_program(
        rng, n,
        rows=0 if kind == "free" else n // 2 + 1,
        equations=n // 6 if kind == "equations" else 0,
        rank=(n + 1) // 2 if kind == "flat" else None,
    )  # fmt: skip
    proof = proved(program, limits)
    assert (proof.stopped, proof.method, proof.nodes) == ("gap", "convexity", 1)
    assert proof.gap <= 1e-6
    rows = [
        LinearConstraint(o.terms[0], *sides) for o, sides in zip(program.outputs[1:], limits, strict=True)
    ]
    found = minimize(
        lambda x: 0.5 * w @ (A @ x) ** 2 + c @ x, np.zeros(n), jac=lambda x: A.T @ (w * (A @ x)) + c,
        bounds=[(-1, 1)] * n, constraints=rows, method="SLSQP", options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    assert proof.lower_bound <= found.fun + 1e-8
    assert abs(proof.value - found.fun) <= 1e-7


@pytest.mark.parametrize("function", ["softplus", "exp"])
def test_an_input_convex_network_is_proved_in_its_first_box(function):
    rng = np.random.default_rng(0)
    for _ in range(10):
        program = input_convex(rng, function)
        proof = proved(program)
        assert (proof.stopped, proof.method, proof.nodes) == ("gap", "convexity", 1)
        assert proof.lower_bound <= program(rng.uniform(-1, 1, (5000, 3)))[0].min()


@pytest.mark.parametrize("work", ["hessian if convex", "signs alone"])
def test_a_logistic_loss_of_many_decisions_is_proved(monkeypatch, work):
    """Softplus of affine forms, and squares. Without a Hessian the tangent at the minimum has to do: it is as
    good as the slope there is flat."""
    monkeypatch.setattr(second_order_module, "WORK", 0.0)
    if work == "signs alone":
        monkeypatch.setattr(second_order_module, "WORK_IF_CONVEX", 0.0)
    rng = np.random.default_rng(1)
    n, samples = 60, 400
    X = rng.normal(size=(samples, n)) / np.sqrt(n)
    losses = Group("softplus", samples, (transformed(X, group_form(0, n)),))
    groups = (Group("input", n), losses, Group("square", n, (group_form(0, n),)))
    weights = {1: np.ones((1, samples)), 2: np.full((1, n), 0.5)}
    program = Program(groups, (Form(np.zeros(1), weights),))
    proof = proved(program, gap=1e-4 if work == "signs alone" else 1e-6)
    assert (proof.stopped, proof.method, proof.nodes) == ("gap", "convexity", 1)


def nonconvex(rng, kind):
    """Return a program that is not convex on [-1, 1] ** n, and limits."""
    if kind == "quadratic":
        n = int(rng.integers(2, 6))
        program, limits, _ = quadratic_program(rng, n, rows=2, negative=int(rng.integers(1, n + 1)))
        return program, limits
    return random_program(rng, [2, 8, 1], "sin", 3.0), ()


@pytest.mark.parametrize("kind", ["quadratic", "waves"])
def test_what_is_not_convex_is_never_called_so_and_proved_all_the_same(kind):
    rng = np.random.default_rng(2)
    for _ in range(15):
        program, limits = nonconvex(rng, kind)
        proof = proved(program, limits)
        assert proof.method == "branch and bound"
        assert proof.stopped in ("gap", "infeasible")
        x = rng.uniform(-1, 1, (20_000, program.size))
        outputs = program(x)
        kept = np.all(
            [o <= side[1] for o, side in zip(outputs[1:], limits, strict=True)] or [[[True]]], axis=(0, 2)
        )
        costs = outputs[0][:, 0][np.broadcast_to(kept, len(x))]
        assert proof.lower_bound <= costs.min(initial=np.inf)


def test_a_cost_that_is_convex_only_where_it_falls_to_is_not_called_so():
    """tanh(x) + y ** 2 on [0, 1] x [-1, 1]: x goes to 0 first, and what is left is convex."""
    parts = [transformed(np.array([row]), group_form(0, 2)) for row in ([1.0, 0.0], [0.0, 1.0])]
    groups = (Group("input", 2), Group("tanh", 1, (parts[0],)), Group("square", 1, (parts[1],)))
    program = Program(groups, (Form(np.zeros(1), {1: np.ones((1, 1)), 2: np.ones((1, 1))}),))
    proof = branch_and_bound(program, np.array([0.0, -1.0]), np.ones(2))
    assert (proof.stopped, proof.method) == ("gap", "branch and bound")
    assert proof.value <= 1e-6


def test_curvature_saves_boxes_near_a_smooth_minimum(monkeypatch):
    """The same question with and without; both end."""
    program, limits, _ = quadratic_program(np.random.default_rng(103), 5, rows=3, negative=1)
    with_curvature = proved(program, limits)
    monkeypatch.setattr(search_module.Search, "_curved", lambda self, boxes: boxes)
    without = proved(program, limits)
    assert with_curvature.stopped == without.stopped == "gap"
    assert abs(with_curvature.value - without.value) <= 2e-6
    assert with_curvature.nodes < without.nodes


def a_program(rng, kind):
    scale = 10.0 ** rng.uniform(-1, 3)
    if kind == "dense":
        sizes = [int(rng.integers(1, 4)), *rng.integers(1, 7, rng.integers(1, 4)), 1]
        return random_program(
            rng, sizes, str(rng.choice(["tanh", "softplus", "sigmoid", "sin", "relu"])), scale
        )
    unrolled = lstm_program if kind == "lstm" else rnn_program
    return unrolled(rng, 2, int(rng.integers(1, 4)), scale=min(scale, 30.0))


@pytest.mark.parametrize("kind", ["dense", "rnn", "lstm"])
def test_no_line_is_above_the_cost(kind):
    """Dense points of boxes of all sizes, weights up to a thousand, half of them rounded to float32."""
    rng = np.random.default_rng([ord(c) for c in kind])
    finite = 0
    for k in range(100):
        program = a_program(rng, kind)
        n = program.size
        if k % 2:
            outputs = tuple(
                Form(o.constant, {g: np.float64(np.float32(m)) for g, m in o.terms.items()})
                for o in program.outputs
            )
            program = Program(program.groups, outputs)
        centre, radius = rng.normal(size=(6, n)), 10.0 ** rng.uniform(-8, 0.5, (6, n))
        lower, upper = centre - radius, centre + radius
        lagrangian = Lagrangian(program, Limits.of(program, ()), lower[0], upper[0])
        points = lower + (upper - lower) * rng.random((6, n))
        lines = lagrangian.lines(linear_bounds(program, lower, upper).enclosure, points, lower, upper)
        x = lower[:, None] + (upper - lower)[:, None] * rng.random((6, 300, n))
        x = np.concatenate([x, np.clip(x, points[:, None], points[:, None])], axis=1)
        y = program(x.reshape(-1, n))[0].reshape(6, -1)
        below = np.einsum("bi,bpi->bp", lines.slope, x) + lines.constant[:, None]
        error = 1e-15 * np.einsum("bi,bpi->bp", np.abs(lines.slope), np.abs(x))
        assert not (below > y + error).any()
        finite += np.isfinite(lines.constant).sum()
    assert finite > 200


def test_multipliers_only_weigh_what_holds_the_cost_back():
    """Least x ** 2 + y ** 2 with x + y >= 1 and x - y <= 3: multiplier -1 for the first, 0 for the second."""
    square = Group("square", 2, (group_form(0, 2),))
    rows = [transformed(np.array([row]), group_form(0, 2)) for row in ([1.0, 1.0], [1.0, -1.0])]
    program = Program((Group("input", 2), square), (Form(np.zeros(1), {1: np.ones((1, 2))}), *rows))
    limits = Limits.of(program, [(1.0, np.inf), (-np.inf, 3.0)])
    lagrangian = Lagrangian(program, limits, -np.ones(2), np.ones(2))
    lagrangian.look(np.array([0.5, 0.5]))
    np.testing.assert_allclose(lagrangian.multipliers, [-1.0, 0.0], atol=1e-12)


def test_whole_numbers_beside_a_convex_cost():
    """Against all points of the whole coordinates, and a grid of the others."""
    rng = np.random.default_rng(6)
    program, limits, _ = quadratic_program(rng, 3, rows=1)
    proof = branch_and_bound(
        program, np.full(3, -3.0), np.full(3, 3.0), limits=limits, integer=np.array([True, True, False])
    )
    points = grid(np.full(3, -3.0), np.full(3, 3.0), 7)
    points = np.concatenate([np.c_[points[:, :2], np.full(len(points), z)] for z in np.linspace(-3, 3, 301)])
    cost, row = program(points)
    least = cost[row[:, 0] <= limits[0][1]].min()
    assert proof.stopped == "gap"
    assert proof.lower_bound <= least
    assert proof.value <= least + 1e-6
