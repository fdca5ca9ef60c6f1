"""Plans for several cases: against closed forms and against one problem written out by hand."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.errors import InvalidValue, ShapeMismatch, UnknownName

CASES = [0.0, 1.0, 5.0]


def question():
    x, a = pt.scalar("x", dtype="float64"), pt.scalar("a", dtype="float64")
    return x, a, (x - a) ** 2


def test_mean_of_the_cases():
    """The mean of squared distances is least at the (weighted) mean of the cases."""
    x, a, cost = question()
    answer = go.minimize(cost, over={x: (-9, 9)}, fixed={a: go.Scenarios(CASES)})
    np.testing.assert_allclose(answer.x, [2.0], atol=1e-7)
    np.testing.assert_allclose(answer.fun, np.var(CASES), rtol=1e-9)
    weighted = go.Scenarios(CASES, weights=[1, 0, 1])
    np.testing.assert_allclose(go.minimize(cost, over={x: (-9, 9)}, fixed={a: weighted}).x, [2.5], atol=1e-7)


def test_worst_of_the_cases():
    """The greatest distance is least in the middle of the extremes."""
    x, a, cost = question()
    answer = go.minimize(cost, over={x: (-9, 9)}, fixed={a: go.Scenarios(CASES, "worst")})
    assert answer.success
    np.testing.assert_allclose(answer.x, [2.5], atol=1e-6)
    np.testing.assert_allclose(answer.fun, 6.25, rtol=1e-7)
    best = go.maximize(-cost, over={x: (-9, 9)}, fixed={a: go.Scenarios(CASES, "worst")})
    np.testing.assert_allclose(best.fun, -6.25, rtol=1e-7)


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_answers_hold_the_decisions_of_the_caller_only(sense):
    """Max of (x - 0)^2 and (x - 5)^2 / 4 is least where they cross: x = 5/3, with slopes 10/3 and -5/3."""
    x, a = pt.vector("x", shape=(1,), dtype="float64"), pt.vector("a", shape=(2,), dtype="float64")
    cost = a[1] * (x[0] - a[0]) ** 2 * (1 if sense == "minimize" else -1)
    cases = go.Scenarios([[0.0, 1.0], [2.0, 0.0], [5.0, 0.25]], "worst")
    answer = getattr(go, sense)(
        cost, over={x: (-9, 9)}, fixed={a: cases}, starts=3, constraints=[go.leq(x, 8, name="cap")]
    )
    assert answer.success
    np.testing.assert_allclose(answer.x, [5 / 3], rtol=1e-7)
    np.testing.assert_allclose(answer.jac, [0.0], atol=1e-9)
    for table in (answer.x_named, answer.active_bounds, answer.multipliers, answer.optima[0]["x_named"]):
        assert list(table) == ["x"]
    assert list(answer.constraints) == ["cap"]
    assert {row[key].shape for row in answer.starts for key in ("start", "x")} == {(1,)}
    np.testing.assert_allclose(answer.worst_case["weights"], [1 / 3, 0, 2 / 3], atol=1e-6)
    assert answer.worst_case["case"] in (0, 2)
    assert answer.worst_case["value"] == pytest.approx(answer.fun, rel=1e-12)
    assert "worst case" not in str(answer)
    assert "worst of 3 cases" in str(answer)


def test_an_answer_about_the_worst_is_proved_later():
    x, a, cost = question()
    answer = go.minimize(cost, over={x: (-9, 9)}, fixed={a: go.Scenarios(CASES, "worst")})
    proved = go.certify(answer, gap=1e-3)
    assert proved.certificate.proved
    np.testing.assert_allclose(proved.x, [2.5], atol=1e-3)


def test_a_start_is_one_of_the_decisions():
    x, a, cost = question()
    answer = go.minimize(cost, over={x: (-9, 9)}, fixed={a: go.Scenarios(CASES, "worst")}, x0=4.0)
    np.testing.assert_array_equal(answer.starts[0]["start"], [4.0])


def test_slopes_of_whole_numbers_are_those_of_the_worst_case():
    x, a, cost = question()
    answer = go.minimize(cost, over={x: (-9, 9)}, fixed={a: go.Scenarios([0.0, 4.5], "worst")}, integer=True)
    np.testing.assert_array_equal(answer.x, [2.0])
    np.testing.assert_allclose(answer.jac, [-5.0])
    np.testing.assert_array_equal(answer.worst_case["weights"], [0, 1])


def test_constraints_on_held_inputs_hold_in_every_case():
    x, a, cost = question()
    answer = go.minimize(
        cost,
        over={x: (-9, 9)},
        fixed={a: go.Scenarios(CASES)},
        constraints=[go.geq(x - a, 0.5, name="above")],
    )
    np.testing.assert_allclose(answer.x, [5.5], atol=1e-6)
    assert set(answer.constraints) == {f"above (case {k})" for k in range(3)}


def test_a_network_with_a_held_past():
    past, plan = go.Input((3, 2), name="past"), go.Input((2, 1), name="plan")
    layers = go.Concatenate()([go.SimpleRNN(3)(past), go.SimpleRNN(3)(plan)])
    net = go.Model([past, plan], go.Dense(1, "tanh")(layers), seed=0)
    pasts = np.random.default_rng(0).normal(size=(2, 3, 2))
    asked = {"bounds": {"plan": (-1, 1)}, "fixed": {"past": go.Scenarios(pasts)}}
    answer = go.minimize(net, **asked)
    plan_found = answer.x_named["plan"]
    values = [net.predict([p[None], plan_found[None]])[0, 0] for p in pasts]
    np.testing.assert_allclose(answer.fun, np.mean(values), rtol=1e-6)
    assert {name for name in answer.outputs if "case" in name} == set(answer.outputs)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda a: go.Scenarios([]), InvalidValue, "one array for each case"),
        (lambda a: go.Scenarios([[1.0], [1.0, 2.0]]), ShapeMismatch, "expected one shape"),
        (lambda a: go.Scenarios([1.0], "median"), UnknownName, "mean, worst"),
        (lambda a: go.Scenarios([1.0, 2.0], weights=[1.0]), InvalidValue, "expected 2 numbers"),
        (lambda a: go.Scenarios([1.0, 2.0], weights=[0, 0]), InvalidValue, "all zero"),
    ],
)
def test_wrong_scenarios_say_what_is_wrong(make, error, message):
    with pytest.raises(error, match=message):
        make(None)


def test_scenarios_of_several_inputs_go_together():
    x, a, b = (pt.scalar(name, dtype="float64") for name in "xab")
    cost = (x - a - b) ** 2
    both = {a: go.Scenarios([0.0, 2.0]), b: go.Scenarios([1.0, 3.0])}
    np.testing.assert_allclose(go.minimize(cost, over={x: (-9, 9)}, fixed=both).x, [3.0], atol=1e-7)
    with pytest.raises(InvalidValue, match="differ in number"):
        go.minimize(cost, over={x: (-9, 9)}, fixed={a: go.Scenarios([0.0]), b: go.Scenarios([1.0, 3.0])})
