"""How fast answers are proved, on networks trained here: ``python -m benchmarks proofs [NAME ...]``.

Each line is one network and one box: the best value found, the proved bound, the gap between them, the boxes
that were looked at, wall and processor seconds from the network to the proof (no importing, no training), and
the gap and the processor seconds asked for. Then, for recurrent forecasters, how wide bounds are over a box
(`benchmarks.horizons`): the widths, how much narrower than intervals, and processor seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks import horizons

FUNCTIONS: dict[str, tuple[Callable, Callable]] = {
    "tanh": (np.tanh, lambda a: 1.0 - a * a),
    "sigmoid": (lambda z: 0.5 + 0.5 * np.tanh(0.5 * z), lambda a: a * (1.0 - a)),
    "relu": (lambda z: np.maximum(z, 0.0), lambda a: (a > 0) * 1.0),
}
"""Values, and slopes from values."""


def trained(
    X: np.ndarray, y: np.ndarray, sizes: Sequence[int], activation: str, *, until: float, seed: int = 0
) -> tuple[list[np.ndarray], float]:
    """Return kernels and biases, layer by layer, fitted by L-BFGS until R2 reaches `until`, and that R2.

    Glorot's uniform kernels at the start, the last layer linear, all samples at once, at most 1 000 steps.
    """
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    shapes = list(pairwise(sizes))
    start = [part for m, n in shapes for part in (_glorot(rng, m, n), np.zeros(n))]
    cuts = np.cumsum([part.size for part in start])[:-1]
    value, slope = FUNCTIONS[activation]
    scatter = np.var(y)

    def layers(flat: np.ndarray) -> list[np.ndarray]:
        return [part.reshape(like.shape) for part, like in zip(np.split(flat, cuts), start, strict=True)]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        parts, values = layers(flat), [X]
        for W, b in zip(parts[::2], parts[1::2], strict=True):
            z = values[-1] @ W + b
            values.append(value(z) if len(values) < len(shapes) else z)
        error = values[-1][:, 0] - y
        back, gradients = (2.0 * error / len(y))[:, None], []
        for k in range(len(shapes) - 1, -1, -1):
            gradients += [back.sum(axis=0), (values[k].T @ back).ravel()]
            if k:
                back = (back @ parts[2 * k].T) * slope(values[k])
        return float(np.mean(error**2)), np.concatenate(gradients[::-1])

    def enough(intermediate_result: Any) -> None:
        if 1.0 - intermediate_result.fun / scatter >= until:
            raise StopIteration

    flat = np.concatenate([part.ravel() for part in start])
    found = minimize(loss, flat, jac=True, method="L-BFGS-B", callback=enough, options={"maxiter": 1000})
    return layers(found.x), 1.0 - found.fun / scatter


def _glorot(rng: np.random.Generator, n_in: int, n_out: int) -> np.ndarray:
    return rng.uniform(-1.0, 1.0, (n_in, n_out)) * np.sqrt(6.0 / (n_in + n_out))


def network(weights: list[np.ndarray], activation: str) -> Any:
    """Return a network of dense layers with `weights`, the last layer linear."""
    import graphopt as go

    last = len(weights) // 2 - 1
    layers = [go.Dense(W.shape[1], None if k == last else activation) for k, W in enumerate(weights[::2])]
    net = go.Sequential([go.Input(len(weights[0])), *layers], seed=0)
    net.set_weights(weights)
    return net


def gate() -> tuple[Any, str]:
    """The 2-3-1 sigmoid network that learns to answer 1 at (0, 1) and 0 at the other corners."""
    import graphopt as go

    X, Y = np.array([[0.0, 1], [1, 0], [1, 1], [0, 0]]), np.array([[1.0], [0], [0], [0]])
    net = go.Sequential([go.Input(2), go.Dense(3, "sigmoid"), go.Dense(1, "sigmoid")], seed=0)
    choices = {"epochs": 5000, "batch_size": 1, "shuffle": False, "verbose": 0}
    net.fit(X, Y, loss="mse", optimizer=go.SGD(0.1), **choices)
    return net, "4 samples"


def peaks() -> tuple[Any, str]:
    """MATLAB's peaks over [-3, 3]^2, inputs divided by 3, fitted by tanh 2-47-1."""
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (1000, 2))
    a, b = 3.0 * X.T
    y = 3.0 * (1.0 - a) ** 2 * np.exp(-(a**2) - (b + 1.0) ** 2)
    y -= 10.0 * (a / 5.0 - a**3 - b**5) * np.exp(-(a**2) - b**2)
    y -= np.exp(-((a + 1.0) ** 2) - b**2) / 3.0
    return _fitted(X, y, (2, 47, 1), "tanh", 0.995)


