"""Story 2's network in this project as one process: one epoch of Adam, then the bounded solve, print."""

from __future__ import annotations

import numpy as np

import graphopt as go
from benchmarks import data
from benchmarks.ours import forecaster


def main():
    """Print the norm of the trained weights and the minimum of the summed forecast."""
    net = forecaster.build(data.forecaster_weights())
    forecaster.train(net)
    question = data.plan_question()
    answer = go.minimize(
        net,
        objective="sum",
        fixed={"past": question["past"]},
        bounds={"plan": (-1, 1)},
        x0={"plan": question["plans"][0]},
    )
    print(float(np.sqrt(sum(np.sum(w**2.0) for w in net.get_weights()))), float(answer.fun))


if __name__ == "__main__":
    main()
