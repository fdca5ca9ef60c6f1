"""How narrow the bounds of recurrent forecasters are over a box of plans, against plain intervals.

Two branches of 64 units read the past and the plan; a dense relu layer forecasts four steps, and their sum is
bounded over plans of 24 steps and four features, each within a tenth of what was planned. The past is held.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

STEPS, FEATURES, HORIZON, UNITS, SAMPLES = 24, 5, 4, 64, 600
RADIUS, LEVEL = 0.1, 3.0  # of the box; of the forecast
RATIO, SECONDS = 10.0, 10.0  # asked for: how much narrower than intervals, in how many processor seconds


@dataclass(frozen=True)
class Forecaster:
    """A network after some epochs; what is not `judged` shows how far the method gets."""

    name: str
    layer: str
    epochs: int
    judged: bool = True


FORECASTERS = tuple(
    Forecaster(f"{layer.lower()}-plan-{epochs}", layer, epochs, judged=judged)
    for layer, epochs, judged in (
        ("LSTM", 0, True),
        ("LSTM", 10, True),
        ("LSTM", 30, True),
        ("LSTM", 100, False),
        ("GRU", 0, True),
        ("GRU", 10, True),
        ("GRU", 30, True),
        ("GRU", 100, True),
    )
)


def windows(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pasts (600, 24, 5), plans (600, 24, 4) and targets (600, 4) from series that wander.

    Each feature is a random walk drawn back to 0; the first is moved by the others, is what is forecast, and
    is no part of the plan.
    """
    rng = np.random.default_rng(seed)
    length = SAMPLES + 2 * STEPS + 5
    x = np.zeros((length, FEATURES))
    for t in range(1, length):
        x[t] = 0.97 * x[t - 1] + 0.3 * rng.standard_normal(FEATURES)
    x[:, 0] += 0.5 * x[:, 1:] @ rng.standard_normal(FEATURES - 1)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    starts = np.arange(STEPS, STEPS + SAMPLES)
    past = np.stack([x[t - STEPS : t] for t in starts])
    plan = np.stack([x[t : t + STEPS, 1:] for t in starts])
    target = np.stack([x[t + STEPS - HORIZON : t + STEPS, 0] for t in starts])
    return past, plan, np.maximum(LEVEL + target, 0.0)


def trained(instance: Forecaster) -> tuple[Any, str]:
    """Return the network and its training loss."""
    import graphopt as go

    past_values, plan_values, target = windows()
    past = go.Input((STEPS, FEATURES), name="past")
    plan = go.Input((STEPS, FEATURES - 1), name="plan")
    layer = getattr(go, instance.layer)
    merged = go.Concatenate()([layer(UNITS)(past), layer(UNITS)(plan)])
    bias = go.nn.initializers.Constant(LEVEL)
    net = go.Model([past, plan], go.Dense(HORIZON, "relu", bias_initializer=bias)(merged), seed=0)
    if not instance.epochs:
        return net, "random weights"
    history = net.fit(
        [past_values, plan_values], target, loss="mse", optimizer=go.Adam(1e-3), epochs=instance.epochs,
        batch_size=40, verbose=0,
    )  # fmt: skip
    return net, f"loss {history.history['loss'][-1]:.3f}"


def line(instance: Forecaster) -> tuple[str, bool]:
    """Return what is printed of an instance, and whether it keeps its bar."""
    from graphopt.enclosures.intervals import interval_bounds
    from graphopt.enclosures.linear.bounds import linear_bounds
    from graphopt.problem.network_problem import network_problem
    from graphopt.structure.problem_program import program_of

    net, fit = trained(instance)
    past, plan, _ = windows()
    box = {"plan": (plan[-1] - RADIUS, plan[-1] + RADIUS)}
    program = program_of(
        network_problem(net, "minimize", objective="sum", fixed={"past": past[-1]}, bounds=box)
    )
    lower, upper = (side.reshape(1, -1) for side in box["plan"])
    low, high = interval_bounds(program, lower, upper).outputs[0]
    widths, seconds = [(high - low).item()], []
    for second_order in (False, True):
        began = time.process_time()
        found = linear_bounds(program, lower, upper, second_order=second_order)
        seconds.append(time.process_time() - began)
        widths.append((found.upper - found.lower).item())
    seen = program(np.random.default_rng(0).uniform(lower, upper, (500, lower.size)))[0]
    plain, linear, quadratic = widths
    kept = plain >= RATIO * quadratic and seconds[1] <= SECONDS
    verdict = "ok" if kept else "MISSED" if instance.judged else "open"
    figures = [f"{np.ptp(seen):.3f}", *(f"{width:.3f}" for width in widths)]
    figures += [f"{plain / linear:.1f}x", f"{plain / quadratic:.1f}x", *(f"{s:.1f}" for s in seconds)]
    return COLUMNS.format(instance.name, fit, *figures, f"{RATIO:g}x in {SECONDS:g} s: {verdict}"), kept


COLUMNS = "{:<14}{:>16}{:>9}{:>11}{:>9}{:>11}{:>9}{:>11}{:>8}{:>8}  {}"
HEADER = COLUMNS.format(
    "", "fit", "sampled", "intervals", "linear", "2nd order", "linear", "2nd order", "cpu s", "cpu s", "bar"
)
