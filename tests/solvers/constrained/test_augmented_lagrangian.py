"""Augmented Lagrangians in step: each start as it would run alone, in fewer calls; and at large sizes."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.optimize import NonlinearConstraint, minimize

import graphopt as go
from graphopt.problem import Problem, Variable, compile_problem, eq, geq, leq, rate
from graphopt.problem.augmented_cost import batched_augmented_cost
from graphopt.problem.network_problem import network_problem
from graphopt.solvers.constrained import augmented_points
from graphopt.solvers.constrained.augmented_lagrangian import AugmentedLagrangian
from graphopt.solvers.constrained.choosing import choose_constrained, solve_constrained
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.run import End
from graphopt.solvers.constrained.slsqp import SLSQP
from graphopt.solvers.local.lbfgsb import LBFGSB

SOLVER = AugmentedLagrangian()


def made(cost, *constraints, lower=-2.0, upper=2.0, **options):
    problem = Problem(
        minimize=cost, variables=[Variable(x, lower, upper, **options)], constraints=constraints
    )
    return compile_problem(problem, tier="now")


x = pt.vector("x", shape=(3,), dtype="float64")


def ball():
    return made(pt.sum((x - [3.0, 4.0, 0.0]) ** 2), leq(pt.sum(x**2), 1), geq(x, -1.5))


def steep():
    """Slopes, rows and decisions of very different sizes: each start has scales of its own."""
    cost = 300 * x[0] ** 2 + pt.sum((x[1:] - 0.5) ** 2) + x[2] ** 3
    return made(cost, leq(100 * x[1] ** 3, 1), eq(x[0] + x[2], 0.1), scale=[2.0, 1.0, 0.5], lower=-1.0)


def partly_defined():
    """Neither cost nor constraint is a number beyond x0 = 1, where the constraint cuts."""
    limits = [leq(x[0] + x[1], 0.5), geq(pt.sqrt(1 - x[0]), 0.1)]
    return made(-pt.log(1 - x[0]) - 5 * x[0] + pt.sum(x[1:] ** 2), *limits, upper=3.0)


def without_an_answer():
    return made(pt.sum(x), geq(pt.sum(x**2), 20))


def planned():
    """A small network with a plan over time."""
    plan = go.Input((5, 2), name="plan")
    net = go.Model([plan], go.Dense(2, "tanh", name="out")(go.SimpleRNN(4)(plan)), seed=1)
    limits = [go.rate("plan", 0.3), go.budget("plan", upper=0.4), go.leq(lambda v: v["out"][1], 0.1)]
    question = {"objective": lambda out: out[0], "bounds": {"plan": (-1, 1)}, "constraints": limits}
    return compile_problem(network_problem(net, "minimize", **question), tier="now")


def looped():
    """A loop, which cannot be evaluated at many points without one in Python."""
    states = pytensor.scan(lambda u, h: 0.8 * h + 0.2 * u, [x], [np.float64(0)], return_updates=False)
    return made(pt.sum((x + 1) ** 2), geq(states[-1], 0.2), geq(x[0] * x[2], -0.1))


PROBLEMS = [ball, steep, partly_defined, without_an_answer, planned, looped]


def starts_of(compiled, count, seed=0):
    return np.random.default_rng(seed).uniform(compiled.lower, compiled.upper, (count, compiled.size))


@pytest.fixture
def one_graph(monkeypatch):
    """What is small runs by the function of one graph too."""
    monkeypatch.setattr(augmented_points, "ONE_GRAPH_FROM", 0)


def told(run):
    """Return what a run says about itself, without the numbers."""
    return run.stopped, run.nonfinite


def efforts(runs):
    """Return the evaluations and iterations of runs, (k, 2)."""
    return np.array([[run.evaluations, run.iterations] for run in runs])


@pytest.mark.parametrize("make", PROBLEMS)
def test_many_starts_in_step_are_the_runs_one_by_one(make, monkeypatch, one_graph):
    """Same ends as by cost, rows and derivatives, and counts but for a point or two: the one graph differs
    from them by rounding, and the tolerance is such that few line searches are about rounding errors.
    """
    compiled, solver = make(), AugmentedLagrangian(inner=LBFGSB(gradient_tolerance=1e-4))
    starts = starts_of(compiled, 3 if make is without_an_answer else 5)
    together = solve_constrained(compiled, starts, solver=solver)
    monkeypatch.setattr(augmented_points, "ONE_GRAPH_FROM", np.inf)
    alone = [run for start in starts for run in solve_constrained(compiled, [start], solver=solver)]
    assert [told(run) for run in together] == [told(run) for run in alone]
    np.testing.assert_allclose(efforts(together), efforts(alone), rtol=0.05, atol=2)
    np.testing.assert_allclose([r.fun for r in together], [r.fun for r in alone], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose([r.x for r in together], [r.x for r in alone], atol=1e-7)


@pytest.fixture
def sizes(monkeypatch):
    """The numbers of runs that the calls of one graph are for."""
    seen, call = [], augmented_points.OneGraph.__call__

    def counted(self, live, asked):
        seen.append(len(asked))
        return call(self, live, asked)

    monkeypatch.setattr(augmented_points.OneGraph, "__call__", counted)
    return seen


def test_bits_of_a_run_do_not_depend_on_the_others(monkeypatch, one_graph):
    """With the same function, at the solver's own tolerance, where a rounding error would show."""
    compiled = planned()
    starts = starts_of(compiled, 9)

    def programs():
        return [NonlinearProgram(compiled, start) for start in starts]

    points = [program.scaled(start) for program, start in zip(programs(), starts, strict=True)]
    together, alone = programs(), programs()
    ends = SOLVER.run_many(together, points)
    monkeypatch.setattr(augmented_points, "augmented_cost", batched_augmented_cost)
    for many, end, one, point in zip(together, ends, alone, points, strict=True):
        expected = SOLVER.run(one, point)
        assert (end.z.tolist(), end.stopped, end.iterations) == (
            expected.z.tolist(),
            expected.stopped,
            expected.iterations,
        )
        assert many.evaluations == one.evaluations


