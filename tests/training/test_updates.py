"""Update rules against ten recorded updates of Keras 3 and PyTorch (tests/recorded/updates.py)."""

import json
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.errors import InvalidType, InvalidValue
from graphopt.training import optimizers, schedules, updates

RECORDED = Path(__file__).parents[1] / "recorded"
TABLES = json.loads((RECORDED / "updates.json").read_text())["tables"]
KEPT = [0, 4, 9]
CLOSE = {"rtol": 1e-6, "atol": 1e-6}
"""Keras reads 0.999 as a float32 number even for float64 weights, which moves 1 - 0.999 by 1.3e-5 of
itself.
"""


@pytest.fixture(scope="module")
def recorded():
    with np.load(RECORDED / "updates.npz") as file:
        return dict(file)


def ten_updates(recorded, rule, dtype="float64", separate=True):
    """Return the parameters, laid end to end, after the recorded updates that were kept."""
    start = [recorded[f"start/{i}"].astype(dtype) for i in range(3)]
    params = [pytensor.shared(s) for s in start]
    grads = [pt.tensor(dtype=dtype, shape=s.shape) for s in start]
    loss = grads if separate else sum(pt.sum(p * g) for p, g in zip(params, grads))
    step = engine.compile(grads, [], updates=rule(loss, params), tier="now")
    path = []
    for t in range(10):
        step(*(recorded[f"gradients/{i}"][t].astype(dtype) for i in range(3)))
        path.append(np.concatenate([p.get_value().ravel() for p in params]))
    return np.array(path)[KEPT]


@pytest.mark.parametrize("name", TABLES["keras"])
def test_ten_updates_are_those_of_keras(recorded, name):
    cls, options = TABLES["keras"][name]
    optimizer = getattr(optimizers, cls)(**options)
    got = ten_updates(recorded, optimizer.updates)
    np.testing.assert_allclose(got, recorded[f"keras/{name}"], **CLOSE)


@pytest.mark.parametrize(
    "name", ["SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Nadam"]
)
def test_defaults_are_those_of_keras(recorded, name):
    got = ten_updates(recorded, optimizers.get(name.lower()).updates)
    np.testing.assert_allclose(got, recorded[f"keras/default_{name}"], **CLOSE)


TORCH = {
    "sgd": lambda g, p: updates.sgd(g, p, 0.1),
    "momentum": lambda g, p: updates.momentum(g, p, 0.05, momentum=0.9),
    "nesterov": lambda g, p: updates.nesterov(g, p, 0.05, momentum=0.8),
    "rmsprop": lambda g, p: updates.rmsprop(g, p, 0.01, epsilon=0.0),
    "adagrad": lambda g, p: updates.adagrad(g, p, 0.1, initial_accumulator_value=0.0, epsilon=0.0),
    "adadelta": lambda g, p: updates.adadelta(g, p, 1.0, rho=0.9, epsilon=1e-6),
    "adam": lambda g, p: updates.adam(g, p, 0.01, epsilon=1e-8, epsilon_hat=False),
    "adam_eps": lambda g, p: updates.adam(g, p, 0.01, epsilon=1e-2, epsilon_hat=False),
    "adam_amsgrad": lambda g, p: updates.adam(g, p, 0.02, epsilon=1e-2, epsilon_hat=False, amsgrad=True),
    "adamw": lambda g, p: updates.adamw(g, p, 0.02, weight_decay=0.01, epsilon=1e-2, epsilon_hat=False),
    "adamax": lambda g, p: updates.adamax(g, p, 0.02, epsilon=0.0),
    "nadam": lambda g, p: updates.nadam(g, p, 0.02, epsilon=1e-8, momentum_decay=0.004),
}


