"""The progress of a training: where it is written, and how much of it."""

import io
import sys

import numpy as np
import pytest

from graphopt.nn import Sequential
from graphopt.nn.layers import Dense, Input
from graphopt.training import callbacks as cb
from graphopt.training import fit


class Terminal(io.StringIO):
    def isatty(self):
        return True


def train(**options):
    x = np.linspace(-1, 1, 8)[:, None]
    net = Sequential([Input(1), Dense(1)], seed=0)
    return fit(net, x, x, loss="mse", epochs=30, **options)


def on_terminal(monkeypatch, **options):
    """Return what a training writes on stderr when that is a terminal."""
    screen = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        train(**options)
    return screen.getvalue()


@pytest.mark.parametrize("by_epoch", [True, False])
def test_on_a_terminal_one_line_is_redrawn(monkeypatch, by_epoch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setitem(sys.modules, "tqdm", None)  # as if it were not installed
    hook = cb.LambdaCallback(on_epoch_end=lambda e, logs: None) if by_epoch else None
    text = on_terminal(monkeypatch, callbacks=hook)
    assert "\rEpoch 30/30: loss" in text
    assert text.count("\n") == 1


def test_on_a_terminal_tqdm_draws_if_it_is_there(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = on_terminal(monkeypatch)
    assert "30/30" in text
    assert "loss" in text


def test_no_color_asks_for_plain_lines(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    text = on_terminal(monkeypatch, verbose=1)
    assert "\r" not in text
    assert "Epoch 30/30" in text


@pytest.mark.parametrize("by_epoch", [True, False])
def test_verbose_two_writes_a_line_an_epoch(capsys, by_epoch):
    train(verbose=2, callbacks=cb.LambdaCallback(on_epoch_end=lambda e, logs: None) if by_epoch else None)
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(":")[0] for line in err.splitlines()] == [f"Epoch {e + 1}/30" for e in range(30)]


def test_away_from_a_terminal_auto_is_silent(capsys):
    train()
    assert capsys.readouterr() == ("", "")
