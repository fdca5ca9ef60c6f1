"""Programs for Theano, the same text for the real one and for `compat`: what they return is compared.

``prepare`` gives the tasks to a worker (warm); ``python -m benchmarks.theano_programs NAME`` is one program
from its start to its first result (cold). Python 3.7 reads this file too.
"""

from __future__ import annotations

import sys

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.signal.pool import pool_2d

BATCH, CHANNELS, SIDE, FILTERS, WIDTH = 32, 3, 32, 64, 5
UNITS, STEPS, FEATURES, SEQUENCES = 64, 24, 16, 40
EPOCHS = 100


def some(arrays):
    """Return a few numbers of each array."""
    return [np.array(np.asarray(array).flat[::997]) for array in arrays]


def convolution(dtype):
    """Forward and both gradients of 64 filters of 5x5 over a batch of 32 images of 3x32x32."""
    rng = np.random.RandomState(0)
    x, W, g = (T.TensorType(dtype, (False,) * 4)(name) for name in "xWg")
    out = T.nnet.conv2d(x, W)
    f = theano.function([x, W, g], [out, *T.grad(None, [x, W], known_grads={out: g})])
    inner = SIDE - WIDTH + 1
    shapes = (BATCH, CHANNELS, SIDE, SIDE), (FILTERS, CHANNELS, WIDTH, WIDTH), (BATCH, FILTERS, inner, inner)
    values = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    return lambda: some(f(*values))


def pooling(dtype):
    """Forward and gradient of 2x2 max pooling of what the convolution returns."""
    rng = np.random.RandomState(0)
    x, g = (T.TensorType(dtype, (False,) * 4)(name) for name in "xg")
    out = pool_2d(x, (2, 2), ignore_border=True)
    f = theano.function([x, g], [out, T.grad(None, x, known_grads={out: g})])
    inner = SIDE - WIDTH + 1
    shapes = (BATCH, FILTERS, inner, inner), (BATCH, FILTERS, inner // 2, inner // 2)
    values = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    return lambda: some(f(*values))


def lstm(dtype):
    """Cost and gradients of an LSTM written with scan: 64 units, 24 steps, a batch of 40."""
    rng = np.random.RandomState(0)

    def shared(*shape):
        return theano.shared((0.1 * rng.normal(size=shape)).astype(dtype))

    W, U, b, V = shared(FEATURES, 4 * UNITS), shared(UNITS, 4 * UNITS), shared(4 * UNITS), shared(UNITS, 1)
    x, y = T.TensorType(dtype, (False,) * 3)("x"), T.TensorType(dtype, (False,) * 2)("y")

    def step(x_t, h, c):
        gates = T.dot(x_t, W) + T.dot(h, U) + b
        i, f, o = (T.nnet.sigmoid(gates[:, k * UNITS : (k + 1) * UNITS]) for k in range(3))
        c = f * c + i * T.tanh(gates[:, 3 * UNITS :])
        return o * T.tanh(c), c

    start = T.zeros((x.shape[1], UNITS), dtype=dtype)
    (hidden, _), _ = theano.scan(step, sequences=x, outputs_info=[start, start])
    cost = T.sqr(T.dot(hidden[-1], V) - y).mean()
    f = theano.function([x, y], [cost, *T.grad(cost, [W, U, b, V])])
    shapes = (STEPS, SEQUENCES, FEATURES), (SEQUENCES, 1)
    values = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    return lambda: some(f(*values))


def gate(dtype):
    """400 updates of a 2-3-1 sigmoid net, one call a row, its bias a concatenated 1."""
    rng = np.random.RandomState(0)
    x, y = T.TensorType(dtype, (False,))("x"), T.TensorType(dtype, ())("y")
    start = [rng.rand(*shape).astype(dtype) for shape in ((3, 3), (4, 1))]
    theta = [theano.shared(value) for value in start]
    out = x
    for weights in theta:
        out = T.nnet.sigmoid(T.dot(weights.T, T.concatenate([out, np.ones(1, dtype)])))
    cost = (T.sum(out) - y) ** 2
    rate = np.asarray(0.1, dtype)
    f = theano.function([x, y], cost, updates=[(w, w - rate * g) for w, g in zip(theta, T.grad(cost, theta))])
    rows = np.array([[0, 1], [1, 0], [1, 1], [0, 0]], dtype)
    targets = np.array([1, 0, 0, 0], dtype)

    def train():
        for weights, value in zip(theta, start):
            weights.set_value(value)
        for _ in range(EPOCHS):
            for row, target in zip(rows, targets):
                last = f(row, target)
        return [last, *(weights.get_value() for weights in theta)]

    return train


PROGRAMS = {program.__name__: program for program in (convolution, pooling, lstm, gate)}


class Tasks(dict):
    """The task of each name, ``program dtype``, built when it is first asked for."""

    def __missing__(self, name):
        program, dtype = name.split()
        self[name] = PROGRAMS[program](dtype)
        return self[name]

    def __iter__(self):
        return (f"{program} {dtype}" for program in PROGRAMS for dtype in ("float32", "float64"))


def prepare():
    """Return ``{name: task}``."""
    return Tasks()


if __name__ == "__main__":
    print(*(number for array in Tasks()[sys.argv[1]]() for number in np.ravel(array).tolist()))
