"""The benchmark of proofs: what it trains, and one line of its table."""

import numpy as np
import pytest

from benchmarks import proofs


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_training_stops_at_the_fit_asked_for_and_the_network_computes_it(activation):
    X = np.random.default_rng(0).uniform(-1, 1, (200, 5))
    y = proofs.smooth(X)
    weights, share = proofs.trained(X, y, (5, 12, 8, 1), activation, until=0.8)
    assert 0.8 <= share < 0.97
    found = proofs.network(weights, activation).predict(X)[:, 0]
    assert 1 - np.var(y - found) / np.var(y) == pytest.approx(share, abs=0.01)


def test_a_line_of_the_table(capsys):
    assert proofs.main(["rnn4-6"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("rnn4-6 ")
    assert line.endswith("gap 0.01 in 10 s: ok")


def test_an_unknown_instance():
    with pytest.raises(SystemExit, match="peaks"):
        proofs.main(["peak"])
