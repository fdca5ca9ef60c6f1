"""`fit` on networks of several inputs and outputs, with carried states, shared or frozen layers."""

import copy
import pickle

import numpy as np
import pytest

from graphopt.nn import Model, Sequential
from graphopt.nn.layers import LSTM, Concatenate, Dense, Input, SimpleRNN
from graphopt.training import callbacks as cb
from graphopt.training import evaluate, fit

RNG = np.random.default_rng(7)
A, B = RNG.normal(size=(21, 3)), RNG.normal(size=(21, 2))
U, V = A.sum(axis=1), RNG.integers(0, 3, size=21)
LOSSES = {"u": "mse", "v": "sparse_categorical_crossentropy"}


def two_by_two():
    a, b = Input(3, name="a"), Input(2, name="b")
    hidden = Concatenate()([Dense(4, "tanh")(a), Dense(4, "tanh")(b)])
    outputs = {"u": Dense(1, name="u")(hidden), "v": Dense(3, "softmax", name="v")(hidden)}
    return Model({"a": a, "b": b}, outputs, seed=0)


def test_the_loss_of_several_outputs_is_their_weighted_sum():
    net = two_by_two()
    out = net.predict({"a": A, "b": B})
    u_loss = np.mean((out["u"][:, 0] - U) ** 2)
    v_loss = -np.mean(np.log(out["v"][np.arange(21), V]))
    logs = evaluate(
        net, {"a": A, "b": B}, {"u": U, "v": V}, loss=LOSSES, loss_weights={"v": 3.0},
        metrics={"v": ["accuracy"]}, batch_size=8, return_dict=True,
    )  # fmt: skip
    hits = np.mean(out["v"].argmax(axis=1) == V)
    expected = {"loss": u_loss + 3 * v_loss, "u_loss": u_loss, "v_loss": v_loss, "v_accuracy": hits}
    assert logs == pytest.approx(expected, rel=1e-6)


def test_lists_and_dicts_train_alike():
    one, two = two_by_two(), two_by_two()
    h1 = fit(one, {"b": B, "a": A}, {"v": V, "u": U}, loss=LOSSES, epochs=2, batch_size=8, optimizer="sgd")
    h2 = fit(two, [A, B], [U, V], loss=list(LOSSES.values()), epochs=2, batch_size=8, optimizer="sgd")
    assert h1.history == h2.history
    assert set(h1.history) == {"loss", "u_loss", "v_loss"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": {"a": A, "c": B}}, "'c'"),
        ({"x": {"a": A}}, "lacks 'b'"),
        ({"x": [A]}, "1 arrays; expected 2"),
        ({"x": A}, "expected a list of 2"),
        ({"x": {"a": A, "b": B[:20]}}, "different numbers of samples"),
        ({"y": {"u": U, "w": V}}, "'w'"),
        ({"y": {"u": U[:20], "v": V}}, r"y\['u'\] has 20 samples"),
        ({"loss": {"u": "mse"}}, "lacks the outputs 'v'"),
        ({"loss": {"u": "mse", "w": "mse"}}, "'w'"),
        ({"loss": ["mse"]}, "1 entries"),
        ({"metrics": {"w": ["mae"]}}, "'w'"),
        ({"metrics": ["mae"]}, "1 entries"),
        ({"loss_weights": {"w": 1.0}}, "'w'"),
        ({"class_weight": {0: 1.0}}, "one output"),
    ],
)
def test_wrong_names_and_numbers_are_refused(change, words):
    arguments = {"x": {"a": A, "b": B}, "y": {"u": U, "v": V}, "loss": LOSSES, **change}
    with pytest.raises((ValueError, TypeError), match=words):
        fit(two_by_two(), arguments.pop("x"), arguments.pop("y"), **arguments)


def test_frozen_layers_keep_their_weights():
    net = Sequential([Input(3), Dense(4, "tanh", trainable=False), Dense(1)], seed=0)
    before = net.get_weights()
    fit(net, A, U, loss="mse", epochs=2)
    after = net.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert np.any(before[2] != after[2])
    net.trainable = False
    with pytest.raises(ValueError, match="nothing to train"):
        fit(net, A, U, loss="mse")


def stateful():
    layers = [Input((2, 1), batch_size=3), LSTM(4, stateful=True), Dense(1)]
    return Sequential(layers, seed=0)


X = RNG.normal(size=(12, 2, 1))


def test_a_validation_does_not_disturb_carried_states():
    nets = [stateful(), stateful()]
    fit(nets[0], X, X[:, 0], loss="mse", epochs=3)
    fit(nets[1], X, X[:, 0], loss="mse", epochs=3, validation_data=(X[:6], X[:6, 0]))
    for a, b in zip(nets[0].get_weights(), nets[1].get_weights()):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(nets[0].states, nets[1].states):
        np.testing.assert_array_equal(a.get_value(), b.get_value())


def test_states_are_carried_over_batches_and_not_shuffled():
    rnn = Sequential([Input((1, 1), batch_size=1), SimpleRNN(1, activation=None, stateful=True)], seed=0)
    rnn.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])
    x = np.arange(1.0, 5.0)[:, None, None]
    sums = np.cumsum(x)[:, None]
    history = fit(rnn, x, sums, loss="mse", optimizer="sgd", epochs=1)
    assert history.history["loss"] == [0.0]  # the state after each sample is the sum so far


def test_batches_of_a_fixed_size_must_come_out_even():
    with pytest.raises(ValueError, match="batches of 3"):
        fit(stateful(), X[:11], X[:11, 0], loss="mse")
    with pytest.raises(ValueError, match="batch_size is 4"):
        fit(stateful(), X, X[:, 0], loss="mse", batch_size=4)


def test_copies_train_apart():
    net = Sequential([Input(3), Dense(1)], seed=0)
    fit(net, A, U, loss="mse", optimizer="adam", epochs=2)
    twins = [copy.deepcopy(net), pickle.loads(pickle.dumps(net))]
    kept = net.get_weights()
    for twin in twins:
        fit(twin, A, U, loss="mse", optimizer="adam", epochs=4, initial_epoch=2)
        assert twin.optimizer.iterations == 4
    np.testing.assert_array_equal(net.get_weights()[0], kept[0])
    np.testing.assert_array_equal(twins[0].get_weights()[0], twins[1].get_weights()[0])
    fit(net, A, U, loss="mse", optimizer="adam", epochs=4, initial_epoch=2)
    np.testing.assert_array_equal(net.get_weights()[0], twins[0].get_weights()[0])


def test_test_hooks_see_the_batches_of_a_validation():
    seen = []
    net = Sequential([Input(3), Dense(1)], seed=0)
    hook = cb.LambdaCallback(on_test_batch_end=lambda batch, logs: seen.append((batch, logs["loss"])))
    history = fit(net, A, U, loss="mse", epochs=1, validation_split=0.5, batch_size=4, callbacks=hook)
    assert [batch for batch, _ in seen] == [0, 1, 2]
    assert history.history["val_loss"] == [seen[-1][1]]
