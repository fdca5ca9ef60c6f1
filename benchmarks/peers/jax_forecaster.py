"""Story 2's network in JAX: two LSTM branches as ``lax.scan``, the input products outside the loop."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from benchmarks import data


def lstm(kernel, recurrent, bias, x, unroll=1):
    """Return the last state (batch, units) of an LSTM over x (batch, time, features); gates i, f, c, o."""
    units = recurrent.shape[0]
    z = jnp.swapaxes(x, 0, 1) @ kernel + bias

    def step(carry, z_t):
        h, c = carry
        gates = z_t + h @ recurrent
        i, f, o = (jax.nn.sigmoid(gates[:, k * units : (k + 1) * units]) for k in (0, 1, 3))
        c = f * c + i * jnp.tanh(gates[:, 2 * units : 3 * units])
        return (o * jnp.tanh(c), c), None

    zero = jnp.zeros((x.shape[0], units), x.dtype)
    (h, _), _ = jax.lax.scan(step, (zero, zero), z, unroll=unroll)
    return h


def head(weights, h_past, h_plan):
    """Return the forecast (batch, horizon) from the states of the branches."""
    return jax.nn.relu(jnp.concatenate([h_past, h_plan], axis=1) @ weights[6] + weights[7])


def forecast(weights, past, plan, unroll=1):
    """Return the forecast (batch, horizon)."""
    return head(weights, lstm(*weights[0:3], past, unroll), lstm(*weights[3:6], plan, unroll))


def loss(weights, past, plan, target, unroll=1):
    """Return the mean squared error of a batch."""
    return jnp.mean((forecast(weights, past, plan, unroll) - target) ** 2)


def adam_update(state, batch, unroll=1):
    """Return weights, moments and step count after one step of Adam (Keras' constants), and the loss."""
    weights, first, second, t = state
    value, slopes = jax.value_and_grad(loss)(weights, *batch, unroll)
    t = t + 1
    first = [0.9 * m + 0.1 * g for m, g in zip(first, slopes)]
    second = [0.999 * v + 0.001 * g * g for v, g in zip(second, slopes)]
    rate = data.ADAM_RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    weights = [w - rate * m / (jnp.sqrt(v) + 1e-7) for w, m, v in zip(weights, first, second)]
    return (weights, first, second, t), value


def start_state(weights):
    """Return the state before the first update."""
    weights = [jnp.asarray(w) for w in weights]
    zeros = [jnp.zeros_like(w) for w in weights]
    return weights, zeros, [jnp.zeros_like(w) for w in weights], jnp.zeros((), jnp.float32)


def plan_cost(weights, h_past, plans, unroll=1):
    """Return the summed forecast of each plan (batch,), the past branch being held at `h_past`."""
    h_plan = lstm(*weights[3:6], plans, unroll)
    return head(weights, jnp.broadcast_to(h_past, h_plan.shape), h_plan).sum(axis=1)
