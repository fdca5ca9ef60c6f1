"""W3 in JAX: epochs of story 2's forecaster, its input gradient, and the bounded solve with scipy."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import scipy.optimize

from benchmarks import data
from benchmarks.peers import jax_forecaster as net


def prepare():
    """Return the tasks of this contestant."""
    past, plan, target = (jnp.asarray(part) for part in data.forecaster_data())
    batches = [
        tuple(part[k : k + data.BATCH] for part in (past, plan, target))
        for k in range(0, data.SAMPLES, data.BATCH)
    ]
    stacked = tuple(part.reshape(-1, data.BATCH, *part.shape[1:]) for part in (past, plan, target))

    def stepwise(unroll):
        step = jax.jit(partial(net.adam_update, unroll=unroll), donate_argnums=0)

        def run():
            state = net.start_state(data.forecaster_weights())
            for batch in batches:
                state, _ = step(state, batch)
            return [np.asarray(w) for w in jax.block_until_ready(state)[0]]

        return run

    def whole(unroll):
        epoch = jax.jit(
            lambda state: jax.lax.scan(partial(net.adam_update, unroll=unroll), state, stacked)[0]
        )

        def run():
            state = jax.block_until_ready(epoch(net.start_state(data.forecaster_weights())))
            return [np.asarray(w) for w in state[0]]

        return run

    question = data.plan_question()
    weights = [jnp.asarray(w) for w in question["weights"]]
    h_past = net.lstm(*weights[0:3], jnp.asarray(question["past"])[None])

    def value_and_gradient(unroll):
        def total(plans):
            costs = net.plan_cost(weights, h_past, plans, unroll)
            return costs.sum(), costs

        return jax.jit(jax.value_and_grad(total, has_aux=True))

    def call(unroll, plans):
        function = value_and_gradient(unroll)

        def run():
            (_, costs), slopes = function(plans)  # NumPy in, NumPy out: what a solver does
            return [np.asarray(costs), np.asarray(slopes)]

        return run

    def bounded_solve(unroll):
        function = value_and_gradient(unroll)

        def fun(x):
            (value, _), slope = function(x.reshape(1, *data.PLAN).astype(np.float32))
            return float(value), np.asarray(slope, dtype=np.float64).ravel()

        def run():
            answer = scipy.optimize.minimize(
                fun, question["plans"][0].ravel(), jac=True, method="L-BFGS-B", bounds=[(-1, 1)] * 84
            )
            return [np.asarray(answer.fun), np.asarray(answer.nfev)]

        return run

    tasks = {}
    for unroll in (1, 4, 12):
        tasks[f"epoch, step jitted, unroll {unroll}"] = stepwise(unroll)
        tasks[f"epoch, whole in scan, unroll {unroll}"] = whole(unroll)
        tasks[f"one plan, unroll {unroll}"] = call(unroll, question["plans"][:1])
        tasks[f"256 plans, unroll {unroll}"] = call(unroll, question["plans"])
        tasks[f"solve, unroll {unroll}"] = bounded_solve(unroll)
    return tasks
