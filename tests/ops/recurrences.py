"""The recurrences written step by step from their equations, for the tests of the kernels."""

import numpy as np

SIZES = [
    (5, 3, 4),
    (1, 2, 3),
    (3, 1, 2),
    (2, 2, 1),
    (0, 2, 3),
    (40, 50, 16),
]  # T, B, H; the last takes chunks
SMALL = [(4, 3, 2), (1, 2, 3), (3, 1, 2), (2, 2, 1)]

ACTIVATIONS = {
    "linear": lambda a: a,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
}
sigmoid = ACTIVATIONS["sigmoid"]


def random_inputs(size, *, gates, states=1, bias_rows=0, dtype="float64"):
    T, B, H = size
    rng = np.random.default_rng(7)
    shapes = [(T, B, gates * H), (H + bias_rows, gates * H)] + [(B, H)] * states
    scales = [1, H**-0.5] + [1] * states
    return [(rng.normal(size=shape) * scale).astype(dtype) for shape, scale in zip(shapes, scales)]


def split(a, parts):
    return np.split(a, parts, axis=-1)


def rnn_loop(z, U, h, activation):
    states = []
    for a in z:
        h = ACTIVATIONS[activation](a + h @ U)
        states.append(h)
    return np.array(states).reshape(len(z), *h.shape)


def gru_loop(x, U, h, reset_after):
    H = h.shape[1]
    states = []
    for a in x:
        az, ar, an = split(a, 3)
        if reset_after:
            uz, ur, un = split(h @ U[:H] + U[H], 3)
            r = sigmoid(ar + ur)
            n = np.tanh(an + r * un)
        else:
            Uz, Ur, Un = split(U, 3)
            uz, r = h @ Uz, sigmoid(ar + h @ Ur)
            n = np.tanh(an + (r * h) @ Un)
        z = sigmoid(az + uz)
        h = z * h + (1 - z) * n
        states.append(h)
    return np.array(states).reshape(len(x), *h.shape)


def lstm_loop(z, U, h, c):
    hs, cs = [], []
    for a in z:
        i, f, g, o = split(a + h @ U, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    return np.array(hs).reshape(len(z), *h.shape), np.array(cs).reshape(len(z), *h.shape)