def test_runs_that_end_leave_the_others_to_go_on(monkeypatch, one_graph, sizes):
    """All live runs are evaluated in one call, and nothing else is."""
    compiled = ball()
    monkeypatch.setattr(augmented_points, "by_parts", None)
    starts = [np.array([0.6, 0.8, 0.0]), *starts_of(compiled, 7)]
    runs = SOLVER.run_many([NonlinearProgram(compiled, start) for start in starts], starts)
    assert {run.stopped for run in runs} == {"converged"}
    assert sizes[0] == 8 > sizes[-1]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("make", [steep, planned, partly_defined])
def test_slopes_of_the_lagrangian_at_many_points_are_those_of_each(make):
    compiled, rng = make(), np.random.default_rng(0)
    program = NonlinearProgram(compiled, np.full(compiled.size, 0.1))
    points = np.array([program.scaled(x) for x in 0.3 * starts_of(compiled, 9)])
    multipliers = rng.normal(size=compiled.rows.size)
    expected = program.slopes(points, multipliers)
    counted = program.evaluations
    program.cost_of_many = batched_augmented_cost(compiled)
    np.testing.assert_allclose(program.slopes(points, multipliers), expected, rtol=1e-10, atol=1e-12)
    assert program.evaluations - counted == len(points)
    if make is partly_defined:
        points[3, 0] = 2.5
        assert program.slopes(points, multipliers) is None
        program.cost_of_many = None
        assert program.slopes(points, multipliers) is None


def test_only_augmented_lagrangians_run_in_step():
    """Whoever has no `run_many` gets one start after the other."""

    class Counting(SLSQP):
        def run(self, program, z0):
            seen.append(z0.tolist())
            return super().run(program, z0)

    seen = []
    compiled = ball()
    starts = starts_of(compiled, 3)
    solve_constrained(compiled, starts, solver=Counting())
    assert seen == starts.tolist()


def wave(n):
    """A plan near a sine wave that turns too fast for its limits; the cost bends both ways."""
    plan = pt.vector("plan", shape=(n,), dtype="float64")
    target = 2 * np.sin(np.arange(n) / 7)
    limits = [rate("plan", 0.15), leq(plan[::2] ** 2 + plan[::2], 1.2), leq(pt.sum(plan**2), 0.4 * n)]
    cost = pt.sum((plan - target) ** 2) + 0.1 * pt.sum(pt.sin(5 * plan))
    problem = Problem(minimize=cost, variables=[Variable(plan, -1.5, 1.5)], constraints=limits)
    return compile_problem(problem, tier="now")


