"""The lines of the comparison as a table: what of ours, against what of theirs, and the bar."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import data


@dataclass(frozen=True)
class Line:
    """One comparison.

    `ours` and `theirs` name a module under `benchmarks` and the start of its tasks' names; of several tasks
    that fit, the fastest counts. Without `theirs` the bar is absolute: microseconds per unit, a call holding
    `units` of them. `per_evaluation` divides a solve by its number of evaluations (the second value it
    returns). `tolerance` is relative, for the first `compared` values (None: all).
    A `bar` of None is not judged.
    """

    workload: str
    label: str
    ours: tuple[str, str]
    bar: float | None
    theirs: tuple[str, str] | None = None
    units: int = 1
    per_evaluation: bool = False
    tolerance: float | None = None
    compared: int | None = None


W1, W2, W3, W4, S = "ours.w1", "ours.w2", "ours.w3", "ours.w4", "ours.starts"
C = "ours.constrained_starts"

# In Adam, torch adds epsilon to the root after bias correction; Keras, and so we and the JAX program, before
# it: after an epoch the weights are 1.1e-2 apart. With torch's place of it, JAX ends 1.1e-5 from torch.
TORCH_EPSILON = 2e-2

LINES = (
    Line(
        "W1",
        "20 000 updates, fast tier / JAX",
        (W1, "fast"),
        1.2,
        ("peers.jax_w1", "updates"),
        tolerance=1e-9,
    ),
    Line("W1", "an update, first tier, us", (W1, "now"), 25.0, units=4 * data.GATE_EPOCHS),
    Line(
        "W2",
        "a million updates, fast tier / JAX",
        (W2, "fast"),
        1.1,
        ("peers.jax_w2", "updates"),
        tolerance=1e-9,
    ),
    Line("W3", "epoch, fast tier / JAX", (W3, "epoch, fast"), 1.0, ("peers.jax_w3", "epoch"), tolerance=5e-3),
    Line(
        "W3",
        "epoch, fast tier / torch",
        (W3, "epoch, fast"),
        1.0,
        ("peers.torch_w3", "epoch"),
        tolerance=TORCH_EPSILON,
    ),
    Line("W3", "epoch, first tier / JAX", (W3, "epoch, now"), 1.5, ("peers.jax_w3", "epoch"), tolerance=5e-3),
    Line(
        "W3",
        "value+gradient, 1 plan / JAX",
        (W3, "one plan"),
        0.5,
        ("peers.jax_w3", "one plan"),
        tolerance=1e-4,
    ),
    Line(
        "W3",
        "value+gradient, 256 plans / JAX",
        (W3, "256 plans"),
        1.0,
        ("peers.jax_w3", "256 plans"),
        tolerance=1e-4,
    ),
    Line(
        "W3",
        "value+gradient, 256 plans / torch",
        (W3, "256 plans"),
        1.1,
        ("peers.torch_w3", "256 plans"),
        tolerance=1e-4,
    ),
    *(
        Line(
            "W3",
            f"{what} / {library} + scipy",
            (W3, task),
            0.5 if library == "JAX" and "solve," in task else None,
            (f"peers.{library.lower()}_w3", "solve"),
            tolerance=1e-5,
            compared=1,
        )
        for what, task in (
            ("bounded solve, SciPy's tolerances", "solve, SciPy's"),
            ("bounded solve, our tolerances", "solve, our"),
            ("compile, solve and certify", "whole answer"),
        )
        for library in ("JAX", "torch")
    ),
    *(
        Line(
            "W4",
            f"an evaluation in L-BFGS-B, d = {size} / JAX + scipy",
            (W4, f"solve d={size}"),
            0.8,
            ("peers.jax_w4", f"solve d={size}"),
            per_evaluation=True,
            tolerance=1e-4,
            compared=1,
        )
        for size in data.ROSENBROCK_SIZES
    ),
    *(
        Line("W4", f"set-up a variable, d = {size}, us", (W4, f"set-up d={size}"), 0.3, units=size)
        for size in data.ROSENBROCK_SIZES[1:]
    ),
    Line(
        "S",
        "256 starts, dense, in step / SciPy's own",
        (S, "dense, in step"),
        None,
        (S, "dense, scipy"),
        tolerance=1e-8,
    ),
    Line(
        "S",
        "256 starts, dense, in step / BoTorch",
        (S, "dense, in step"),
        0.7,
        ("peers.botorch_starts", "dense"),
    ),
    Line(
        "S",
        "32 starts, W3's plan, in step / SciPy's own",
        (S, "plan, in step"),
        None,
        (S, "plan, scipy"),
        tolerance=1e-8,
    ),
    Line(
        "S", "32 starts, W3's plan, in step / one by one", (S, "plan, in step"), 0.2, (S, "plan, one by one")
    ),
    *(
        Line(
            "C",
            f"{count} starts, {name} under constraints, in step / {apart}",
            (C, f"{name}, in step"),
            None,
            (C, f"{name}, {apart}"),
            tolerance=1e-8,
            compared=1,
        )
        for name, count in (("dense", data.DENSE_STARTS), ("plan", data.PLAN_STARTS))
        for apart in ("one by one", "by parts")
    ),
)


@dataclass(frozen=True)
class Fresh:
    """One comparison of whole processes; the bar is on the ratio of CPU seconds from start to exit."""

    workload: str
    label: str
    ours: str
    theirs: str
    bar: float
    tolerance: float = 1e-3


FRESH = (
    Fresh("cold", "story 1 to its answer, empty caches / JAX", "ours.cold_w1", "peers.jax_cold_w1", 1.0),
    Fresh("cold", "W3 to one epoch and solve, empty caches / JAX", "ours.cold_w3", "peers.jax_cold_w3", 1.0),
    Fresh("warm", "story 1 to its answer, caches filled / JAX", "ours.cold_w1", "peers.jax_cold_w1", 0.8),
    Fresh("warm", "W3 to one epoch and solve, caches filled / JAX", "ours.cold_w3", "peers.jax_cold_w3", 0.8),
)

WORKLOADS = ("W1", "W2", "W3", "W4", "S", "C", "cold", "warm")
