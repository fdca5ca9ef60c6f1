"""Which way a question takes, and that what it claims is so."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.errors import InvalidType, InvalidValue, UnknownName
from graphopt.problem import Problem, Variable
from graphopt.solvers import Status


def wavy(x):
    """Return a function with many local minima, in a form that can be bounded."""
    return pt.sum(pt.sin(5 * x) + 0.1 * x**2)


def grid_minimum(f, lower, upper, points=400):
    axis = np.linspace(lower, upper, points)
    return min(f(np.array([a, b])) for a in axis for b in axis)


def test_whole_numbers_are_enumerated():
    x = pt.vector("x", shape=(3,))
    answer = go.minimize(pt.sum((x - [0.4, 1.6, 9.0]) ** 2), over={x: (-2.5, 3.5)}, integer=True)
    assert answer.status is Status.PROVED_OPTIMAL
    assert answer.success
    np.testing.assert_array_equal(answer.x, [0, 2, 3])
    assert answer.certificate.method == "enumeration"
    assert answer.certificate.gap == 0


def test_some_inputs_may_be_whole_by_name_or_variable():
    x, y = pt.scalar("x", dtype="float64"), pt.scalar("y", dtype="float64")
    cost = (x - 0.4) ** 2 + (y - 0.4) ** 2
    for integer in (["x"], [x], x):
        answer = go.minimize(cost, over={x: (0, 3), y: (0, 3)}, integer=integer)
        np.testing.assert_allclose(answer.x, [0.0, 0.4], atol=1e-3)
        assert answer.certificate.lower_bound <= 0.16 <= answer.fun + 1e-12
    with pytest.raises(UnknownName, match="variable in integer"):
        go.minimize(cost, over={x: (0, 3), y: (0, 3)}, integer=["z"])
    with pytest.raises(InvalidType, match="expected True, or the names"):
        go.minimize(cost, over={x: (0, 3), y: (0, 3)}, integer=[3])


def test_choices_take_one_of_a_list():
    x = pt.vector("x", shape=(2,))
    variable = Variable(x, kind="choice", choices=[[0.0, 0.7, 2.0], [-1.0, 5.0]])
    answer = go.solve(Problem(maximize=pt.sum(pt.sin(x)), variables=[variable]))
    np.testing.assert_array_equal(answer.x, [2.0, -1.0])
    assert answer.status is Status.PROVED_OPTIMAL


def test_a_linear_recurrence_is_a_linear_program():
    """The weighted average of 24 inputs whose rate is limited rises as fast as it may."""
    x = pt.vector("x", shape=(24,))
    state = pytensor.scan(lambda u, h: 0.8 * h + 0.2 * u, [x], [np.float64(0)], return_updates=False)
    answer = go.maximize(state[-1], over={x: (0, 1)}, constraints=[go.rate("x", 0.05, start=0.0)])
    best = 0.0
    for t in range(24):
        best = 0.8 * best + 0.2 * min(1.0, 0.05 * (t + 1))
    assert answer.status is Status.PROVED_OPTIMAL
    assert "linear program" in answer.route
    assert abs(answer.fun - best) <= 1e-12
    assert answer.certificate.gap <= 1e-12
    assert answer.constraints["rate of x"]["upper_price"].max() > 0


def test_proof_of_a_box():
    """The bound is below a dense grid, the gap as small as asked for; a poor local optimum is replaced."""
    x = pt.vector("x", shape=(2,))
    f = go.engine.compile([x], wavy(x), tier="now")
    answer = go.minimize(wavy(x), over={x: (-4, 4)}, certify=True, gap=1e-6)
    assert answer.status is Status.PROVED_OPTIMAL
    assert answer.certificate.gap <= 1e-6
    assert answer.certificate.lower_bound <= grid_minimum(f, -4, 4)
    assert "branch and bound" in answer.route
    alone = go.minimize(wavy(x), over={x: (-4, 4)}, x0=[3.5, 3.5])
    assert alone.status is Status.LOCAL_OPTIMUM
    better = go.certify(alone)
    assert better.status is Status.PROVED_OPTIMAL
    assert better.fun <= answer.fun + 1e-6 < alone.fun
    assert "the proof found a better point" in better.message


def test_maximum_lies_between_its_bounds():
    x = pt.vector("x", shape=(2,))
    answer = go.maximize(-wavy(x), over={x: (-4, 4)}, certify=True)
    certificate = answer.certificate
    assert certificate.lower_bound == answer.fun <= certificate.upper_bound
    assert certificate.gap == certificate.upper_bound - certificate.lower_bound <= 1e-6


def test_a_limit_that_comes_first_leaves_an_honest_gap():
    x = pt.vector("x", shape=(6,))
    cost = pt.sum(pt.sin(3 * x) * pt.cos(2 * x[::-1])) + pt.tanh(pt.sum(x)) * pt.sin(x[0] * x[1])
    answer = go.minimize(cost, over={x: (-3, 3)}, certify=True, max_seconds=0.05, starts=8)
    assert answer.status in (Status.LOCAL_OPTIMUM, Status.FEASIBLE)
    assert 1e-6 < answer.certificate.gap < np.inf
    assert "the time was up" in answer.message


def test_proof_under_constraints():
    x = pt.vector("x", shape=(2,))
    limits = [go.leq(pt.sum(x**2), 1.0, name="disc")]
    answer = go.minimize(pt.sum(x), over={x: (-2, 2)}, constraints=limits, certify=True, gap=1e-3)
    assert answer.status is Status.PROVED_OPTIMAL
    np.testing.assert_allclose(answer.x, [-np.sqrt(0.5)] * 2, atol=1e-6)
    np.testing.assert_allclose(answer.constraints["disc"]["upper_price"], np.sqrt(0.5), rtol=1e-4)


@pytest.mark.parametrize("constrained", [False, True])
def test_a_convex_problem_is_told_as_such(constrained):
    """Seven decisions, a quadratic cost; without and with a plane and a ball."""
    rng = np.random.default_rng(0)
    A, c, x = rng.normal(size=(7, 7)), rng.normal(size=7), pt.vector("x", shape=(7,))
    rows = [go.leq(pt.sum(x), -0.2), go.leq(pt.sum(x**2), 2.0)] if constrained else []
    answer = go.minimize(
        pt.sum(pt.dot(A, x) ** 2) + pt.dot(c, x), over={x: (-1, 1)}, constraints=rows, certify=True
    )
    assert answer.status is go.Status.PROVED_OPTIMAL
    assert answer.certificate.method == "convexity"
    assert answer.certificate.gap <= 1e-6
    assert "; then convexity: a local optimum is the best point of the box" in answer.route
    assert "(convexity, 1 nodes" in answer.certificate.checks[-1].detail


@pytest.mark.parametrize("linear", [True, False])
def test_contradictions_are_proved(linear):
    x = pt.vector("x", shape=(2,))
    total = pt.sum(x) if linear else pt.sum(x**2)
    cost = pt.sum(x**2) if linear else pt.sum(x)
    answer = go.minimize(cost, over={x: (0, 1)}, constraints=[go.geq(total, 3.0)])
    assert answer.status is Status.INFEASIBLE
    assert not answer.success
    assert not answer.feasible


def test_a_graph_that_no_exact_method_can_read():
    """Sorted places have no form: whole numbers are rounded, and nothing is proved; the message says why."""
    x = pt.vector("x", shape=(3,))
    cost = 0.1 * pt.sum(pt.argsort(x) * np.array([1.0, -2.0, 0.5])) + pt.sum((x - 0.3) ** 2)
    whole = go.minimize(cost, over={x: (-3, 3)}, integer=True)
    assert whole.status is Status.FEASIBLE
    assert "no exact method can read the graph" in whole.message
    np.testing.assert_array_equal(whole.x, whole.x.round())
    real = go.minimize(cost, over={x: (-3, 3)}, certify=True)
    assert real.certificate.gap == np.inf
    assert "nothing could be proved" in real.message


def test_a_proof_needs_finite_bounds():
    x = pt.vector("x", shape=(2,))
    answer = go.minimize(pt.sum(pt.tanh(x) ** 2), over={x: None}, certify=True)
    assert answer.status is not Status.PROVED_OPTIMAL
    assert "needs finite bounds" in answer.certificate.method + answer.message


def test_a_convex_problem_needs_no_bounds():
    """Least squares, exactly; on a graph that says so."""
    A, b, x = *np.random.default_rng(0).normal(size=(2, 4, 4)), pt.vector("x", shape=(4,))
    answer = go.minimize(pt.sum((pt.dot(A, x) - b[0]) ** 2), over={x: None}, certify=True)
    assert answer.status is Status.PROVED_OPTIMAL
    assert answer.certificate.method == "convexity"
    np.testing.assert_allclose(answer.x, np.linalg.solve(A, b[0]), atol=1e-5)


def test_a_value_that_cannot_be_reached():
    x = pt.vector("x", shape=(2,))
    low = go.target(pt.sum(pt.tanh(x)), 2.5, over={x: (-1, 1)}, certify=True)
    assert low.unreachable
    assert not low.reached
    np.testing.assert_allclose(low.least_distance, 2.5 - 2 * np.tanh(1), rtol=1e-4)
    assert low.message.startswith("Proved: the value cannot be reached")
    there = go.target(pt.sum(pt.tanh(x)), 1.0, over={x: (-1, 1)}, certify=True)
    assert there.reached
    assert not there.unreachable


def test_an_answer_keeps_its_problem_in_this_process_only():
    x = pt.vector("x", shape=(2,))
    answer = go.minimize(pt.sum((x - 2) ** 2), over={x: (0, 1)}, certify=True)
    assert isinstance(answer.problem, Problem)
    saved = json.loads(answer.to_json())
    assert "problem" not in saved
    assert saved["certificate"]["proved"] is True
    sent = pickle.loads(pickle.dumps(answer))
    with pytest.raises(InvalidType, match="has lost its problem"):
        go.certify(sent)


def test_a_guard_keeps_the_answer_near_the_data():
    """The best point lies far from a bow of samples; guarded it stays within, and the price is told."""
    rng = np.random.default_rng(0)
    along = rng.normal(size=300)
    data = np.column_stack([along, along**2 + 0.2 * rng.normal(size=300)])
    x = pt.vector("x", shape=(2,))
    asked = {"over": {x: (-20, 20)}}
    cost = x[0] - x[1]
    report = go.minimize(cost, **asked, guard=go.DataGuard(data, use="report"))
    assert report.trust.distance > 5
    assert not report.trust.within
    kept = go.minimize(cost, **asked, guard=go.DataGuard(data))
    assert kept.success
    assert kept.trust.within
    np.testing.assert_allclose(kept.trust.price, kept.fun - report.fun)
    pulled = go.minimize(cost, **asked, guard=go.DataGuard(data, use="penalty", weight=10.0))
    np.testing.assert_allclose(pulled.fun, pulled.x[0] - pulled.x[1], rtol=1e-12)
    assert report.fun < pulled.fun < kept.fun + 1e-9
    with pytest.raises(InvalidType, match=r"expected graphopt\.DataGuard"):
        go.minimize(cost, **asked, guard=data)


@pytest.mark.parametrize(("name", "value"), [("gap", -1.0), ("max_seconds", "long"), ("gap", float("nan"))])
def test_wrong_efforts_say_what_is_wrong(name, value):
    x = pt.vector("x", shape=(2,))
    with pytest.raises(InvalidValue, match=f"{name} came as"):
        go.minimize(pt.sum(x**2), over={x: (0, 1)}, certify=True, **{name: value})


def test_a_point_that_rests_on_breaches_is_no_optimum():
    """At the only feasible point nothing is to be gained; near it, within the tolerance of equalities, is."""
    x = pt.vector("x", shape=(2,))
    question = {"over": {x: (0, 1)}, "constraints": [go.eq(x, [0.3, 0.4])], "certify": True}
    answer = go.minimize(pt.sum(x**2), **question)
    assert answer.status is Status.PROVED_OPTIMAL
    np.testing.assert_allclose(answer.x, [0.3, 0.4], atol=1e-9)
    assert all(check.passed for check in answer.certificate.checks)


@pytest.mark.parametrize("size", [1e-9, 1e-4, 1e5])
def test_linear_problems_of_any_size(size):
    """The better of two elements takes all that their sum may be, in units from tiny to large."""
    x = pt.vector("x", shape=(2,))
    for limit in (go.leq(pt.sum(x) / size, 1.0, name="sum"), go.leq(pt.sum(x), size, name="sum")):
        answer = go.maximize((3 * x[0] + 2 * x[1]) / size, over={x: (0, 2 * size)}, constraints=[limit])
        assert answer.status is Status.PROVED_OPTIMAL
        np.testing.assert_allclose(answer.x / size, [1, 0], atol=1e-9)
        np.testing.assert_allclose(answer.fun, 3, rtol=1e-9)
    tiny = go.maximize(pt.sum(x), over={x: (0, 1)}, constraints=[go.leq(size * pt.sum(x), 0.1 * size)])
    np.testing.assert_allclose(tiny.fun, 0.1, rtol=1e-9)


def test_whole_numbers_of_a_linear_problem_are_proved_beyond_the_solver_s_tolerance():
    """Against every point: HiGHS takes 1e-6 of the value off its bounds, more than the gap asked for."""
    values, weights = np.array([5.31, 3.17, 8.09, 2.73]), np.array([2.1, 1.3, 3.7, 0.9])
    x = pt.vector("x", shape=(4,))
    limits = [go.leq(pt.dot(x, weights), 11.0)]
    answer = go.maximize(pt.dot(x, values), over={x: (0, 5)}, constraints=limits, integer=True, gap=1e-9)
    points = np.stack(np.meshgrid(*[np.arange(6)] * 4), -1).reshape(-1, 4)
    best = (points @ values)[points @ weights <= 11.0].max()
    assert answer.status is Status.PROVED_OPTIMAL
    np.testing.assert_allclose(answer.fun, best, rtol=1e-12)


def test_an_objective_that_falls_without_end_is_no_optimum():
    x = pt.vector("x", shape=(2,))
    answer = go.minimize(pt.sum(pt.log(x)), over={x: (0, 3)}, integer=True)
    assert answer.status is Status.FAILED
    assert not answer.success


def test_whole_numbers_without_bounds_are_rounded_and_not_proved():
    x = pt.vector("x", shape=(2,))
    answer = go.minimize(pt.sum((x - [3.4, -2.7]) ** 2), over={x: None}, integer=True)
    np.testing.assert_array_equal(answer.x, [3, -3])
    assert answer.status is Status.FEASIBLE
    assert "'x' needs both bounds" in answer.message


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_the_worst_of_scenarios_is_proved(sense):
    """The middle of the smallest ball around three corners of a triangle: circumcentre of an acute one."""
    x, corner = pt.vector("x", shape=(2,)), pt.vector("corner", shape=(2,))
    away = pt.sum((x - corner) ** 2)
    cases = go.Scenarios([[0.0, 0.0], [2.0, 0.0], [1.0, 2.0]], "worst")
    answer = getattr(go, sense)(
        away if sense == "minimize" else -away,
        over={x: (-3, 3)},
        fixed={corner: cases},
        x0=[0.5, 0.5],
        certify=True,
        gap=1e-4,
    )
    assert answer.status is Status.PROVED_OPTIMAL
    np.testing.assert_allclose(answer.x_named["x"], [1.0, 0.75], atol=1e-4)
    np.testing.assert_allclose(abs(answer.fun), 1.5625, atol=1e-4)
    np.testing.assert_allclose(abs(answer.outputs["objective (case 2)"]), 1.5625, atol=1e-3)


def test_what_is_proved_later_keeps_its_own_fields():
    x = pt.vector("x", shape=(2,))
    missed = go.certify(go.target(pt.sum(pt.tanh(x)), 2.5, over={x: (-1, 1)}))
    assert missed.unreachable
    assert missed.least_distance > 0.97
    data = np.random.default_rng(0).normal(size=(200, 2))
    for use in ("constraint", "penalty", "report"):
        first = go.maximize(pt.sum(x), over={x: (-20, 20)}, guard=go.DataGuard(data, use=use))
        later = go.certify(first, max_seconds=2)
        np.testing.assert_allclose(later.fun, first.fun, atol=1e-3)
        np.testing.assert_allclose(later.trust.distance, first.trust.distance, atol=1e-3)
        if use == "penalty":
            assert "about the objective with its penalty" in later.message
            np.testing.assert_allclose(later.fun - later.penalty, later.certificate.value)
