"""Points under constraints: right ones certified, wrong ones not, and what moving a limit is worth."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.certificates.constrained import certify_constrained
from graphopt.problem import Problem, Variable, between, compile_problem, eq, geq, leq, rate
from graphopt.solvers.constrained.choosing import solve_constrained

x = pt.vector("x", shape=(2,), dtype="float64")


def asked(cost, *constraints, lower=-2.0, upper=2.0, sense="minimize"):
    problem = Problem(**{sense: cost}, variables=[Variable(x, lower, upper)], constraints=constraints)
    return compile_problem(problem, tier="now")


def certified(compiled, point):
    point = np.array(point, dtype=float)
    return certify_constrained(compiled, point, compiled.look(point).value)


def failed(certificate):
    return [check.name for check in certificate.checks if not check.passed]


circle = eq(pt.sum(x**2), 2)
ball = leq(pt.sum(x**2), 2)
valley = leq(x[1], x[0] ** 2)
HALF = np.sqrt(0.5)
RIGHT = {
    "on a circle": (lambda: asked(pt.sum(x), circle), (-1, -1)),
    "on a sphere that holds": (lambda: asked(pt.sum(x), ball), (-1, -1)),
    "inside": (lambda: asked(pt.sum(x**2), ball), (0, 0)),
    "at a vertex": (lambda: asked(-x[0] - x[1], leq(x[0] + 2 * x[1], 3), leq(2 * x[0] + x[1], 3)), (1, 1)),
    "a bound and a limit": (lambda: asked(-x[0] - x[1], leq(x[0] + 2 * x[1], 3), upper=1.0), (1, 1)),
    "a product on a line": (lambda: asked(-x[0] * x[1], eq(x[0] + x[1], 2)), (1, 1)),
    "a maximum": (lambda: asked(pt.sum(x), ball, sense="maximize"), (1, 1)),
    "on a line": (lambda: asked(x[1] ** 2 - x[0], leq(x[0], x[1]), upper=1.0), (0.5, 0.5)),
}
WRONG = {
    "a maximum on the circle": (lambda: asked(pt.sum(x), circle), (1, 1), "curvature along the constraints"),
    "a product on a line, upside down": (
        lambda: asked(x[0] * x[1], eq(x[0] + x[1], 2)),
        (1, 1),
        "curvature along the constraints",
    ),
    "a slope": (lambda: asked(pt.sum(x), circle), (-np.sqrt(2), 0), "slope of the Lagrangian"),
    "the wrong side": (lambda: asked(-pt.sum(x), leq(x[0] + x[1], 4)), (0, 0), "slope of the Lagrangian"),
    "outside the box": (lambda: asked(pt.sum(x), ball, upper=0.5), (1, 1), "inside the bounds"),
    "a breach": (lambda: asked(pt.sum(x), circle), (-1.001, -1), "constraints hold"),
    "a saddle that the limits leave": (
        lambda: asked(x[1] - x[0] ** 2, geq(x[1], 0)),
        (0, 0),
        "nothing better nearby",
    ),
    "a weak bound that may be left": (
        lambda: asked(-(x[1] ** 2) + x[0] ** 2, leq(x[0], x[1] + 1), lower=0.0),
        (0, 0),
        "nothing better nearby",
    ),
    "a cubic that falls": (lambda: asked(x[0] ** 3, leq(x[1], 1)), (0, 0), "nothing better nearby"),
    "no number": (
        lambda: asked(pt.log(x[0]) + x[1], leq(x[1], 1)),
        (-1, 0),
        "value and gradients are numbers",
    ),
    "a plateau": (
        lambda: asked(pt.tanh(100 * (x[0] - 1)) + 0 * x[1], leq(x[0] + x[1], 3)),
        (0, 0),
        "not on a plateau",
    ),
}


@pytest.mark.parametrize(("ask", "point"), RIGHT.values(), ids=RIGHT)
def test_minimum_is_certified(ask, point):
    certificate = certified(ask(), point)
    assert certificate.stationary, certificate.reason
    assert certificate.feasible
    assert failed(certificate) == []


@pytest.mark.parametrize(("ask", "point", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_minimum_is_not(ask, point, said):
    certificate = certified(ask(), point)
    assert not certificate.stationary
    assert said in failed(certificate)
    assert certificate.reason


def test_a_better_point_is_feasible_and_better():
    compiled = asked(x[1] - x[0] ** 2, geq(x[1], 0))
    better = certified(compiled, (0, 0)).better_at
    assert compiled.look(better).value < 0
    assert compiled.rows.breaches(compiled.look(better).constraints).max() <= 1e-6


def test_a_claim_that_is_not_the_value_fails():
    certificate = certify_constrained(asked(pt.sum(x), circle), np.array([-1.0, -1.0]), -2.1)
    assert not certificate.stationary
    assert "value re-evaluated" in failed(certificate)


def test_a_value_bought_by_breaches_fails():
    """At (1 + 1e-3, 0) the constraint x1 <= (1 - x0)^3 is breached by 1e-9, and the value better by 2e-3."""
    compiled = asked((x[0] - 2) ** 2 + x[1] ** 2, geq((1 - x[0]) ** 3, x[1]), lower=0.0)
    certificate = certified(compiled, (1.001, 0))
    assert certificate.feasible
    assert not certificate.stationary
    assert "value does not rest on breaches" in failed(certificate)


class WrongSum(Op):
    """sum(x) with a gradient of 3 for each element."""

    def make_node(self, z):
        return Apply(self, [z], [pt.dscalar()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.asarray(np.sum(inputs[0]))

    def pullback(self, inputs, outputs, cotangents):
        return [pt.stack([1.0, 3.0]) * cotangents[0]]

    L_op = pullback


def test_a_wrong_gradient_of_a_constraint_is_seen():
    """By the wrong gradient (1, 3) this is the nearest point to (3, 7); by values it is not."""
    compiled = asked((x[0] - 1.5) ** 2 + (x[1] - 2.5) ** 2, leq(WrongSum()(x), 2))
    certificate = certified(compiled, (1, 1))
    assert not certificate.stationary
    assert "gradients borne out by values" in failed(certificate)


def limits_of(a, sense):
    """Return a problem with the limits `a`: of a sum, of a product, of an equality, and an upper bound."""
    z = pt.vector("z", shape=(4,), dtype="float64")
    cost = pt.sum((z - np.array([2.0, 1.5, -1.0, 3.0])) ** 2) + 0.3 * pt.exp(z[0])
    problem = Problem(
        **{sense: cost if sense == "minimize" else -cost},
        variables=[Variable(z, -5, [5, 5, 5, a[3]])],
        constraints=[
            leq(pt.sum(z), a[0], name="sum"),
            geq(z[0] * z[1], a[1], name="product"),
            eq(z[2] - z[1] ** 2, a[2], name="equal"),
        ],
    )
    return compile_problem(problem, tier="now")


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_shadow_prices_are_what_moved_limits_win(sense):
    """Against central differences of solving again, to 1e-4."""
    base = np.array([2.4, 1.3, -1.2, 0.5])

    def best(a):
        (run,) = solve_constrained(limits_of(a, sense), [np.ones(4)])
        assert run.stopped == "converged"
        return run

    compiled, run = limits_of(base, sense), best(base)
    certificate = certify_constrained(compiled, run.x, compiled.sign * run.fun)
    assert certificate.stationary, certificate.reason
    step = 1e-4
    wins = [-(best(base + step * e).fun - best(base - step * e).fun) / (2 * step) for e in np.eye(4)]
    prices = certificate.shadow_prices
    assert prices["sum"]["upper"] == pytest.approx(wins[0], rel=1e-4)
    assert prices["product"]["lower"] == pytest.approx(-wins[1], rel=1e-4)  # outwards is down
    assert prices["equal"]["upper"] - prices["equal"]["lower"] == pytest.approx(wins[2], rel=1e-4)
    assert certificate.multipliers["z"]["upper"][3] == pytest.approx(wins[3], rel=1e-4)
    assert min(wins[0], -wins[1], abs(wins[2]), wins[3]) > 0.1  # all limits hold something back
    assert prices["sum"]["lower"] == prices["product"]["upper"] == 0
    np.testing.assert_allclose(certificate.row_multipliers, run.multipliers, rtol=1e-6)


def test_rows_of_a_horizon_are_reported_by_name_in_their_shape():
    plan = pt.matrix("plan", shape=(5, 2), dtype="float64")
    goal = np.outer(np.arange(5.0), [1, -1])
    problem = Problem(
        minimize=pt.sum((plan - goal) ** 2),
        variables=[Variable(plan, -9, 9)],
        constraints=[rate("plan", 0.5), between(-1, pt.sum(plan), 1)],
    )
    compiled = compile_problem(problem, tier="now")
    (run,) = solve_constrained(compiled, [np.zeros(10)])
    certificate = certify_constrained(compiled, run.x, run.fun)
    assert certificate.stationary, certificate.reason
    assert certificate.shadow_prices["rate of plan"]["upper"].shape == (4, 2)
    assert (certificate.shadow_prices["rate of plan"]["upper"][:, 0] > 0).all()
    assert certificate.constraint_breaches["rate of plan"].max() <= 1e-9
    assert certificate.maxcv <= 1e-9


def test_decisions_held_by_their_bounds_and_float32_weights():
    weight = pytensor.shared(np.array([0.3, -0.7], dtype="float32"), name="weight")
    compiled = asked(pt.sum(x**2), geq(pt.dot(weight, x), 0.5), lower=[-2, -1.0], upper=[2, -1.0])
    (run,) = solve_constrained(compiled, [np.array([0.0, -1.0])])
    certificate = certify_constrained(compiled, run.x, run.fun)
    assert certificate.stationary, certificate.reason
    np.testing.assert_array_equal(run.x, [0.0, -1.0])