@pytest.mark.parametrize("name", TABLES["torch"])
def test_ten_updates_are_those_of_torch(recorded, name):
    # Without epsilon an element that never had a gradient is 0/0 here; torch keeps the same NaN.
    np.testing.assert_allclose(
        ten_updates(recorded, TORCH[name]), recorded[f"torch/{name}"], rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("rule", [updates.sgd, updates.adam, updates.nadam], ids=lambda f: f.__name__)
def test_a_loss_gives_the_updates_of_its_gradients(recorded, rule):
    np.testing.assert_array_equal(ten_updates(recorded, rule), ten_updates(recorded, rule, separate=False))


@pytest.mark.parametrize("name", sorted(optimizers.TABLE))
def test_float32_parameters_stay_float32(recorded, name):
    params = [pytensor.shared(np.ones((2, 2), "float32")), pytensor.shared(np.ones(3, "float32"))]
    new = optimizers.get(name).updates(sum(pt.sum(p**2) for p in params), params)
    for shared, expression in new.items():
        assert expression.type.dtype == shared.type.dtype
    got = ten_updates(recorded, optimizers.get(name).updates, "float32")
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, ten_updates(recorded, optimizers.get(name).updates), rtol=2e-5, atol=2e-5)


def test_parameters_of_two_dtypes_have_slots_of_their_own():
    params = [pytensor.shared(np.ones(2, d)) for d in ("float32", "float64", "float32")]
    new = updates.adam(sum(pt.sum(p**2) for p in params), params)
    slots = [s for s in new if s not in params]
    assert sorted((s.type.dtype, s.get_value().shape) for s in slots) == [
        ("float32", (4,)), ("float32", (4,)), ("float64", (2,)), ("float64", (2,)), ("int64", ()),
    ]  # fmt: skip


def test_a_scalar_parameter_is_updated():
    p = pytensor.shared(np.asarray(3.0))
    step = engine.compile([], [], updates=updates.adam(p**2, [p], 0.1), tier="now")
    step()
    np.testing.assert_allclose(
        p.get_value(), 2.9, rtol=1e-6
    )  # the first step of Adam has the size of the rate


def test_a_schedule_sets_the_rate_of_each_update(recorded):
    optimizer = optimizers.SGD(schedules.ExponentialDecay(0.1, 3, 0.5))
    # Keras computes the schedule in float32.
    np.testing.assert_allclose(
        ten_updates(recorded, optimizer.updates), recorded["keras/sgd_schedule"], rtol=1e-6
    )


def test_sgd_solves_least_squares():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(50, 3)), np.array([1.0, -2.0, 0.5])
    p = pytensor.shared(np.zeros(3))
    loss = pt.mean(pt.sqr(pt.dot(x, p) - x @ w))
    step = engine.compile([], loss, updates=updates.sgd(loss, [p], 0.3), tier="now")
    for _ in range(200):
        step()
    np.testing.assert_allclose(p.get_value(), w, atol=1e-10)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: optimizers.get("adma"), InvalidValue, "adam"),
        (lambda: optimizers.get(3), InvalidType, "SGD"),
        (lambda: optimizers.SGD(-0.1), InvalidValue, "learning_rate"),
        (lambda: optimizers.SGD("fast"), InvalidType, "learning_rate"),
        (lambda: optimizers.SGD(float("nan")), InvalidValue, "learning_rate"),
        (lambda: optimizers.Adam(beta_1=1.5), InvalidValue, "beta_1"),
        (lambda: optimizers.Adam(clipnorm=1.0, clipvalue=1.0), InvalidValue, "clipnorm and clipvalue"),
        (lambda: optimizers.Adam(clipnorm=0.0), InvalidValue, "clipnorm"),
        (lambda: updates.sgd(pt.vector(), [pytensor.shared(1.0)]), InvalidType, "scalar"),
        (lambda: updates.sgd(pt.scalar(), []), InvalidValue, "no parameters"),
        (lambda: updates.sgd([pt.scalar()], [pt.scalar()]), InvalidType, "shared"),
        (lambda: updates.sgd([], [pytensor.shared(1.0)]), InvalidValue, "0 gradients for 1"),
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), InvalidValue, "decay_steps"),
        (lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1]), InvalidValue, "one value more"),
    ],
)
def test_wrong_choices_are_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_laying_parameters_end_to_end_changes_no_bit(recorded, monkeypatch):
    from graphopt.training import flat

    together = ten_updates(recorded, updates.nadam)
    monkeypatch.setattr(flat, "LARGEST", 1)
    np.testing.assert_array_equal(ten_updates(recorded, updates.nadam), together)