def smooth(X: np.ndarray) -> np.ndarray:
    """A smooth function of five inputs or more."""
    y = np.sin(2.0 * X[:, 0]) * X[:, 1] + np.cos(X[:, 2] + X[:, 3]) + 0.5 * X[:, 4] ** 2
    return y - 0.3 * X[:, 0] * X[:, 4] + X[:, 5:] @ np.array([1.0, -0.7, 0.5, -0.3, 0.2])[: X.shape[1] - 5]


def rough(X: np.ndarray) -> np.ndarray:
    """A function of five inputs with waves and a jump."""
    y = np.sin(6.0 * X[:, 0] * X[:, 1]) + np.cos(7.0 * X[:, 2])
    return y + np.sin(5.0 * (X[:, 3] + X[:, 4])) + np.sign(X[:, 0] * X[:, 3])


def on_samples(
    function: Callable, n: int, hidden: int, activation: str, until: float, noise: float = 0.0
) -> tuple[Any, str]:
    """Return n-hidden-hidden-1 fitted to 2 000 samples of `function`, with noise of so many deviations."""
    rng = np.random.default_rng(1)
    X = rng.uniform(-1.0, 1.0, (2000, n))
    y = function(X)
    y = y + noise * y.std() * rng.normal(size=len(y))
    return _fitted(X, y, (n, hidden, hidden, 1), activation, until)


def binary(k: int) -> tuple[Any, str]:
    """Return sigmoid k-16-1 fitted to a random quadratic function of k binary inputs."""
    rng = np.random.default_rng(k)
    X = rng.integers(0, 2, (4000, k)).astype(np.float64)
    Q = np.triu(rng.normal(size=(k, k)))
    y = np.einsum("bi,ij,bj->b", X, Q, X)
    return _fitted(X, (y - y.mean()) / y.std(), (k, 16, 1), "sigmoid", 0.99)


def recurrent(hidden: int, steps: int, features: int) -> tuple[Any, str]:
    """Return a tanh recurrence over `steps` inputs of `features`, with random weights, and one output."""
    import graphopt as go

    net = go.Sequential([go.Input((steps, features)), go.SimpleRNN(hidden), go.Dense(1)], seed=0)
    return net, "random weights"


def _fitted(
    X: np.ndarray, y: np.ndarray, sizes: Sequence[int], activation: str, until: float
) -> tuple[Any, str]:
    weights, share = trained(X, y, sizes, activation, until=until)
    return network(weights, activation), f"R2 {share:.3f}"


@dataclass(frozen=True)
class Instance:
    """A network, the question, and what is asked of the answer: a gap, in so many seconds.

    What is not `judged` shows how far the method gets.
    """

    name: str
    make: Callable[[], tuple[Any, str]]
    sense: str
    box: tuple[float, float]
    gap: float
    seconds: float
    integer: bool = False
    judged: bool = True


