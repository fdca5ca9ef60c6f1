"""Networks of relu proved optimal, ours against OMLT's big-M formulation with HiGHS, in turn.

    python -m benchmarks milp [--peer PYTHON] [--seconds N] [--seeds N]

PYTHON has omlt, pyomo and highspy; without it only ours runs. The networks are trained here, on sums of waves
over [0, 1]^n, until they explain a share (R2) of them: the higher the frequency, the rougher the target.
Untrained ones are as they were initialised, and [-1, 1]^n is their box. Each side minimises the network over
the box; the seconds are CPU seconds of building and solving.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.race import environment

SAMPLES, WAVES, LEARNING_RATE, MOST_EPOCHS = 2000, 12, 0.003, 300
RELATIVE_GAP = 1e-4
PEER = Path(__file__).parent / "peers" / "omlt_milp.py"


@dataclass(frozen=True)
class Instance:
    """A network: its layers, the frequency of its target, how well it is fitted, the seconds it may take, and
    the least value of an input."""

    name: str
    sizes: tuple[int, ...]
    frequency: float
    R2: float
    bar: float
    least: float = 0.0


INSTANCES = (
    Instance("rough 10-32-32-1", (10, 32, 32, 1), 2.5, 0.6, 15.0),
    Instance("smooth 10-32-32-1", (10, 32, 32, 1), 0.5, 0.91, 2.0),
    Instance("rough 5-20-20-1", (5, 20, 20, 1), 5.5, 0.65, 2.0),
    Instance("untrained 10-32-32-1", (10, 32, 32, 1), 0.0, -np.inf, 60.0, least=-1.0),
)


def waves(X: np.ndarray, seed: int, frequency: float) -> np.ndarray:
    """Return a sum of waves of random directions and phases at the points `X`: (samples, 1)."""
    rng = np.random.default_rng(seed)
    directions = frequency * rng.normal(size=(X.shape[1], WAVES))
    phases, weights = rng.uniform(0, 2 * np.pi, WAVES), rng.normal(size=(WAVES, 1)) / np.sqrt(WAVES)
    return np.sin(X @ directions + phases) @ weights


def trained(instance: Instance, seed: int) -> tuple[list[np.ndarray], float]:
    """Return the weights and biases of a trained network in turn, and its R2 on the training data."""
    import graphopt as go

    X = np.random.default_rng(seed).uniform(size=(SAMPLES, instance.sizes[0]))
    Y = waves(X, seed, instance.frequency)
    hidden = [go.Dense(size, "relu") for size in instance.sizes[1:-1]]
    net = go.Sequential([go.Input(instance.sizes[0]), *hidden, go.Dense(1)], seed=seed)
    R2 = -np.inf
    for _ in range(MOST_EPOCHS):
        if R2 >= instance.R2:
            break
        net.fit(X, Y, loss="mse", optimizer=go.Adam(LEARNING_RATE), epochs=1, batch_size=64, verbose=0)
        R2 = 1 - np.sum((net.predict(X) - Y) ** 2) / np.sum((Y - Y.mean()) ** 2)
    return net.get_weights(), float(R2)


def ours(weights: list[np.ndarray], least: float, seconds: float) -> dict:
    """Return what the race of branch and bound and MILP finds over [`least`, 1]^n."""
    import pytensor.tensor as pt

    from graphopt.solvers.branching.branch_and_bound import BranchAndBound
    from graphopt.solvers.race import race
    from graphopt.structure.lowering import lower

    started = time.process_time()
    x = pt.vector("x", shape=(len(weights[0]),), dtype="float64")
    value = x
    for k in range(0, len(weights), 2):
        value = pt.dot(value, weights[k].astype(np.float64)) + weights[k + 1].astype(np.float64)
        value = value if k + 2 == len(weights) else pt.maximum(value, 0.0)
    program = lower([value[0]], [x])
    options = BranchAndBound(gap=RELATIVE_GAP, max_seconds=seconds)
    proof = race(program, np.full(program.size, least), np.ones(program.size), options=options)
    return {
        "value": proof.value,
        "lower_bound": proof.lower_bound,
        "proved": proof.gap <= RELATIVE_GAP * max(1.0, abs(proof.value)),
        "seconds": time.process_time() - started,
        "method": proof.method,
    }


def theirs(python: str, weights: list[np.ndarray], least: float, seconds: float) -> dict:
    """Return what OMLT with HiGHS finds over [`least`, 1]^n."""
    n = len(weights[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.npz"
        arrays = {f"array{k}": array for k, array in enumerate(weights)}
        np.savez(path, **arrays, lower=np.full(n, least), upper=np.ones(n))
        command = [python, str(PEER), str(path), str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str]) -> int:
    """Print one line per network; return how many bars do not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks milp")
    parser.add_argument("--peer", help="a Python with omlt, pyomo and highspy")
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of each solve")
    parser.add_argument("--seeds", type=int, default=2, help="networks of each kind")
    chosen = parser.parse_args(arguments)
    failed = 0
    for instance in INSTANCES:
        for seed in range(chosen.seeds):
            weights, R2 = trained(instance, seed)
            mine = ours(weights, instance.least, chosen.seconds)
            holds = mine["proved"] and mine["seconds"] <= instance.bar
            fit = f" R2 {R2:.2f}" if np.isfinite(R2) else ""
            line = f"{instance.name}{fit}: {mine['value']:.6f} by {mine['method']}, "
            line += f"{mine['seconds']:.2f} s"
            if chosen.peer:
                other = theirs(chosen.peer, weights, instance.least, chosen.seconds)
                line += f"; OMLT {other['seconds']:.2f} s{'' if other['proved'] else ', not proved'}"
                holds &= mine["seconds"] <= other["seconds"]
                if other["value"] is not None:
                    holds &= mine["value"] <= other["value"] + RELATIVE_GAP * max(1.0, abs(other["value"]))
            print(f"{line}; at most {instance.bar:g} s: {'holds' if holds else 'does not hold'}", flush=True)
            failed += not holds
    return failed
