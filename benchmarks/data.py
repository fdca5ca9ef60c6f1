"""The inputs and start weights of every workload: NumPy only, the same bits for each contestant."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

# W1: story 1
GATE_X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
GATE_Y = np.array([1.0, 0.0, 0.0, 0.0])
GATE_RATE = 0.1
GATE_EPOCHS = 5000  # times four samples: 20 000 updates


def gate_weights(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return ``theta1`` (3, 3) and ``theta2`` (4, 1); the last row of each is the bias."""
    rng = np.random.default_rng(seed)
    return rng.random((3, 3)), rng.random((4, 1))


# W2: story 3, the hand recurrence
EWMA_EPOCHS = 100
EWMA_RATE = 0.001


def ewma(samples: int = 10_000, alpha: float = 0.2, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Return a signal (samples,) and its exponentially weighted moving average (samples,)."""
    signal = np.random.default_rng(seed).random(samples)
    average, averages = signal.mean(), np.empty(samples)
    for t, sample in enumerate(signal):
        average = (1 - alpha) * average + alpha * sample
        averages[t] = average
    return signal, averages


def ewma_weights(seed: int = 2) -> dict[str, float]:
    """Return the start values of the recurrence ``a <- W_a * a + W_x * x + b``."""
    W_a, W_x, b, a = np.random.default_rng(seed + 1).random(4)
    return {"W_a": W_a, "W_x": W_x, "b": b, "a": a}


# W3: story 2's two-branch forecaster
PAST = (24, 8)
PLAN = (12, 7)
HORIZON = 4
UNITS = 64
BATCH = 40
SAMPLES = 4000  # 100 updates an epoch
ADAM_RATE = 1e-3
STARTS = 256


def forecaster_data(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pasts (4000, 24, 8), plans (4000, 12, 7) and targets (4000, 4), all float32."""
    rng = np.random.default_rng(seed)
    past = rng.standard_normal((SAMPLES, *PAST))
    plan = rng.standard_normal((SAMPLES, *PLAN))
    mixing = rng.standard_normal((PLAN[1], HORIZON)) / np.sqrt(PLAN[1])
    target = 3.0 + plan.mean(axis=1) @ mixing + 0.3 * past[:, -1, :HORIZON]
    return tuple(part.astype(np.float32) for part in (past, plan, np.maximum(target, 0.0)))


def forecaster_weights(seed: int = 1) -> list[np.ndarray]:
    """Return kernel, recurrent kernel and bias of both LSTMs, then kernel and bias of the dense layer.

    Keras' layout, gate order (i, f, c, o) and initialisers. The bias of the dense layer is 1, so that its
    relu is not dead from the start.
    """
    rng = np.random.default_rng(seed + 100)

    def glorot(rows: int, columns: int) -> np.ndarray:
        limit = np.sqrt(6.0 / (rows + columns))
        return rng.uniform(-limit, limit, (rows, columns))

    weights = []
    for features in (PAST[1], PLAN[1]):
        orthogonal = np.linalg.qr(rng.standard_normal((4 * UNITS, UNITS)))[0].T
        bias = np.concatenate([np.zeros(UNITS), np.ones(UNITS), np.zeros(2 * UNITS)])
        weights += [glorot(features, 4 * UNITS), orthogonal, bias]
    weights += [glorot(2 * UNITS, HORIZON), np.ones(HORIZON)]
    return [np.ascontiguousarray(weight, dtype=np.float32) for weight in weights]


def plan_question(seed: int = 1) -> dict[str, np.ndarray]:
    """Return the held past (24, 8), start plans (256, 12, 7) in [-1, 1], and the weights of the net.

    The dense bias is 3: the forecast stays positive over the box, so that relu never flattens it.
    """
    rng = np.random.default_rng(seed + 200)
    weights = forecaster_weights(seed)
    weights[-1] = np.full(HORIZON, 3.0, dtype=np.float32)
    return {
        "past": rng.standard_normal(PAST).astype(np.float32),
        "plans": rng.uniform(-1, 1, (STARTS, *PLAN)).astype(np.float32),
        "weights": weights,
    }


# Both sides' L-BFGS-B: SciPy's defaults, in our names
SCIPY_TOLERANCES = {"gradient_tolerance": 1e-5, "function_tolerance": 2.220446049250313e-09}

# W4: Rosenbrock's function in a box
ROSENBROCK_SIZES = (10, 1_000, 100_000)
ROSENBROCK_BOX = (-1.5, 0.8)
ROSENBROCK_ITERATIONS = 50


def rosenbrock_start(size: int) -> np.ndarray:
    """Return the start (size,): the customary -1.2, 1, -1.2, ..., moved into the box."""
    return np.clip(np.where(np.arange(size) % 2 == 0, -1.2, 1.0), *ROSENBROCK_BOX)


# S: many starts in a box
DENSE = (10, 64, 64, 1)
DENSE_STARTS = 256
PLAN_STARTS = 32
FACTOR, GRADIENT_TOLERANCE = 1e7 * np.finfo(float).eps, 1e-8  # when a run stops


def dense_weights(seed: int = 5) -> list[np.ndarray]:
    """Return kernel and bias of each layer of a tanh network with layers of `DENSE`, the last one linear."""
    rng = np.random.default_rng(seed)
    return [
        part
        for rows, columns in pairwise(DENSE)
        for part in (1.5 * rng.normal(size=(rows, columns)) / np.sqrt(rows), 0.3 * rng.normal(size=columns))
    ]


def dense_starts(seed: int = 6) -> np.ndarray:
    """Return the starts in [-1, 1], (256, 10)."""
    return np.random.default_rng(seed).uniform(-1, 1, (DENSE_STARTS, DENSE[0]))


def plan_starts(seed: int = 7) -> np.ndarray:
    """Return starts for the plan in [-1, 1], flat, (32, 84)."""
    return np.random.default_rng(seed).uniform(-1, 1, (PLAN_STARTS, PLAN[0] * PLAN[1]))