PATIENCE = 4.0  # wall seconds allowed for each processor second asked for: other programs may be running
BOX, UNIT = (-1.0, 1.0), (0.0, 1.0)
INSTANCES = (
    Instance("gate-max", gate, "maximize", UNIT, 1e-9, 1.0),
    Instance("gate-min", gate, "minimize", UNIT, 1e-6, 1.0),
    Instance("peaks", peaks, "minimize", BOX, 1e-3, 1.0),
    Instance("peaks-fine", peaks, "minimize", BOX, 1e-5, 5.0),
    Instance("tanh5-smooth", lambda: on_samples(smooth, 5, 50, "tanh", 0.99), "minimize", BOX, 1e-3, 5.0),
    Instance("tanh5-rough", lambda: on_samples(rough, 5, 50, "tanh", 0.65), "minimize", BOX, 2e-2, 60.0),
    Instance(
        "tanh5-noise", lambda: on_samples(smooth, 5, 50, "tanh", 0.65, 1.0), "minimize", BOX, 2e-2, 60.0
    ),
    Instance("relu10-smooth", lambda: on_samples(smooth, 10, 32, "relu", 0.99), "minimize", BOX, 1e-4, 2.0),
    Instance("binary30", lambda: binary(30), "minimize", UNIT, 1e-6, 5.0, integer=True),
    Instance("binary40", lambda: binary(40), "minimize", UNIT, 1e-2, 60.0, integer=True),
    Instance("rnn4-6", lambda: recurrent(4, 6, 1), "minimize", BOX, 1e-2, 10.0),
    Instance("rnn8-6", lambda: recurrent(8, 6, 1), "minimize", BOX, 1e-2, 10.0),
    Instance("rnn4-6-2", lambda: recurrent(4, 6, 2), "minimize", BOX, 1e-2, 10.0, judged=False),
    Instance("rnn8-6-2", lambda: recurrent(8, 6, 2), "minimize", BOX, 1e-2, 10.0, judged=False),
)


def proved(instance: Instance, net: Any) -> tuple[Any, float, float]:
    """Return the proof, wall seconds and processor seconds, the network's graph being read anew."""
    from graphopt.problem.network_problem import network_problem
    from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
    from graphopt.structure.problem_program import program_of

    wall, cpu = time.perf_counter(), time.process_time()
    problem = network_problem(net, instance.sense, bounds=instance.box)
    program = program_of(problem)
    lower, upper = (np.full(problem.size, side) for side in instance.box)
    proof = branch_and_bound(
        program,
        lower,
        upper,
        integer=np.full(problem.size, instance.integer),
        options=BranchAndBound(gap=instance.gap, max_seconds=PATIENCE * instance.seconds),
    )
    return proof, time.perf_counter() - wall, time.process_time() - cpu


def main(arguments: Sequence[str] = ()) -> int:
    """Print one line for each instance named, or for all, and return how many miss their bar."""
    names = [instance.name for instance in (*INSTANCES, *horizons.FORECASTERS)]
    unknown = set(arguments) - set(names)
    if unknown:
        raise SystemExit(f"No instance {', '.join(sorted(unknown))}; known: {', '.join(names)}.")
    columns = "{:<14}{:>16}{:>14}{:>14}{:>10}{:>9}{:>8}{:>8}  {}"
    print(columns.format("", "fit", "value", "bound", "gap", "boxes", "wall s", "cpu s", "bar"))
    missed = 0
    for instance in INSTANCES:
        if arguments and instance.name not in arguments:
            continue
        net, fit = instance.make()
        proof, wall, cpu = proved(instance, net)
        kept = proof.gap <= instance.gap and cpu <= instance.seconds
        missed += instance.judged and not kept
        sign = -1.0 if instance.sense == "maximize" else 1.0
        figures = (f"{sign * proof.value:.6f}", f"{sign * proof.lower_bound:.6f}", f"{proof.gap:.1e}")
        verdict = "ok" if kept else "MISSED" if instance.judged else "open"
        bar = f"gap {instance.gap:g} in {instance.seconds:g} s: {verdict}"
        print(
            columns.format(instance.name, fit, *figures, f"{proof.nodes}", f"{wall:.2f}", f"{cpu:.2f}", bar),
            flush=True,
        )
    forecasters = [f for f in horizons.FORECASTERS if not arguments or f.name in arguments]
    if forecasters:
        print(horizons.HEADER)
    for forecaster in forecasters:
        line, kept = horizons.line(forecaster)
        missed += forecaster.judged and not kept
        print(line, flush=True)
    return missed
