"""`fit` and `evaluate`: the numbers of Keras, the promise of the seed, and the ways to run an epoch."""

import json
from pathlib import Path

import numpy as np
import pytest

from graphopt.nn import Sequential
from graphopt.nn.layers import Dense, Dropout, Input
from graphopt.nn.regularizers import L2
from graphopt.training import callbacks as cb
from graphopt.training import evaluate, fit
from graphopt.training.optimizers import SGD, Adam, RMSprop

RECORDED = Path(__file__).parents[1] / "recorded"
FITS = json.loads((RECORDED / "updates.json").read_text())["fit"]


@pytest.fixture(scope="module")
def recorded():
    with np.load(RECORDED / "updates.npz") as file:
        return {key.removeprefix("fit/"): value for key, value in file.items() if key.startswith("fit/")}


def recorded_fit(recorded, name, hook=None):
    """Return the history and the network of the recorded training called `name`."""
    three = name.startswith("labels")
    net = Sequential(
        [
            Input(3),
            Dense(4, "tanh", kernel_regularizer=L2(0.1) if name == "mse_l2" else None),
            Dense(3, "softmax") if three else Dense(1),
        ],
        seed=0,
    )
    net.set_weights([recorded[f"{'three' if three else 'one'}/{i}"] for i in range(4)])
    r = recorded
    options = {
        "mse": {"optimizer": SGD(0.1), "metrics": ["mae"], "validation_data": (r["xv"], r["yv"])},
        "mse_weighted": {
            "optimizer": SGD(0.1), "metrics": ["mae"], "sample_weight": r["weight"],
            "validation_data": (r["xv"], r["yv"], r["weight_v"]),
        },
        "mse_split": {"optimizer": Adam(0.01), "validation_split": 0.25},
        "mse_l2": {"optimizer": SGD(0.1), "validation_data": (r["xv"], r["yv"])},
        "labels": {"optimizer": RMSprop(0.02), "metrics": ["accuracy"], "validation_data": (r["xv"],
        r["labels_v"])}, "labels_class_weight": {
            "optimizer": SGD(0.1), "metrics": ["accuracy"], "class_weight": {0: 0.5, 1: 2.0, 2: 3.0},
        },
    }[name]  # fmt: skip
    history = fit(
        net, r["x"], r["labels"] if three else r["y"], epochs=4, batch_size=4, shuffle=False, verbose=0,
        loss="sparse_categorical_crossentropy" if three else "mse", callbacks=hook, **options,
    )  # fmt: skip
    return history, net


@pytest.mark.parametrize("name", FITS)
def test_losses_and_weights_are_those_of_keras(recorded, name):
    history, net = recorded_fit(recorded, name)
    assert set(history.history) == set(FITS[name])
    for key, values in FITS[name].items():
        # Keras adds up in float32, and reads Adam's 0.999 in float32.
        np.testing.assert_allclose(history.history[key], values, rtol=1e-5, err_msg=key)
    for i, weight in enumerate(net.get_weights()):
        np.testing.assert_allclose(weight, recorded[f"{name}/{i}"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["mse_weighted", "labels"])
def test_batch_by_batch_gives_the_bits_of_the_epoch_in_one_call(recorded, name):
    seen = []
    hook = cb.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append((batch, logs["loss"])))
    slow, slow_net = recorded_fit(recorded, name, hook)
    fast, fast_net = recorded_fit(recorded, name)
    assert [batch for batch, _ in seen] == [0, 1, 2] * 4
    assert slow.history == fast.history
    assert [loss for batch, loss in seen if batch == 2] == fast.history["loss"]
    for a, b in zip(slow_net.get_weights(), fast_net.get_weights()):
        np.testing.assert_array_equal(a, b)


def small(seed=0, **options):
    return Sequential([Input(3), Dense(5, "tanh"), Dropout(0.3), Dense(1)], seed=seed, **options)


@pytest.fixture(scope="module")
def xy():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(23, 3))
    return x, np.sin(x.sum(axis=1))


def bits(net):
    return [w.tobytes() for w in net.get_weights()]


@pytest.mark.parametrize("batch_size", [4, 23])
def test_the_same_seed_gives_the_same_bits(xy, batch_size):
    def train(seed):
        net = small()
        history = fit(net, *xy, epochs=7, batch_size=batch_size, loss="mse", optimizer="adam", seed=seed)
        return bits(net), history.history

    assert train(1) == train(1)
    assert train(1) != train(2)


