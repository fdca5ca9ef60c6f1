"""W4 in JAX: Rosenbrock's function in a box by scipy with a jitted value and gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import scipy.optimize

from benchmarks import data

jax.config.update("jax_enable_x64", True)


def rosenbrock(x):
    """Return Rosenbrock's function of x (size,)."""
    return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


value_and_gradient = jax.jit(jax.value_and_grad(rosenbrock))


def fun(x):
    """Return value and gradient as scipy takes them."""
    value, slope = value_and_gradient(x)
    return float(value), np.asarray(slope)


def prepare():
    """Return the tasks of this contestant."""

    def solve(size, iterations):
        start, bounds = data.rosenbrock_start(size), scipy.optimize.Bounds(*data.ROSENBROCK_BOX)

        def run():
            answer = scipy.optimize.minimize(
                fun, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": iterations}
            )
            return [np.asarray(answer.fun), np.asarray(answer.nfev)]

        return run

    def evaluation(size):
        start = data.rosenbrock_start(size)
        return lambda: [np.asarray(part) for part in fun(start)]

    tasks = {}
    for size in data.ROSENBROCK_SIZES:
        tasks[f"solve d={size}"] = solve(size, data.ROSENBROCK_ITERATIONS)
        tasks[f"value+gradient d={size}"] = evaluation(size)
    return tasks
