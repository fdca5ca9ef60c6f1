"""Story 2's network in JAX as one process: one epoch of Adam, then the bounded solve, print."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import scipy.optimize

from benchmarks import data
from benchmarks.peers import jax_forecaster as net


def main():
    """Print the norm of the trained weights and the minimum of the summed forecast."""
    stacked = tuple(part.reshape(-1, data.BATCH, *part.shape[1:]) for part in data.forecaster_data())
    epoch = jax.jit(lambda state, rows: jax.lax.scan(net.adam_update, state, rows)[0])
    weights = epoch(net.start_state(data.forecaster_weights()), stacked)[0]

    question = data.plan_question()
    h_past = jax.jit(net.lstm)(*weights[0:3], question["past"][None])
    value_and_gradient = jax.jit(jax.value_and_grad(lambda plan: net.plan_cost(weights, h_past, plan)[0]))

    def fun(x):
        value, slope = value_and_gradient(x.reshape(1, *data.PLAN).astype(np.float32))
        return float(value), np.asarray(slope, dtype=np.float64).ravel()

    answer = scipy.optimize.minimize(
        fun, question["plans"][0].ravel(), jac=True, method="L-BFGS-B", bounds=[(-1, 1)] * 84
    )
    print(float(jnp.sqrt(sum(jnp.sum(w.astype(jnp.float32) ** 2) for w in weights))), answer.fun)


if __name__ == "__main__":
    main()