def test_the_network_seed_is_enough(xy):
    def train(seed):
        net = small(seed)
        fit(net, *xy, epochs=3, batch_size=4, loss="mse", optimizer="adam")
        return bits(net)

    assert train(4) == train(4)
    assert train(4) != train(5)


def test_many_epochs_in_a_call_are_the_epochs_one_by_one(xy):
    x, y = xy[0][:20], xy[1][:20]
    for batch_size in (5, 6):  # 20 rows in equal batches, and with a short last one
        nets = [small(), small()]
        together = fit(nets[0], x, y, epochs=6, batch_size=batch_size, loss="mse", optimizer="adam")
        watched = cb.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
        single = fit(
            nets[1], x, y, epochs=6, batch_size=batch_size, loss="mse", optimizer="adam", callbacks=watched
        )
        assert together.history == single.history
        assert together.epoch == list(range(6))
        assert bits(nets[0]) == bits(nets[1])


def test_every_epoch_sees_every_row_once_in_another_order():
    seen = []

    def linear(y_true, y_pred):  # a loss whose gradient does not move the weights
        return (y_pred - y_true) * 0.0 + y_true

    x = np.arange(6.0)[:, None]
    net = Sequential([Input(1), Dense(1)], seed=0)
    watch = cb.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs["loss"] * (batch + 1)))
    fit(net, x, x, epochs=3, batch_size=1, loss=linear, optimizer="sgd", seed=0, callbacks=watch)
    sums = np.reshape(seen, (3, 6))
    orders = np.diff(np.concatenate([np.zeros((3, 1)), sums], axis=1), axis=1).round().astype(int).tolist()
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_a_second_fit_compiles_nothing(xy, monkeypatch):
    from graphopt import engine

    net = small()
    choices = {
        "loss": "mse",
        "optimizer": Adam(0.01),
        "batch_size": 4,
        "validation_data": xy,
        "metrics": ["mae"],
    }
    first = fit(net, *xy, **choices)
    monkeypatch.setattr(engine, "compile_loop", lambda *a, **k: pytest.fail("compiled again"))
    second = fit(net, *xy, **choices)
    assert second.history["loss"][0] < first.history["loss"][0]


def test_fit_starts_the_optimizer_afresh_and_goes_on_with_initial_epoch(xy):
    def train(*spans):
        net = Sequential([Input(3), Dense(5, "tanh"), Dense(1)], seed=0)
        for first, last in spans:
            fit(net, *xy, loss="mse", optimizer="adam", batch_size=4, epochs=last, initial_epoch=first)
        return net

    assert bits(train((0, 2), (2, 5))) == bits(train((0, 5)))
    assert train((0, 2), (0, 3)).optimizer.iterations == 3 * 6
    assert train((0, 2), (2, 5)).optimizer.iterations == 5 * 6


def test_compile_then_fit_twice_goes_on_as_in_keras(xy):
    net = small()
    net.compile(optimizer="adam", loss="mse")
    net.fit(*xy, epochs=2, batch_size=23)
    net.fit(*xy, epochs=2, batch_size=23)
    assert net.optimizer.iterations == 4
    net.compile(optimizer="adam", loss="mse")
    net.fit(*xy, epochs=1, batch_size=23)
    assert net.optimizer.iterations == 1


def test_the_learning_rate_can_be_set_between_epochs(xy):
    net = Sequential([Input(3), Dense(1)], seed=0)

    class Freeze(cb.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            assert float(self.model.optimizer.learning_rate) == (0.1 if epoch < 2 else 0.0)
            if epoch == 1:
                self.weights = None
            if epoch == 2:
                self.weights = self.model.get_weights()

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.model.optimizer.learning_rate.assign(0.0)

    watch = Freeze()
    fit(net, *xy, epochs=4, loss="mse", optimizer=SGD(0.1), callbacks=[watch])
    for a, b in zip(watch.weights, net.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_float32_networks_train_in_float32(xy):
    net = small(dtype="float32")
    fit(net, *xy, epochs=2, loss="mse", optimizer=Adam(0.01, clipnorm=1.0), sample_weight=np.ones(23))
    assert {w.dtype for w in net.get_weights()} == {np.dtype("float32")}


def test_least_squares_by_lbfgs_reaches_the_normal_equations():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 1))
    net = Sequential([Input(3), Dense(1)], seed=0)
    history = fit(net, x, y, loss="mse", optimizer="L-BFGS-B", epochs=100, metrics=["mae"])
    exact = np.linalg.lstsq(np.column_stack([x, np.ones(40)]), y, rcond=None)[0]
    kernel, bias = net.get_weights()
    np.testing.assert_allclose(np.vstack([kernel, bias]), exact, atol=1e-8)
    assert history.message
    assert history.history["loss"][-1] <= history.history["loss"][0]
    assert len(history.history["mae"]) == len(history.epoch)
    residual = np.mean((np.column_stack([x, np.ones(40)]) @ exact - y) ** 2)
    np.testing.assert_allclose(history.history["loss"][-1], residual, rtol=1e-10)


