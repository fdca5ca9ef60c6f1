"""The linear pieces of a program of relu: the best point of one piece, and of its neighbours in turn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.solvers.branching.incumbents import cost_of
from graphopt.solvers.limits import Limits
from graphopt.solvers.linear.model import LinearModel, solve_linear
from graphopt.solvers.milp.piecewise import Affine, over_columns
from graphopt.structure.program import Program

STEP_BEYOND = 1e-6  # of the step just made, to look into the piece behind the point reached
SAMPLES = 4096
STARTS = 8


def piece(
    program: Program,
    at: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    limits: Sequence[tuple[Any, Any]] = (),
) -> LinearModel:
    """Return the linear program of the piece that holds the point `at`, (n,): neurons on or off as there."""
    from scipy import sparse

    n, found = program.size, program.values(at[None])
    values = [Affine(np.eye(n), np.zeros(n))]
    rows, low, high = [], [], []
    for group in program.groups[1:]:
        argument = over_columns(group.arguments[0], values, n)
        on = group.arguments[0](found)[0] > 0
        rows.append(argument.matrix)
        low.append(np.where(on, -argument.constant, -np.inf))
        high.append(np.where(on, np.inf, -argument.constant))
        values.append(
            Affine(np.where(on[:, None], argument.matrix, 0.0), np.where(on, argument.constant, 0.0))
        )
    for form, (least, most) in zip(program.outputs[1:], limits, strict=True):
        limited = over_columns(form, values, n)
        rows.append(limited.matrix)
        low.append(least - limited.constant)
        high.append(most - limited.constant)
    cost = over_columns(program.outputs[0], values, n)
    return LinearModel(
        cost.matrix[0],
        float(cost.constant[0]),
        sparse.csr_array(np.concatenate([np.zeros((0, n)), *rows])),
        np.concatenate([np.zeros(0), *low]),
        np.concatenate([np.zeros(0), *high]),
        lower,
        upper,
    )


def descended_pieces(
    program: Program,
    x: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    limits: Sequence[tuple[Any, Any]] = (),
    *,
    until: float = np.inf,
) -> tuple[np.ndarray, float]:
    """Return the point reached from `x`, and its cost, by solving one piece after the other.

    It ends when the piece behind the last point has nothing better, or at the time `until`. The cost is inf
    if the point does not keep the limits.
    """
    sides = Limits.of(program, limits)
    value = float(cost_of(program, sides, x[None])[0])
    look = x
    while time.perf_counter() < until:
        vertex = solve_linear(piece(program, look, lower, upper, limits))
        if vertex.x is None:
            break
        reached = float(cost_of(program, sides, vertex.x[None])[0])
        if not reached < value - 1e-12 * max(1.0, abs(reached)):
            if look is x:
                break
            look = x  # nothing behind the last point: its own piece, then the end
            continue
        look = np.clip(vertex.x + STEP_BEYOND * (vertex.x - x), lower, upper)
        x, value = vertex.x, reached
    return x, value


def good_point(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray,
    limits: Sequence[tuple[Any, Any]] = (),
    start: np.ndarray | None = None,
    until: float = np.inf,
    seed: int = 0,
) -> tuple[np.ndarray | None, float]:
    """Return a point that costs little, and its cost: the best end of descents from random points.

    Whole numbers stay what they are in a descent. Without a point that keeps the limits: (None, inf).
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(lower, upper, size=(SAMPLES, lower.size))
    points = np.where(integer, np.clip(np.round(points), lower, upper), points)
    costs = cost_of(program, Limits.of(program, limits), points)
    starts = [*points[np.argsort(costs, kind="stable")[:STARTS]]]
    if start is not None:
        starts.insert(0, np.clip(np.where(integer, np.round(start), start), lower, upper))
    best, value = None, np.inf
    for x in starts:
        held = np.where(integer, x, lower), np.where(integer, x, upper)
        end, reached = descended_pieces(program, x, *held, limits, until=until)
        if reached < value:
            best, value = end, reached
        if time.perf_counter() > until:
            break
    return best, value
