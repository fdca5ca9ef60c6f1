"""Story 3: the weights of an exponentially weighted moving average, found both ways."""

from __future__ import annotations

import numpy as np
import pytest

from examples import ewma_recurrent as example


@pytest.fixture(scope="module")
def found():
    return example.main(alphas=(0.2, 0.3))


@pytest.mark.parametrize("way", ["by hand", "by layer"])
@pytest.mark.parametrize("alpha", [0.2, 0.3])
def test_weights_are_those_of_the_average(found, alpha, way):
    """The average is ``(1 - alpha) a + alpha x``; plain NumPy comes within 0.0002 at alpha = 0.2."""
    weights = found[alpha][way]
    assert weights["W_a"] == pytest.approx(1 - alpha, abs=1e-3)
    assert weights["W_x"] == pytest.approx(alpha, abs=1e-3)
    assert weights["b"] == pytest.approx(0.0, abs=1e-3)


def test_hand_recurrence_equals_the_same_loop_in_plain_python():
    """Online descent on half the squared error, written out: 1e-12 is rounding."""
    signal = np.random.default_rng(5).random(200)
    averages = example.moving_average(signal, 0.2)
    W_a, W_x, b, a = np.random.default_rng(4).random(4).tolist()
    for _ in range(3):
        for x, y in zip(signal, averages):
            predicted = W_x * x + W_a * a + b
            error = y - predicted
            W_a, W_x, b, a = W_a + 0.001 * error * a, W_x + 0.001 * error * x, b + 0.001 * error, predicted
    found = example.by_hand(signal, averages, epochs=3, seed=4)
    np.testing.assert_allclose([found["W_a"], found["W_x"], found["b"]], [W_a, W_x, b], rtol=1e-12)


def test_moving_average_starts_at_the_mean():
    signal = np.array([1.0, 2.0, 6.0])  # mean 3: 0.5 * 3 + 0.5 * 1 = 2, then 2, then 4
    np.testing.assert_allclose(example.moving_average(signal, 0.5), [2.0, 2.0, 4.0])
