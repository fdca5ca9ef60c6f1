"""Callbacks against recorded decisions of Keras 3, and against what their names promise."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import graphopt
from graphopt.nn import Sequential
from graphopt.nn.layers import Dense, Input
from graphopt.training import callbacks as cb
from graphopt.training import fit
from graphopt.training.optimizers import SGD

RECORDED = json.loads((Path(__file__).parents[1] / "recorded" / "updates.json").read_text())


class Stub:
    """What a callback sees of a network, with a number as its weights."""

    def __init__(self):
        self.stop_training = False
        self.weights = [np.zeros(1)]
        self.optimizer = type("Optimizer", (), {"learning_rate": 1.0})()

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights


def drive(callback, values, monitor):
    """Return what `callback` did over epochs in which the watched number had these `values`."""
    stub = Stub()
    callback.set_model(stub)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        stub.weights = [np.array([float(epoch)])]
        callback.on_epoch_end(epoch, {monitor: value})
        rates.append(stub.optimizer.learning_rate)
        if stub.stop_training:
            break
    callback.on_train_end()
    return {"ran": len(rates), "rates": rates, "weights": float(stub.weights[0][0])}


@pytest.mark.parametrize("case", RECORDED["early_stopping"], ids=lambda case: str(case["options"]))
def test_early_stopping_stops_where_keras_does(case):
    callback = cb.EarlyStopping(monitor=case["monitor"], **case["options"])
    got = drive(callback, case["values"], case["monitor"])
    assert (got["ran"], got["weights"]) == (case["ran"], case["weights"])
    assert callback.stopped_epoch == case["stopped_epoch"]


@pytest.mark.parametrize("case", RECORDED["reduce_lr"], ids=lambda case: str(case["options"]))
def test_the_rate_is_lowered_where_keras_does(case):
    got = drive(
        cb.ReduceLROnPlateau(monitor=case["monitor"], **case["options"]), case["values"], case["monitor"]
    )
    np.testing.assert_allclose(got["rates"], case["rates"], rtol=1e-12)


@pytest.fixture
def line():
    """Return a network of one weight and a bias, and the points of a line."""
    x = np.linspace(-1, 1, 12)[:, None]
    return Sequential([Input(1), Dense(1)], seed=0), x, 2 * x + 1


def train(line, callbacks, epochs=5, **options):
    net, x, y = line
    options = {"loss": "mse", "optimizer": SGD(0.1), "batch_size": 4, **options}
    return fit(net, x, y, epochs=epochs, callbacks=callbacks, **options)


class Recorder:
    """Written for Keras by someone who never saw this library: no base class, only hooks."""

    def __init__(self):
        self.calls = []

    def set_model(self, model):
        self.model = model

    def set_params(self, params):
        self.params = params

    def on_train_begin(self, logs=None):
        self.calls.append("train begin")

    def on_train_end(self, logs=None):
        self.calls.append("train end")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} begin")

    def on_epoch_end(self, epoch, logs=None):
        keys = " ".join(sorted(logs))
        self.calls.append(f"epoch {epoch} end {keys}")
        if epoch == 1:
            self.model.stop_training = True

    def on_batch_end(self, batch, logs=None):
        self.calls.append(f"batch {batch} end")

    def on_test_begin(self, logs=None):
        self.calls.append("test begin")

    def on_test_end(self, logs=None):
        self.calls.append("test end")


def test_a_callback_written_for_keras_sees_what_keras_would_show(line):
    net, x, y = line
    recorder = Recorder()
    train(line, [recorder], validation_data=(x, y), metrics=["mae"])
    one_epoch = ["batch 0 end", "batch 1 end", "batch 2 end", "test begin", "test end"]
    assert recorder.calls == [
        "train begin",
        "epoch 0 begin", *one_epoch, "epoch 0 end loss mae val_loss val_mae",
        "epoch 1 begin", *one_epoch, "epoch 1 end loss mae val_loss val_mae",
        "train end",
    ]  # fmt: skip
    assert recorder.params == {"epochs": 5, "steps": 3, "verbose": 0}
    assert recorder.model is net


class KerasBase:
    """Stands for ``keras.callbacks.Callback``: a base with every hook, reached through a property."""

    def __init__(self):
        self._model = None

    @property
    def model(self):
        return self._model

    def set_model(self, model):
        self._model = model

    def set_params(self, params):
        self.params = params

    def on_train_batch_end(self, batch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass


KerasBase.on_train_batch_end.__qualname__ = "Callback.on_train_batch_end"


def test_a_subclass_of_the_keras_base_class_works_and_keeps_the_epoch_in_one_call(line):
    class Decay(KerasBase):
        def __init__(self):
            super().__init__()
            self.rates = []

        def on_epoch_end(self, epoch, logs=None):
            self.rates.append(float(self.model.optimizer.learning_rate))
            self.model.optimizer.learning_rate = self.rates[-1] / 2

    decay = Decay()
    listed = cb.CallbackList([decay], line[0], {})
    assert not listed.by_batch
    train(line, decay, epochs=3)
    assert decay.rates == [0.1, 0.05, 0.025]


def test_stopping_inside_an_epoch_ends_it_there(line):
    class Stop(cb.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    history = train(line, Stop())
    assert history.epoch == [0]
    assert line[0].optimizer.iterations == 2


def test_early_stopping_puts_the_best_weights_back(line):
    net, x, y = line
    seen = {}

    class Watch(cb.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen[epoch] = (logs["val_loss"], self.model.get_weights())
            self.model.optimizer.learning_rate = 0.1 if epoch < 3 else 1.9  # the last epochs diverge

    stopping = cb.EarlyStopping(patience=2, restore_best_weights=True)
    history = train(line, [Watch(), stopping], epochs=50, validation_data=(x, y))
    best = min(seen, key=lambda epoch: seen[epoch][0])
    assert stopping.best_epoch == best
    assert len(history.epoch) == best + 3
    for a, b in zip(net.get_weights(), seen[best][1]):
        np.testing.assert_array_equal(a, b)


def test_model_checkpoint_saves_the_best_network(line, tmp_path):
    x = line[1]
    kept = cb.ModelCheckpoint(tmp_path / "best-{epoch:02d}.npz", monitor="loss", save_best_only=True)
    rates = cb.LearningRateScheduler(lambda epoch, rate: 0.1 if epoch < 3 else 2.5)
    history = train(line, [rates, kept], epochs=6)
    losses = history.history["loss"]
    records = [e + 1 for e, loss in enumerate(losses) if loss < min([np.inf, *losses[:e]])]
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"best-{e:02d}.npz" for e in records]
    loaded = graphopt.load(tmp_path / f"best-{records[-1]:02d}.npz")
    assert loaded.predict(x).shape == (12, 1)


def test_model_checkpoint_counts_batches(line, tmp_path):
    train(line, cb.ModelCheckpoint(tmp_path / "{epoch}-{batch}.npz", save_freq=2), epochs=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1-2.npz", "2-1.npz", "2-3.npz"]


def test_model_checkpoint_names_what_its_path_cannot_know(line, tmp_path):
    with pytest.raises(ValueError, match="val_loss"):
        train(line, cb.ModelCheckpoint(tmp_path / "{val_loss:.2f}.npz"))


def test_the_scheduler_sets_each_epoch(line):
    assert train(line, cb.LearningRateScheduler(lambda e: 0.1 / (e + 1)), epochs=3).history[
        "learning_rate"
    ] == (pytest.approx([0.1, 0.05, 0.1 / 3]))
    with pytest.raises(TypeError, match="expected a number"):
        train(line, cb.LearningRateScheduler(lambda e, rate: None))


def test_terminate_on_nan_stops_after_the_epoch(line, capsys):
    history = train(line, cb.TerminateOnNaN(), epochs=400, optimizer=SGD(1e6))
    assert 0 < len(history.epoch) < 400
    assert not np.isfinite(history.history["loss"][-1])
    assert "training stops" in capsys.readouterr().err


def test_csv_logger_writes_a_line_an_epoch(line, tmp_path):
    path = tmp_path / "log.csv"
    history = train(line, cb.CSVLogger(path), epochs=3, metrics=["mae"])
    more = train(line, cb.CSVLogger(path, append=True), epochs=2, metrics=["mae"])
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "0", "1"]
    assert [float(row["loss"]) for row in rows] == history.history["loss"] + more.history["loss"]
    assert list(rows[0]) == ["epoch", "loss", "mae"]


def test_lambda_callback_calls_its_functions(line):
    seen = []
    train(
        line,
        cb.LambdaCallback(
            on_train_begin=lambda logs: seen.append("begin"),
            on_epoch_end=lambda epoch, logs: seen.append(epoch),
            on_train_end=lambda logs: seen.append(sorted(logs)),
        ),
        epochs=2,
    )
    assert seen == ["begin", 0, 1, ["loss"]]
    with pytest.raises(ValueError, match="Did you mean 'on_epoch_end'"):
        cb.LambdaCallback(on_epoch_ends=print)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: cb.EarlyStopping(patience=-1), "patience"),
        (lambda: cb.EarlyStopping(mode="least"), "mode"),
        (lambda: cb.EarlyStopping(monitor=3), "monitor"),
        (lambda: cb.ReduceLROnPlateau(factor=1.0), "factor"),
        (lambda: cb.ModelCheckpoint("x", save_freq=0), "save_freq"),
        (lambda: cb.LearningRateScheduler(0.1), "schedule"),
        (lambda: cb.LambdaCallback(on_epoch_end=3), "on_epoch_end"),
        (lambda: cb.BackupAndRestore("x", save_freq="batch"), "save_freq"),
    ],
)
def test_wrong_options_are_named(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        make()


def test_a_name_that_does_not_show_which_way_is_better_is_refused(line):
    with pytest.raises(ValueError, match="mode='max'"):
        train(line, cb.EarlyStopping(monitor="val_score"))


def test_watching_what_is_not_logged_warns(line):
    with pytest.warns(UserWarning, match="val_ number needs validation_data"):
        train(line, cb.EarlyStopping(), epochs=1)


def test_the_learning_rate_cannot_be_set_over_a_schedule(line):
    from graphopt.training.schedules import ExponentialDecay

    history = train(line, None, optimizer=SGD(ExponentialDecay(0.1, 3, 0.5)))
    assert float(line[0].optimizer.learning_rate) == pytest.approx(0.1 * 0.5**5)
    assert len(history.epoch) == 5
    with pytest.raises(TypeError, match="follows"):
        line[0].optimizer.learning_rate = 0.1
