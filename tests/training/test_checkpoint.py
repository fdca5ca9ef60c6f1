"""A training that was broken off goes on with the same bits; a damaged file is refused."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from graphopt.errors import CorruptFile, InvalidValue
from graphopt.nn import Sequential
from graphopt.nn.layers import BatchNormalization, Dense, Dropout, Input
from graphopt.training import callbacks as cb
from graphopt.training import checkpoint, fit
from graphopt.training.optimizers import Adam, Nadam

X = np.random.default_rng(1).normal(size=(22, 3))
Y = np.sin(X.sum(axis=1))


class Break(cb.Callback):
    """Breaks the training off in the middle of an epoch."""

    def __init__(self, epoch, how):
        super().__init__()
        self.epoch, self.how = epoch, how

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, 2):
            self.how()


def interrupt():
    raise KeyboardInterrupt


def train(folder, *, stop=None, how=interrupt, keep=False, every=1, units=5, optimizer=None, epochs=9):
    """Return the bits of a training and its history; `stop` is the epoch it is broken off in."""
    net = Sequential([Input(3), Dense(units, "tanh"), BatchNormalization(), Dropout(0.2), Dense(1)], seed=0)
    watch = [
        Break(stop, how),
        cb.EarlyStopping(monitor="loss", patience=1, min_delta=0.01, restore_best_weights=True),
        cb.ReduceLROnPlateau(monitor="val_loss", patience=1, factor=0.5),
        cb.BackupAndRestore(folder, delete_checkpoint=not keep, save_freq=every),
    ]
    history = fit(
        net, X, Y, epochs=epochs, batch_size=4, loss="mse", optimizer=optimizer or Nadam(0.03),
        callbacks=watch, seed=5, validation_split=0.2,
    )  # fmt: skip
    state = net.optimizer.get_state()
    return (
        [w.tobytes() for w in net.get_weights()],
        {k: v.tobytes() for k, v in state.items()},
        history.history,
    )


@pytest.mark.parametrize(("stop", "every"), [(1, 1), (4, 1), (5, 2)])
def test_a_broken_training_goes_on_with_the_same_bits(tmp_path, stop, every):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "broken", stop=stop, every=every)
    assert (tmp_path / "broken" / "training.checkpoint").exists()
    assert train(tmp_path / "broken", every=every) == whole
    assert not (tmp_path / "broken" / "training.checkpoint").exists()


def test_a_killed_process_leaves_a_whole_file(tmp_path):
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[2]); import test_checkpoint as t; "
        "t.train(sys.argv[1], stop=3, how=lambda: os.kill(os.getpid(), signal.SIGKILL))"
    )
    folder = os.path.dirname(__file__)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "killed"), folder], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert checkpoint.load(tmp_path / "killed" / "training.checkpoint").plain["epochs_done"] == 3
    assert train(tmp_path / "killed") == train(tmp_path / "whole")


@pytest.fixture
def file(tmp_path):
    train(tmp_path, keep=True, epochs=2)
    return tmp_path / "training.checkpoint"


def test_a_damaged_file_is_refused(file):
    good = file.read_bytes()
    rng = np.random.default_rng(0)
    for cut in [0, 1, 40, 95, 96, *rng.integers(97, len(good) - 1, size=20)]:
        file.write_bytes(good[: int(cut)])
        with pytest.raises(CorruptFile, match="begin anew"):
            checkpoint.load(file)
    for place in rng.integers(0, len(good), size=40):
        changed = bytearray(good)
        changed[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(changed)
        with pytest.raises(CorruptFile):
            checkpoint.load(file)
    file.write_bytes(good)
    assert checkpoint.load(file).plain["epochs_done"] == 2


def test_a_file_of_another_training_is_refused_and_changes_nothing(file):
    folder = file.parent
    with pytest.raises(InvalidValue, match="another network"):
        train(folder, units=6)
    with pytest.raises(InvalidValue, match="optimizer 'nadam'"):
        train(folder, optimizer=Adam(0.03))
    assert file.exists()


def test_a_failed_write_leaves_the_old_file(file, monkeypatch):
    good = file.read_bytes()
    held = checkpoint.load(file)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(file, held)
    assert file.read_bytes() == good
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_save_and_load_are_inverse(file, tmp_path):
    held = checkpoint.load(file)
    checkpoint.save(tmp_path / "copy", held)
    again = checkpoint.load(tmp_path / "copy")
    assert again.plain == held.plain
    assert again.arrays.keys() == held.arrays.keys()
    for key, array in held.arrays.items():
        np.testing.assert_array_equal(again.arrays[key], array)
        assert again.arrays[key].dtype == array.dtype
