"""Story 3, both ways at a smaller size: a running average is learnt exactly, its weights are known in closed
form.
"""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.nn import Sequential
from graphopt.nn.layers import Input, SimpleRNN
from graphopt.training import fit, sgd
from graphopt.training.optimizers import SGD


def running_average(x, alpha):
    """Return the exponentially weighted average of `x`, begun at its mean."""
    average, found = x.mean(), []
    for value in x:
        average = (1 - alpha) * average + alpha * value
        found.append(average)
    return np.array(found)


@pytest.mark.parametrize("alpha", [0.2, 0.3])
def test_online_sgd_on_a_carried_state_finds_the_weights(alpha):
    rng = np.random.default_rng(1337)
    x = rng.uniform(size=10_000)
    y = running_average(x, alpha)
    weight, state_weight, bias = (
        pytensor.shared(np.asarray(v), name=n, shape=()) for n, v in zip("wub", rng.uniform(size=3))
    )
    state = pytensor.shared(np.asarray(rng.uniform()), name="a", shape=())
    sample, target = pt.dscalars("x", "y")
    guess = weight * sample + state_weight * state + bias
    loss = pt.sqr(target - guess)
    updates = {**sgd(loss, [weight, state_weight, bias], 0.01), state: guess}
    loop = engine.compile_loop([sample, target], [loss], updates=updates)
    (losses,) = loop([x, y], epochs=30)
    assert losses.shape == (300_000,)
    got = [float(v.get_value()) for v in (state_weight, weight, bias)]
    np.testing.assert_allclose(got, [1 - alpha, alpha, 0.0], atol=0.001)


@pytest.mark.parametrize("alpha", [0.2, 0.3])
def test_a_stateful_layer_finds_the_weights(alpha):
    x = np.random.default_rng(1337).uniform(size=3000)
    y = running_average(x, alpha)
    rnn = Sequential([Input((1, 1), batch_size=1), SimpleRNN(1, activation=None, stateful=True)], seed=0)
    history = fit(
        rnn, x[:, None, None], y[:, None], loss="mse", optimizer=SGD(0.02), epochs=30, shuffle=False
    )
    kernel, recurrent, bias = (float(np.squeeze(w)) for w in rnn.get_weights())
    np.testing.assert_allclose([recurrent, kernel, bias], [1 - alpha, alpha, 0.0], atol=0.001)
    assert history.history["loss"][-1] < 1e-6
