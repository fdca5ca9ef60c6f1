"""Receding horizons: the last plan moved on starts the next, limits move, nothing is compiled twice."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt import engine
from graphopt.errors import InvalidType, InvalidValue, UnknownName


def tank():
    """A level that a plan of flows brings to zero."""
    plan, level = pt.vector("plan", shape=(6,)), pt.scalar("level", dtype="float64")
    return plan, level, pt.sum((level + pt.cumsum(plan)) ** 2) + 0.1 * pt.sum(plan**2)


def test_each_step_is_the_answer_to_its_question():
    plan, level, cost = tank()
    horizon, now = go.RecedingHorizon(cost, over={plan: (-1, 1)}), 3.0
    for _ in range(4):
        answer = horizon.step({level: now})
        alone = go.minimize(cost, over={plan: (-1, 1)}, fixed={level: now})
        assert answer.success
        np.testing.assert_allclose(answer.x, alone.x, atol=1e-5)
        now += answer.x[0]
    assert abs(now) < 0.2


def test_the_last_plan_moves_on_and_starts_the_next():
    plan, level, cost = tank()
    horizon = go.RecedingHorizon(cost, over={plan: (-1, 1)})
    first = horizon.step({level: 3.0})
    again = horizon.step({level: 3.0 + float(first.x[0] + first.x[1])}, shift=2)
    np.testing.assert_array_equal(again.starts[0]["start"], [*first.x[2:], first.x[-1], first.x[-1]])


def test_nothing_is_compiled_again(monkeypatch):
    plan, level, cost = tank()
    limits = [go.between(-0.5, plan[1:] - plan[:-1], 0.5, name="rate")]
    horizon = go.RecedingHorizon(cost, over={plan: (-1, 1)}, constraints=limits)
    horizon.step({level: 3.0})
    monkeypatch.setattr(engine.compiler.Compiled, "__init__", lambda *_, **__: pytest.fail("compiled again"))
    assert horizon.step({level: 2.0}).success


NETWORK_QUESTIONS = {
    "mean": {"over": "mean"},
    "worst": {"over": "worst"},
    "output under limits": {
        "over": "worst",
        "constraints": [
            go.rate("plan", 0.5),
            go.limit("forecast", -5.0, 5.0),
            go.leq(lambda names: names["forecast"][0] ** 2, 30.0),
        ],
    },
    "objective by a function": {"over": "mean", "objective": lambda output: pt.sum(output**2)},
}


@pytest.mark.parametrize("question", NETWORK_QUESTIONS.values(), ids=NETWORK_QUESTIONS)
def test_scenarios_of_a_network_are_replaced_and_nothing_is_compiled_again(question, monkeypatch):
    past, plan = go.Input((3, 2), name="past"), go.Input((4, 1), name="plan")
    joined = go.Concatenate()([go.SimpleRNN(3)(past), go.SimpleRNN(3)(plan)])
    net = go.Model([past, plan], go.Dense(1, name="forecast")(joined), seed=0)
    random = np.random.default_rng(0)
    first, second = random.normal(size=(2, 3, 3, 2))
    more = {name: value for name, value in question.items() if name != "over"}
    horizon = go.RecedingHorizon(net, bounds={"plan": (-1, 1)}, **more)

    def asked(pasts, weights):
        weights = weights if question["over"] == "mean" else None
        return {"past": go.Scenarios(pasts, question["over"], weights=weights)}

    before = horizon.step(asked(first, [1, 1, 1]))
    assert before.success
    with monkeypatch.context() as patch:
        patch.setattr(engine.compiler.Compiled, "__init__", lambda *_, **__: pytest.fail("compiled again"))
        answer = horizon.step(asked(second, [3, 1, 1]), x0={"plan": np.zeros((4, 1))})
    assert answer.success
    assert answer.fun != before.fun
    if "constraints" in more:
        return
    alone = go.minimize(
        net, bounds={"plan": (-1, 1)}, fixed=asked(second, [3, 1, 1]), x0={"plan": np.zeros((4, 1))}, **more
    )
    np.testing.assert_array_equal(answer.x, alone.x)


def test_scenarios_of_an_expression_are_replaced_and_nothing_is_compiled_again(monkeypatch):
    plan, level, cost = tank()
    limits = [go.leq(level + pt.sum(plan), 0.5, name="end"), go.leq(plan, 0.9)]
    horizon = go.RecedingHorizon(cost, over={plan: (-1, 1)}, constraints=limits)
    horizon.step({level: go.Scenarios([3.0, 2.0], "worst")})
    monkeypatch.setattr(engine.compiler.Compiled, "__init__", lambda *_, **__: pytest.fail("compiled again"))
    answer = horizon.step({level: go.Scenarios([2.5, 1.0], "worst")})
    assert answer.success
    assert answer.starts[0]["start"].shape == (6,)
    assert answer.worst_case["value"] == max(answer.outputs[f"objective (case {k})"] for k in range(2))


def test_cases_of_another_number_are_another_question():
    plan, level, cost = tank()
    horizon = go.RecedingHorizon(cost, over={plan: (-1, 1)})
    horizon.step({level: go.Scenarios([3.0, 2.0])})
    answer = horizon.step({level: go.Scenarios([3.0])})
    np.testing.assert_allclose(
        answer.x, go.minimize(cost, over={plan: (-1, 1)}, fixed={level: 3.0}).x, atol=1e-5
    )


def test_limits_may_follow_the_last_answer():
    plan, level, cost = tank()

    def near_the_last(last):
        flow = 0.0 if last is None else float(last.x[0])
        return [go.between(flow - 0.25, plan[0], flow + 0.25, name="first")]

    horizon = go.RecedingHorizon(cost, over={plan: (-1, 1)}, constraints=near_the_last)
    flows = [float(horizon.step({level: 5.0}).x[0]) for _ in range(5)]
    np.testing.assert_allclose(flows, [-0.25, -0.5, -0.75, -1.0, -1.0], atol=1e-6)


def test_wrong_horizons_say_what_is_wrong():
    plan, level, cost = tank()
    with pytest.raises(UnknownName, match="maximize, minimize"):
        go.RecedingHorizon(cost, "least")
    with pytest.raises(InvalidValue, match=r"give it to step"):
        go.RecedingHorizon(cost, fixed={level: 1.0})
    with pytest.raises(InvalidType, match="shift came as -1"):
        go.RecedingHorizon(cost, over={plan: (-1, 1)}).step({level: 1.0}, shift=-1)
