"""W2 in JAX: one million updates of story 3's recurrence, the state carried, in one jitted loop."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import data

jax.config.update("jax_enable_x64", True)


def cost(weights, a, x, y):
    """Return half the squared error of one step and the step's output; the state is held."""
    W_a, W_x, b = weights
    predicted = W_x * x + W_a * a + b
    return 0.5 * (y - predicted) ** 2, predicted


def update(carry, sample):
    """Return weights and state after one sample."""
    weights, a = carry
    slopes, predicted = jax.grad(cost, has_aux=True)(weights, a, *sample)
    return (tuple(w - data.EWMA_RATE * slope for w, slope in zip(weights, slopes)), predicted), None


@jax.jit
def train_scan(carry, X, Y):
    """Return weights and state after all epochs: a scan over the samples in a loop over the epochs."""
    return jax.lax.fori_loop(0, data.EWMA_EPOCHS, lambda _, c: jax.lax.scan(update, c, (X, Y))[0], carry)


@jax.jit
def train_scan_unrolled(carry, X, Y):
    """Return the same with eight samples an iteration."""
    return jax.lax.fori_loop(
        0, data.EWMA_EPOCHS, lambda _, c: jax.lax.scan(update, c, (X, Y), unroll=8)[0], carry
    )


@jax.jit
def train_fori(carry, X, Y):
    """Return the same from one loop over all updates."""
    n = len(Y)
    return jax.lax.fori_loop(0, data.EWMA_EPOCHS * n, lambda k, c: update(c, (X[k % n], Y[k % n]))[0], carry)


def prepare():
    """Return the tasks of this contestant."""
    start = data.ewma_weights()
    carry = (tuple(jnp.asarray(start[name]) for name in ("W_a", "W_x", "b")), jnp.asarray(start["a"]))
    X, Y = (jnp.asarray(part) for part in data.ewma())

    def task(function):
        def run():
            weights, a = jax.block_until_ready(function(carry, X, Y))
            return [np.asarray(part) for part in (*weights, a)]

        return run

    return {
        "updates": task(train_scan),
        "updates, unrolled": task(train_scan_unrolled),
        "updates, one loop": task(train_fori),
    }
