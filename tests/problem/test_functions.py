"""A question asked again compiles nothing, and still sees new weights, new bounds and new held values."""

import gc
import weakref

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.engine.compiler import Compiled
from graphopt.problem.functions import functions_of


@pytest.fixture
def compilations(monkeypatch):
    made, original = [], Compiled.__init__

    def counted(self, *args, **choices):
        made.append(choices.get("name"))
        original(self, *args, **choices)

    monkeypatch.setattr(Compiled, "__init__", counted)
    return made


def forecaster():
    past, plan = go.Input((4, 2), name="past"), go.Input((3, 1), name="plan")
    merged = go.Concatenate()([go.GRU(3)(past), go.SimpleRNN(2)(plan)])
    return go.Model([past, plan], go.Dense(2)(merged), seed=1)


def ask(net, past, **choices):
    asked = {"objective": "sum", "fixed": {"past": past}, "bounds": {"plan": (-1, 1)}, **choices}
    return go.minimize(net, **asked)


def test_a_network_is_asked_again_without_compiling(compilations):
    net, rng = forecaster(), np.random.default_rng(0)
    first = ask(net, rng.normal(size=(4, 2)))
    count = len(compilations)
    past = rng.normal(size=(4, 2))
    again = ask(net, past, bounds={"plan": (-0.5, 0.25)})
    assert len(compilations) == count
    assert again.fun == pytest.approx(ask(forecaster(), past, bounds={"plan": (-0.5, 0.25)}).fun, abs=1e-12)
    assert np.abs(again.x).max() <= 0.5 < np.abs(first.x).max()


def test_new_weights_are_seen(compilations):
    net, past = forecaster(), np.ones((4, 2))
    before = ask(net, past)
    count = len(compilations)
    net.set_weights([2 * w for w in net.get_weights()])
    after = ask(net, past)
    assert len(compilations) == count
    expected = net.predict({"past": past[None], "plan": after.x_named["plan"][None]}).sum()
    assert after.fun == pytest.approx(expected, abs=1e-12)
    assert after.fun != pytest.approx(before.fun, abs=1e-3)


def test_other_questions_are_other_functions():
    net, past = forecaster(), np.ones((4, 2))
    lowest, highest = (
        ask(net, past),
        go.maximize(net, objective="sum", fixed={"past": past}, bounds={"plan": (-1, 1)}),
    )
    one = ask(net, past, objective=0)
    assert lowest.fun < highest.fun
    assert one.fun != pytest.approx(lowest.fun, abs=1e-3)


def test_an_expression_is_asked_again_without_compiling(compilations):
    x = pt.dvector("x")
    cost = ((x - 0.3) ** 2).sum()
    go.minimize(cost, over={x: (np.zeros(3), 1)})
    count = len(compilations)
    answer = go.minimize(cost, over={x: (np.zeros(3), 0.2)})
    assert len(compilations) == count
    np.testing.assert_array_equal(answer.x, [0.2, 0.2, 0.2])
    go.minimize(cost, over={x: (np.zeros(5), 0.2)})
    assert len(compilations) > count


def test_functions_go_with_their_objective():
    x = pt.vector("x", shape=(2,))
    problem = go.Problem(minimize=(x**2).sum(), variables=[go.Variable(x, -1, 1)])
    kept = weakref.ref(functions_of(problem))
    assert functions_of(problem) is kept()
    del problem, x
    gc.collect()
    assert kept() is None
