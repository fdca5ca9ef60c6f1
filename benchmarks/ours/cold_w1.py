"""Story 1 in this project as one process: build, train 20 000 updates, maximise in the unit square."""

from __future__ import annotations

import graphopt as go
from benchmarks import data


def main():
    """Print the weights' sum, the best input and its output."""
    net = go.Sequential([go.Input(2), go.Dense(3, "sigmoid"), go.Dense(1, "sigmoid")], seed=0)
    theta1, theta2 = data.gate_weights()
    net.set_weights([theta1[:-1], theta1[-1], theta2[:-1], theta2[-1]])
    net.fit(
        data.GATE_X,
        data.GATE_Y[:, None],
        loss="mse",
        optimizer=go.SGD(data.GATE_RATE),
        epochs=data.GATE_EPOCHS,
        batch_size=1,
        shuffle=False,
        verbose=0,
    )
    answer = go.maximize(net, bounds=(0, 1), x0=[0.5, 0.5])
    print(float(sum(w.sum() for w in net.get_weights())), *answer.x.ravel().tolist(), float(answer.fun))


if __name__ == "__main__":
    main()
