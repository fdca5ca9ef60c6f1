"""Story 1 in JAX as one process: build, train 20 000 updates, maximise in the unit square."""

from __future__ import annotations

import jax
import numpy as np
import scipy.optimize

from benchmarks import data
from benchmarks.peers import jax_w1


def main():
    """Print the weights' sum, the best input and its output."""
    weights = jax_w1.train(data.gate_weights(), data.GATE_X, data.GATE_Y)
    value_and_gradient = jax.jit(jax.value_and_grad(lambda x: -jax_w1.output(weights, x)))

    def fun(x):
        value, slope = value_and_gradient(x)
        return float(value), np.asarray(slope)

    answer = scipy.optimize.minimize(fun, [0.5, 0.5], jac=True, method="L-BFGS-B", bounds=[(0, 1)] * 2)
    print(float(sum(w.sum() for w in weights)), *answer.x.tolist(), -answer.fun)


if __name__ == "__main__":
    main()
