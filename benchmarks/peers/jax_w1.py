"""W1 in JAX: all 20 000 single-sample updates of story 1's net in one jitted ``fori_loop``."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import data

jax.config.update("jax_enable_x64", True)


def output(weights, x):
    """Return f(x) of the 2-3-1 net; the last row of each weight is the bias."""
    theta1, theta2 = weights
    hidden = jax.nn.sigmoid(x @ theta1[:-1] + theta1[-1])
    return jax.nn.sigmoid(hidden @ theta2[:-1] + theta2[-1])[0]


def cost(weights, x, y):
    """Return the squared error of one sample."""
    return (output(weights, x) - y) ** 2


def update(weights, x, y):
    """Return the weights after one step of gradient descent on one sample."""
    slopes = jax.grad(cost)(weights, x, y)
    return tuple(w - data.GATE_RATE * slope for w, slope in zip(weights, slopes))


@jax.jit
def train(weights, X, Y):
    """Return the weights after all updates, one sample an iteration."""
    return jax.lax.fori_loop(
        0, data.GATE_EPOCHS * len(Y), lambda k, w: update(w, X[k % len(Y)], Y[k % len(Y)]), weights
    )


@jax.jit
def train_by_epoch(weights, X, Y):
    """Return the weights after all updates, the samples of an epoch written out."""

    def epoch(_, w):
        for k in range(len(Y)):
            w = update(w, X[k], Y[k])
        return w

    return jax.lax.fori_loop(0, data.GATE_EPOCHS, epoch, weights)


def prepare():
    """Return the tasks of this contestant."""
    start = tuple(jnp.asarray(w) for w in data.gate_weights())
    X, Y = jnp.asarray(data.GATE_X), jnp.asarray(data.GATE_Y)

    def task(function):
        def run():
            return [np.asarray(w) for w in jax.block_until_ready(function(start, X, Y))]

        return run

    return {"updates": task(train), "updates, epoch written out": task(train_by_epoch)}