SCIPY = {"SLSQP": {"ftol": 1e-12}, "trust-constr": {"gtol": 1e-8, "maxiter": 500}}


@pytest.mark.parametrize("method", ["SLSQP", pytest.param("trust-constr", marks=pytest.mark.slow)])
def test_two_hundred_decisions_as_scipy_finds_them(method):
    """From the same start, near one of the local minima, both end in it."""
    compiled = wave(200)
    start = np.clip(1.2 * np.sin(np.arange(200) / 7), -0.9, 0.9)
    (run,) = solve_constrained(compiled, [start], solver=SOLVER)
    assert run.stopped == "converged"
    assert run.infeasibility <= 1e-9
    assert run.kkt_residual <= 1e-7
    lower, upper = compiled.limits
    question = {
        "bounds": list(zip(compiled.lower, compiled.upper)),
        "constraints": NonlinearConstraint(compiled.constraints, lower, upper, jac=compiled.jacobian),
    }
    with np.errstate(all="ignore"):
        peer = minimize(compiled.cost, start, jac=True, method=method, options=SCIPY[method], **question)
    assert np.max(compiled.rows.breaches(compiled.constraints(peer.x))) <= 1e-5  # SLSQP's is 3e-6
    np.testing.assert_allclose(run.fun, peer.fun, rtol=1e-6)


def test_many_active_rows_have_their_multipliers(monkeypatch):
    """The conditions at 600 decisions and 901 rows, most of them active, by sparse factors alone."""
    monkeypatch.setattr("scipy.optimize.nnls", None)
    compiled = wave(600)
    (run,) = solve_constrained(compiled, starts_of(compiled, 1))
    assert run.stopped == "converged"
    assert np.count_nonzero(run.multipliers) > 300
    gradient = compiled.cost(run.x)[1] + compiled.rows.pullback(run.x, run.multipliers)
    inside = (run.x > compiled.lower) & (run.x < compiled.upper)
    assert np.max(np.abs(gradient[inside])) <= 1e-7 * (1 + abs(run.fun))
    lower, upper = compiled.limits
    slack = np.where(run.multipliers > 0, upper, lower) - compiled.constraints(run.x)
    assert np.max(np.abs(slack[run.multipliers != 0])) <= 1e-7


def test_a_large_problem_with_many_starts_runs_in_step(sizes):
    compiled = wave(240)
    runs = solve_constrained(compiled, starts_of(compiled, 3))
    assert [run.stopped for run in runs] == ["converged"] * 3
    assert sizes[0] == 3


def test_asked_for_by_name_a_small_one_does_too(sizes, one_graph):
    answer = go.solve(planned().problem, go.MultiStart(AugmentedLagrangian(), starts=9, seed=0))
    assert answer.success
    assert answer.route.startswith("AugmentedLagrangian, as asked; local search from 9 starts")
    assert sizes[0] == 9


def test_some_starts_of_a_problem_of_some_size_do_too(sizes):
    """Dense factors of a hundred decisions cost more than evaluations that starts share."""
    compiled = wave(100)
    assert choose_constrained(compiled)[1].startswith("SLSQP")
    assert "from 5 starts in step" in choose_constrained(compiled, 5)[1]
    runs = solve_constrained(compiled, starts_of(compiled, 5))
    assert [run.stopped for run in runs] == ["converged"] * 5
    assert sizes[0] == 5


def test_where_it_fails_slsqp_is_tried(monkeypatch):
    compiled = wave(100)
    monkeypatch.setattr(
        AugmentedLagrangian,
        "run_many",
        lambda self, programs, points: [End(z, "failed", "stuck", 0) for z in points],
    )
    monkeypatch.setattr("graphopt.solvers.constrained.choosing.polished", lambda program, z: z)
    runs = solve_constrained(compiled, starts_of(compiled, 4))
    assert all(run.stopped == "converged" and run.message.startswith("SLSQP") for run in runs)
