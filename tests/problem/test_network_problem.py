"""Questions about networks: one sample in, named inputs, some held."""

from __future__ import annotations

import numpy as np
import pytest

import graphopt.nn as nn
from graphopt import engine
from graphopt.api import maximize, minimize, target
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, UnknownName


@pytest.fixture(scope="module")
def net():
    return nn.Sequential([nn.Input(2), nn.Dense(3, "sigmoid"), nn.Dense(1, "sigmoid")], seed=0)


@pytest.fixture(scope="module")
def forecaster():
    past, plan = nn.Input((4, 2), name="past"), nn.Input((3,), name="plan")
    merged = nn.Concatenate()([nn.Flatten()(past), nn.Dense(4, "tanh")(plan)])
    return nn.Model([past, plan], nn.Dense(2, name="forecast")(merged), seed=1)


PAST = np.linspace(-1, 1, 8).reshape(4, 2)


@pytest.mark.parametrize("bounds", [(0, 1), {"input": (0, 1)}, ([0, 0], [1, 1]), [(0, 1), (0, 1)]])
def test_bounds_in_every_form(net, bounds):
    answer = maximize(net, bounds, tier="now")
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 41)] * 2), axis=-1).reshape(-1, 2)
    assert answer.success
    assert answer.fun >= net.predict(grid).max() - 1e-12
    assert net.predict(answer.x[None])[0, 0] == pytest.approx(answer.fun, rel=1e-12)
    assert list(answer.x_named) == net.input_names
    assert answer.outputs[net.output_names[0]].shape == (1,)


def test_single_precision_network_is_solved_in_double():
    net = nn.Sequential([nn.Input(2), nn.Dense(8, "tanh"), nn.Dense(1)], seed=0, dtype="float32")
    answer = minimize(net, (-1, 1), tier="now")
    assert answer.x.dtype == np.float64
    assert answer.success
    # the network itself rounds to single precision
    assert net.predict(answer.x[None].astype("float32"))[0, 0] == pytest.approx(answer.fun, rel=1e-5)


def test_held_input_and_objective_by_name(forecaster):
    answer = minimize(forecaster, {"plan": (-1, 1)}, objective="sum", fixed={"past": PAST}, tier="now")
    assert answer.success
    assert list(answer.x_named) == ["plan"]
    again = forecaster.predict({"past": PAST[None], "plan": answer.x_named["plan"][None]})
    assert np.sum(again) == pytest.approx(answer.fun, rel=1e-12)
    np.testing.assert_allclose(answer.outputs["forecast"], np.squeeze(again), rtol=1e-12)


def test_every_input_may_move(forecaster):
    answer = minimize(forecaster, (-1, 1), objective=0, starts=2, tier="now")
    assert {name: value.shape for name, value in answer.x_named.items()} == {"past": (4, 2), "plan": (3,)}
    assert answer.x.shape == (11,)
    np.testing.assert_array_equal(np.concatenate([v.ravel() for v in answer.x_named.values()]), answer.x)


def test_bounds_per_element(forecaster):
    low, high = np.array([-1, -0.5, 0.0]), np.array([1, -0.5, 2.0])
    answer = minimize(forecaster, {"plan": (low, high)}, objective="mean", fixed={"past": PAST}, tier="now")
    assert np.all(low <= answer.x)
    assert np.all(answer.x <= high)
    assert answer.x[1] == -0.5
    assert answer.active_bounds["plan"][1] == "fixed"


def test_new_weights_are_seen(net):
    before = maximize(net, (0, 1), tier="now")
    weights = net.get_weights()
    try:
        net.set_weights([*weights[:-2], -weights[-2], -weights[-1]])
        after = minimize(net, (0, 1), tier="now")
    finally:
        net.set_weights(weights)
    assert after.fun == pytest.approx(1 - before.fun, rel=1e-9)


def test_target_is_reached_or_not(net):
    middle = float(net.predict(np.array([[0.3, 0.6]]))[0, 0])
    reached = target(net, middle, (0, 1), tier="now")
    assert reached.reached
    assert net.predict(reached.x[None])[0, 0] == pytest.approx(middle, abs=1e-6)
    missed = target(net, 2.0, (0, 1), tier="now")
    assert not missed.reached
    assert missed.distance == pytest.approx(2.0 - maximize(net, (0, 1), tier="now").fun, rel=1e-6)


WRONG = {
    "unknown input in bounds": (
        lambda n, f: minimize(n, {"inputs": (0, 1)}),
        UnknownName,
        ["'inputs'", "'input'"],
    ),
    "unknown input in fixed": (
        lambda n, f: minimize(f, (0, 1), objective=0, fixed={"pst": PAST}),
        UnknownName,
        ["'pst'", "'past'"],
    ),
    "held value of another shape": (
        lambda n, f: minimize(f, (0, 1), objective=0, fixed={"past": PAST[:2]}),
        ShapeMismatch,
        ["'past'", "(2, 2)", "(4, 2)"],
    ),
    "held value with NaN": (
        lambda n, f: minimize(f, (0, 1), objective=0, fixed={"past": np.full((4, 2), np.nan)}),
        InvalidValue,
        ["'past'", "nan at index (0, 0)"],
    ),
    "held and bounded": (
        lambda n, f: minimize(f, {"past": (0, 1)}, objective=0, fixed={"past": PAST}),
        InvalidValue,
        ["'past'", "Keep one"],
    ),
    "everything held": (
        lambda n, f: minimize(f, objective=0, fixed={"past": PAST, "plan": np.zeros(3)}),
        InvalidValue,
        ["nothing can move"],
    ),
    "several outputs": (lambda n, f: minimize(f, (0, 1)), InvalidValue, ["(2,)", "'sum'"]),
    "unknown objective": (
        lambda n, f: minimize(f, (0, 1), objective="forcast"),
        UnknownName,
        ["'forcast'", "'forecast'"],
    ),
    "over": (lambda n, f: minimize(n, over={"input": (0, 1)}), InvalidValue, ["over=", "bounds="]),
    "batch of bounds": (lambda n, f: minimize(n, (np.zeros((1, 2)), 1)), ShapeMismatch, ["(1, 2)", "(2,)"]),
    "fixed is no dict": (lambda n, f: minimize(n, (0, 1), fixed=PAST), InvalidValue, ["fixed", "dict"]),
    "x0 outside": (lambda n, f: minimize(n, (0, 1), x0=[2, 0]), InvalidValue, ["x0", "2 at index 0"]),
    "a layer": (lambda n, f: minimize(nn.Dense(3), (0, 1)), InvalidType, ["Dense", "network"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_question(case, net, forecaster, monkeypatch):
    def no_compilation(*args, **kwargs):
        raise AssertionError("compiled before the question was checked")

    monkeypatch.setattr(engine, "compile", no_compilation)
    ask, error, texts = WRONG[case]
    with pytest.raises(error) as caught:
        ask(net, forecaster)
    for text in texts:
        assert text in str(caught.value)
