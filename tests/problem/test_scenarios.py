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
    np.testing.assert_allclose(answer.x_named["x"], 2.5, atol=1e-6)
    np.testing.assert_allclose(answer.fun, 6.25, rtol=1e-7)
    best = go.maximize(-cost, over={x: (-9, 9)}, fixed={a: go.Scenarios(CASES, "worst")})
    np.testing.assert_allclose(best.fun, -6.25, rtol=1e-7)


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
