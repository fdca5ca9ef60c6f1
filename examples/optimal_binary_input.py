"""Story 1: the input that drives a trained 2-3-1 network highest.

A network with two binary inputs learns to answer 1 at (0, 1) and 0 at the other three corners. Which input
does it like best? The question is answered twice, once with the layer classes and once with bare PyTensor
expressions, and the two faults of the usual first attempt are shown with what they give.

Run it: ``python examples/optimal_binary_input.py``.
"""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

import graphopt as go

X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
Y = np.array([1.0, 0.0, 0.0, 0.0])
LEARNING_RATE = 0.1
EPOCHS = 5000  # of four single-sample updates each


def with_layers(seed: int = 0):
    """Return the trained network of layer classes, and its best input in the unit square."""
    net = go.Sequential([go.Input(2), go.Dense(3, "sigmoid"), go.Dense(1, "sigmoid")], seed=seed)
    net.fit(
        X,
        Y[:, None],
        loss="mse",
        optimizer=go.SGD(LEARNING_RATE),
        epochs=EPOCHS,
        batch_size=1,
        shuffle=False,
        verbose=0,
    )
    return net, go.maximize(net, bounds=(0, 1), certify=True)


def layer(x, theta):
    """Return ``sigmoid(theta' [x, 1])``: the bias is the last row of `theta`, met by the concatenated 1."""
    return pt.sigmoid(pt.dot(theta.T, pt.concatenate([x, np.ones(1)])))


def with_expressions(seed: int = 0):
    """Return the trained weights ``theta1`` (3, 3) and ``theta2`` (4, 1), and the expression's best input."""
    rng = np.random.default_rng(seed)
    theta1 = pytensor.shared(rng.random((3, 3)), name="theta1", shape=(3, 3))
    theta2 = pytensor.shared(rng.random((4, 1)), name="theta2", shape=(4, 1))
    x, y = pt.vector("x", dtype="float64", shape=(2,)), pt.scalar("y", dtype="float64")

    output = pt.sum(layer(layer(x, theta1), theta2))
    cost = (output - y) ** 2
    updates = {theta: theta - LEARNING_RATE * pt.grad(cost, theta) for theta in (theta1, theta2)}
    train = go.engine.compile_loop([x, y], [cost], updates=updates)
    train([X, Y], epochs=EPOCHS)

    answer = go.maximize(output, over={x: (0, 1)}, certify=True)
    return (theta1.get_value(), theta2.get_value()), answer


def bias_added_by_broadcasting(weights) -> dict[str, np.ndarray]:
    """Return the trained network's outputs at the four corners, the bias concatenated and the bias added.

    The first fault: ``x + [1]`` adds 1 to every input by the rule of broadcasting and leaves the trained bias
    row out, where ``concatenate([x, [1]])`` appends a unit for it. No error is raised; the answers belong to
    another function.
    """
    theta1, theta2 = weights
    x = pt.vector("x", dtype="float64", shape=(2,))
    hidden = pt.sigmoid(pt.dot(x + np.ones(1), theta1[:-1]))
    added = pt.sum(pt.sigmoid(pt.dot(hidden + np.ones(1), theta2[:-1])))
    concatenated = pt.sum(layer(layer(x, pt.as_tensor(theta1)), pt.as_tensor(theta2)))
    both = go.engine.compile([x], [concatenated, added])
    right, wrong = np.array([both(corner) for corner in X]).T
    return {"concatenated": right, "added": wrong}


def unbounded_descent(weights, steps: int = 10_000, start=(1.0, 0.5)) -> np.ndarray:
    """Return where gradient descent on ``(f(x) - 1)**2`` from `start` arrives after `steps` steps.

    The second fault: nothing keeps the input between 0 and 1, and a sigmoid network reaches 1 only at
    infinity, so the input drifts out of the box for as long as one looks.
    """
    theta1, theta2 = (pt.as_tensor(theta) for theta in weights)
    x = pytensor.shared(np.array(start), name="x", shape=(2,))
    cost = (pt.sum(layer(layer(x, theta1), theta2)) - 1.0) ** 2
    step = go.engine.compile([], cost, updates={x: x - LEARNING_RATE * pt.grad(cost, x)})
    for _ in range(steps):
        step()
    return x.get_value()


def checks(answer, output_at_corners: np.ndarray) -> dict[str, bool]:
    """Return what must be true of the answer, and whether it is."""
    x = np.ravel(answer.x)
    return {
        "x is (0, 1) to 1e-6": bool(np.max(np.abs(x - [0.0, 1.0])) <= 1e-6),
        "x is inside the box exactly": bool(np.all((x >= 0) & (x <= 1))),
        "f(x) > 0.95": bool(answer.fun > 0.95),
        "projected gradient <= 1e-6": bool(answer.kkt_residual <= 1e-6),
        "no corner is higher": bool(answer.fun >= np.max(output_at_corners) - 1e-12),
        "solver's status was verified": bool(answer.success),
        "proved for the whole square": bool(answer.certificate.gap <= 1e-6),
    }


def report(title: str, answer, passed: dict[str, bool]) -> None:
    """Print the answer and its checks."""
    x = ", ".join(f"{value:g}" for value in np.ravel(answer.x))
    print(f"{title}\n  best input ({x})  output {float(answer.fun):.4f}  status: {answer.status}")
    for check, holds in passed.items():
        print(f"  [{'ok' if holds else 'FAILED'}] {check}")


def main(seed: int = 0) -> dict:
    """Print both answers and both faults; return their figures."""
    net, by_layers = with_layers(seed)
    layer_checks = checks(by_layers, net.predict(X))
    report("With layer classes", by_layers, layer_checks)

    weights, by_expressions = with_expressions(seed)
    fault = bias_added_by_broadcasting(weights)
    expression_checks = checks(by_expressions, fault["concatenated"])
    report("With PyTensor expressions", by_expressions, expression_checks)

    print("Fault 1, the bias added by broadcasting where it must be concatenated: outputs at the corners")
    for corner, right, wrong in zip(X, fault["concatenated"], fault["added"]):
        print(f"  ({corner[0]:g}, {corner[1]:g})  concatenated {right:.3f}  added {wrong:.3f}")

    drifted = unbounded_descent(weights)
    print("Fault 2, plain gradient descent on the input: 10 000 steps end at")
    print(f"  ({drifted[0]:.3f}, {drifted[1]:.3f}), outside the unit square")
    return {
        "layers": by_layers,
        "layer_checks": layer_checks,
        "expressions": by_expressions,
        "expression_checks": expression_checks,
        "fault": fault,
        "drifted": drifted,
    }


if __name__ == "__main__":
    figures = main()
    raise SystemExit(not all((*figures["layer_checks"].values(), *figures["expression_checks"].values())))