def test_lbfgs_stops_after_the_iterations_asked_for():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    net = Sequential([Input(3), Dense(4, "tanh"), Dense(1)], seed=0)
    history = fit(net, x, np.sin(x[:, 0]), loss="mse", optimizer="L-BFGS-B", epochs=3, validation_split=0.2)
    assert history.epoch == [0, 1, 2]
    assert len(history.history["val_loss"]) == 3


def test_a_second_lbfgs_fit_compiles_nothing(monkeypatch):
    from graphopt import engine

    x = np.random.default_rng(0).normal(size=(20, 3))
    net = Sequential([Input(3), Dense(1)], seed=0)
    fit(net, x, x[:, 0], loss="mse", optimizer="l-bfgs-b", epochs=2)
    monkeypatch.setattr(engine, "compile", lambda *a, **k: pytest.fail("compiled again"))
    fit(net, x, x[:, 0], loss="mse", optimizer="L-BFGS-B", epochs=2)


def test_lbfgs_refuses_a_loss_that_changes(xy):
    with pytest.raises(ValueError, match="L-BFGS-B"):
        fit(small(), *xy, loss="mse", optimizer="L-BFGS-B", epochs=3)


def test_evaluate_gives_the_loss_of_predict(xy):
    net = small()
    x, y = xy
    expected = np.mean((net.predict(x)[:, 0] - y) ** 2)
    assert evaluate(net, x, y, loss="mse", batch_size=7) == pytest.approx(expected, rel=1e-12)
    both = evaluate(net, x, y, loss="mse", metrics=["rmse"], return_dict=True)
    assert both == pytest.approx({"loss": expected, "rmse": np.sqrt(expected)}, rel=1e-12)


def test_zero_epochs_change_nothing(xy):
    net = small()
    before = bits(net)
    assert fit(net, *xy, loss="mse", epochs=0).history == {}
    assert bits(net) == before


def test_nothing_goes_to_stdout(xy, capsys):
    for verbose in (0, 1, 2, "auto"):
        fit(small(), *xy, epochs=3, loss="mse", verbose=verbose)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("Epoch 3/3") == 2
    assert err.count("Epoch 1/3") == 1


