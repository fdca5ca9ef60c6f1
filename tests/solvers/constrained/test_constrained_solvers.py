"""What each constrained solver does beyond the list of known problems."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.errors import InvalidType
from graphopt.problem import Problem, Variable, compile_problem, eq, geq, leq, rate
from graphopt.solvers.constrained.augmented_lagrangian import AugmentedLagrangian
from graphopt.solvers.constrained.choosing import solve_constrained
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.slsqp import SLSQP
from graphopt.solvers.constrained.trust_constr import TrustConstr

SOLVERS = {"SLSQP": SLSQP(), "TrustConstr": TrustConstr(), "AugmentedLagrangian": AugmentedLagrangian()}
x = pt.vector("x", shape=(3,), dtype="float64")


def compiled(cost, *constraints, lower=-2.0, upper=2.0, **options):
    variable = Variable(x, lower, upper, **options)
    return compile_problem(Problem(minimize=cost, variables=[variable], constraints=constraints), tier="now")


@pytest.fixture(params=SOLVERS.values(), ids=SOLVERS)
def solver(request):
    return request.param


def test_nearest_point_of_a_ball(solver):
    """The nearest point of the unit ball to (3, 4, 0) is (0.6, 0.8, 0), at a distance of 4."""
    problem = compiled(pt.sum((x - [3.0, 4.0, 0.0]) ** 2), leq(pt.sum(x**2), 1))
    (run,) = solve_constrained(problem, [np.zeros(3)], solver=solver)
    assert run.stopped == "converged"
    np.testing.assert_allclose(run.x, [0.6, 0.8, 0], atol=1e-8)
    np.testing.assert_allclose(run.multipliers, [4.0], rtol=1e-6)
    assert run.infeasibility <= 1e-9
    assert solver.describe()["solver"] in repr(solver)


def test_every_point_evaluated_is_inside_the_box(solver, monkeypatch):
    problem = compiled(
        pt.sum((x - 5) ** 2) + pt.prod(x), leq(pt.sum(x), 0.2), lower=[-0.1, 0.1, 0.3], upper=[0.7, 0.7, 0.7]
    )
    seen = []
    cost = problem.cost
    monkeypatch.setattr(problem, "cost", lambda z: seen.append(z.copy()) or cost(z), raising=False)
    solve_constrained(problem, [np.array([0.0, 0.5, 0.6])], solver=solver)
    assert len(seen) > 3
    assert all(np.all((z >= problem.lower) & (z <= problem.upper)) for z in seen)


def test_dependent_equalities_are_no_obstacle(solver):
    total = pt.sum(x)
    problem = compiled(pt.sum((x - 1) ** 2), eq(total, 1), eq(2 * total, 2), eq(x[0], x[1]))
    (run,) = solve_constrained(problem, [np.zeros(3)], solver=solver)
    np.testing.assert_allclose(run.x, 1 / 3, atol=1e-7)


def test_a_cost_that_is_no_number_beyond_the_constraint_is_stepped_back_from(solver):
    """The cost is defined where x0 < 1; the constraint cuts there."""
    problem = compiled(-pt.log(1 - x[0]) - 5 * x[0] + pt.sum(x[1:] ** 2), leq(x[0] + x[1], 0.5), upper=3.0)
    (run,) = solve_constrained(problem, [np.full(3, -0.5)], solver=solver)
    assert np.isfinite(run.fun)
    assert run.feasible


def test_infeasible_is_never_converged(solver):
    problem = compiled(pt.sum(x), geq(pt.sum(x**2), 20))
    (run,) = solve_constrained(problem, [np.ones(3)], solver=solver)
    assert run.stopped == "infeasible"
    assert not run.feasible
    assert "no feasible point" in run.message


@pytest.mark.parametrize("kind", [SLSQP, TrustConstr])
def test_wrong_limits_are_refused(kind):
    with pytest.raises(InvalidType, match="max_iterations"):
        kind(max_iterations=1.5)


def test_augmented_lagrangian_with_a_thousand_rows():
    """500 decisions close to a sine wave that turns too fast: the answer satisfies the conditions."""
    n = 500
    plan = pt.vector("plan", shape=(n,), dtype="float64")
    wave = 2 * np.sin(np.arange(n) / 7)
    problem = Problem(
        minimize=pt.sum((plan - wave) ** 2),
        variables=[Variable(plan, -1.5, 1.5)],
        constraints=[rate("plan", 0.15), leq(plan**2 + plan, 3), leq(pt.sum(plan**2), 0.5 * n)],
    )
    problem = compile_problem(problem, tier="now")
    assert problem.rows.size == 1000
    (run,) = solve_constrained(problem, [np.zeros(n)])
    assert run.stopped == "converged"
    assert run.infeasibility <= 1e-6
    assert run.kkt_residual <= 1e-6 * (1 + run.fun)


def test_scales_are_put_on_and_taken_off():
    problem = compiled(
        1e5 * x[0] ** 2 + pt.sum(x[1:] ** 2), leq(1e4 * x[1], 1), scale=[10.0, 1.0, 0.1], lower=-1.0
    )
    start = np.array([0.5, 0.5, 0.5])
    program = NonlinearProgram(problem, start)
    z = program.scaled(start)
    np.testing.assert_allclose(program.unscaled(z), start, rtol=1e-15)
    seen = program.at(z)
    np.testing.assert_allclose(seen.fun * program.fun_scale, problem.cost(start)[0])
    np.testing.assert_allclose(seen.values * program.row_scale, problem.constraints(start))
    weights = np.array([0.7])
    np.testing.assert_allclose(program.pullback(z, weights), weights @ program.jacobian(z), rtol=1e-13)
    step = 1e-6
    numeric = [(program.at(z + step * e).fun - program.at(z - step * e).fun) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(seen.gradient, numeric, rtol=1e-5)
    assert np.max(np.abs(seen.gradient)) <= 100 * (1 + 1e-9)
