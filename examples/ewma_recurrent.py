"""Story 3: one recurrent unit finds the weights of an exponentially weighted moving average.

The average obeys ``a_t = (1 - alpha) a_(t-1) + alpha x_t``, so a unit ``W_a a + W_x x + b`` that learns it
must end at ``W_a = 1 - alpha``, ``W_x = alpha``, ``b = 0``. Two ways: (a) the hand recurrence as PyTensor
expressions, its state a shared variable; (b) a stateful ``SimpleRNN(1)`` that is fed one sample at a time.

Run it: ``python examples/ewma_recurrent.py``.
"""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

import graphopt as go

SAMPLES = 10_000


def moving_average(signal: np.ndarray, alpha: float) -> np.ndarray:
    """Return the exponentially weighted moving average (n,) of `signal` (n,), begun at the signal's mean."""
    averages, average = np.empty_like(signal), signal.mean()
    for t, sample in enumerate(signal):
        average = (1 - alpha) * average + alpha * sample
        averages[t] = average
    return averages


def by_hand(signal, averages, *, learning_rate=0.001, epochs=100, seed=0) -> dict[str, float]:
    """Return the weights after online gradient descent on half the squared error of each step.

    The state is carried from sample to sample and from epoch to epoch; the gradient does not reach back in
    time.
    """
    rng = np.random.default_rng(seed)
    W_a, W_x, b, a = (pytensor.shared(rng.random(), name=name) for name in ("W_a", "W_x", "b", "a"))
    x, y = pt.scalar("x", dtype="float64"), pt.scalar("y", dtype="float64")
    predicted = W_x * x + W_a * a + b
    cost = 0.5 * (y - predicted) ** 2
    updates = {weight: weight - learning_rate * pt.grad(cost, weight) for weight in (W_a, W_x, b)}
    train = go.engine.compile_loop([x, y], [], updates={**updates, a: predicted})
    train([signal, averages], epochs=epochs)
    return {"W_a": float(W_a.get_value()), "W_x": float(W_x.get_value()), "b": float(b.get_value())}


def by_layer(signal, averages, *, learning_rate=0.1, epochs=10, seed=0) -> dict[str, float]:
    """Return the weights of a stateful ``SimpleRNN(1)`` trained one step a call, in order."""
    net = go.Sequential(
        [go.Input((1, 1), batch_size=1), go.SimpleRNN(1, activation=None, stateful=True)], seed=seed
    )
    net.fit(
        signal.reshape(-1, 1, 1),
        averages.reshape(-1, 1),
        loss="mse",
        optimizer=go.SGD(learning_rate),
        epochs=epochs,
        batch_size=1,
        shuffle=False,
        verbose=0,
    )
    kernel, recurrent_kernel, bias = net.get_weights()
    return {"W_a": float(recurrent_kernel[0, 0]), "W_x": float(kernel[0, 0]), "b": float(bias[0])}


def main(alphas=(0.2, 0.3), seed: int = 0) -> dict[float, dict[str, dict[str, float]]]:
    """Print the weights found both ways for each `alpha`; return them."""
    signal = np.random.default_rng(seed).random(SAMPLES)
    found = {}
    for alpha in alphas:
        averages = moving_average(signal, alpha)
        found[alpha] = {
            "by hand": by_hand(signal, averages, seed=seed),
            "by layer": by_layer(signal, averages, seed=seed),
        }
        print(f"alpha = {alpha:g}: expected W_a = {1 - alpha:g}, W_x = {alpha:g}, b = 0")
        for way, weights in found[alpha].items():
            print(f"  {way:8}  " + "  ".join(f"{name} = {value:.4f}" for name, value in weights.items()))
    return found


if __name__ == "__main__":
    main()