WRONG = [
    ({"x": np.full((23, 3), np.nan)}, "x holds nan"),
    ({"x": np.zeros((23, 4))}, "x has shape"),
    ({"x": np.zeros((0, 3)), "y": np.zeros(0)}, "x is empty"),
    ({"x": np.array([["a"] * 3] * 23)}, "x has dtype"),
    ({"x": {"inputs": np.zeros((23, 3))}}, "inputs"),
    ({"x": np.zeros((22, 3))}, "y has 23 samples, x has 22"),
    ({"y": np.full(23, np.inf)}, "y holds inf"),
    ({"y": np.zeros((23, 2))}, "y has shape"),
    ({"y": None}, "y is None"),
    ({"loss": "msee"}, "Did you mean 'mse'"),
    ({"loss": None}, "no loss"),
    ({"loss": 3}, "loss"),
    ({"optimizer": "adamm"}, "Did you mean 'adam'"),
    ({"metrics": ["maee"]}, "metric"),
    ({"metrics": "mae"}, "metrics"),
    ({"batch_size": 0}, "batch_size is 0"),
    ({"batch_size": 2.5}, "batch_size is 2.5"),
    ({"epochs": -1}, "epochs is -1"),
    ({"epochs": "3"}, "epochs is '3'"),
    ({"validation_split": 1.0}, "validation_split is 1.0"),
    ({"validation_split": 0.99}, "leaves 0 for training"),
    ({"validation_data": np.zeros(3)}, "validation_data"),
    ({"validation_data": (np.zeros((2, 4)), np.zeros(2))}, r"validation_data\[0\]"),
    ({"sample_weight": np.ones(22)}, "sample_weight has 22"),
    ({"sample_weight": -np.ones(23)}, "sample_weight is -1"),
    ({"sample_weight": np.ones(23), "class_weight": {0: 1.0}}, "both given"),
    ({"class_weight": {0: 1.0}}, "fractions"),
    ({"class_weight": [1.0]}, "class_weight is list"),
    ({"shuffle": "batch"}, "shuffle"),
    ({"verbose": 7}, "verbose"),
    ({"seed": -1}, "seed"),
    ({"callbacks": [cb.EarlyStopping]}, "EarlyStopping"),
    ({"callbacks": [3]}, "callbacks holds 3"),
    ({"loss": "sparse_categorical_crossentropy"}, "y"),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
def test_wrong_calls_are_refused_before_compilation(xy, monkeypatch, change, words):
    from graphopt import engine

    net = small()
    for name in ("compile", "compile_loop"):
        monkeypatch.setattr(engine, name, lambda *a, **k: pytest.fail("compiled"))
    arguments = {"x": xy[0], "y": xy[1], "loss": "mse", "optimizer": "sgd", **change}
    with pytest.raises((ValueError, TypeError), match=words):
        fit(net, arguments.pop("x"), arguments.pop("y"), **arguments)


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_out_of_range_is_named(label):
    net = Sequential([Input(2), Dense(3, "softmax")], seed=0)
    labels = np.array([0, 1, label, 2])
    with pytest.raises(ValueError, match=rf"label {label} at index \(2,\); expected 0 to 2"):
        fit(net, np.zeros((4, 2)), labels, loss="sparse_categorical_crossentropy")


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_tiers_agree(xy, optimizer):
    def train(tier):
        net = Sequential([Input(3), Dense(5, "tanh"), Dense(1)], seed=0)
        history = fit(net, *xy, epochs=5, batch_size=6, loss="mse", optimizer=optimizer, tier=tier)
        return [*net.get_weights(), np.array(history.history["loss"])]

    for now, fast in zip(train("now"), train("fast")):
        np.testing.assert_allclose(fast, now, rtol=1e-12, atol=1e-14)


def test_class_weights_do_not_touch_the_validation():
    rng = np.random.default_rng(2)
    x, labels = rng.normal(size=(20, 3)), rng.integers(0, 3, size=20)
    net = Sequential([Input(3), Dense(3, "softmax")], seed=0)
    loss = "sparse_categorical_crossentropy"
    history = fit(net, x, labels, loss=loss, class_weight={0: 5.0, 1: 0.1}, validation_split=0.25)
    assert history.history["val_loss"] == [
        pytest.approx(evaluate(net, x[15:], labels[15:], loss=loss), rel=1e-12)
    ]


def test_sample_weights_are_split_with_their_rows():
    rng = np.random.default_rng(2)
    x, y, weight = rng.normal(size=(20, 3)), rng.normal(size=20), rng.uniform(size=20)
    net = Sequential([Input(3), Dense(1)], seed=0)
    history = fit(net, x, y, loss="mse", sample_weight=weight, validation_split=0.25)
    expected = evaluate(net, x[15:], y[15:], loss="mse", sample_weight=weight[15:])
    assert history.history["val_loss"] == [pytest.approx(expected, rel=1e-12)]
    by_hand = np.mean(weight[15:] * (net.predict(x[15:])[:, 0] - y[15:]) ** 2)
    assert expected == pytest.approx(by_hand, rel=1e-12)


def test_evaluate_takes_the_loss_of_the_last_fit():
    net = Sequential([Input(2), Dense(1)], seed=0)
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.ones(8)
    net.fit(x, y, loss="mae", metrics=["mse"], epochs=1, verbose=0)
    assert net.evaluate(x, y) == net.evaluate(x, y, loss="mae", metrics=["mse"])
    net.compile(loss="mse")
    assert net.evaluate(x, y) == net.evaluate(x, y, loss="mse")
