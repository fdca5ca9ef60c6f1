"""Cuts that make the "big M" description of relu neurons ideal, one neuron at a time.

R. Anderson, J. Huchette, W. Ma, C. Tjandraatmadja and J. P. Vielma, "Strong mixed-integer programming
formulations for trained neural networks", Mathematical Programming 183 (2020).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from graphopt.solvers.linear.model import LinearModel, solve_linear
from graphopt.solvers.milp.piecewise import Piecewise

ROUNDS = 10
LEAST = 1e-3  # violation of a cut that is worth a row, relative to the neuron's largest value
SLACK = 1e-6  # a cut farther from its limit at the end, relative to one, is left out again


def with_ideal_cuts(neurons: Piecewise, mixed: LinearModel, *, until: float = np.inf) -> LinearModel:
    """Return `mixed`, the program of `neurons` with switches, and the cuts that its relaxation violates.

    For ``y = max(0, w @ z + b)`` with its switch s and z between l and u, any set I of places gives the cut

        y <= sum_I w (z - (1 - s) near) + sum_not_I w far s + b s

    where ``w * near`` is the least and ``w * far`` the greatest value of a term. The most violated one takes
    of each term the lesser of its two. In each of a few rounds, at most until the time `until`, every neuron
    may add one.
    """
    weights, constant = neurons.argument.matrix, neurons.argument.constant
    own, columns = weights.shape
    low, high = mixed.lower[:columns], mixed.upper[:columns]
    near, far = np.where(weights >= 0, low, high), np.where(weights >= 0, high, low)
    model = mixed
    for _ in range(ROUNDS):
        vertex = solve_linear(model, polish=False) if time.perf_counter() < until else None
        if vertex is None or vertex.x is None:
            break
        z, on = vertex.x[:columns], vertex.x[columns:]
        y = z[columns - own :]
        moved, held = weights * (z - near * (1 - on[:, None])), weights * far * on[:, None]
        most = np.minimum(moved, held).sum(axis=1) + constant * on
        violated = np.flatnonzero(y - most > LEAST * np.maximum(1.0, neurons.argument_upper))
        if not violated.size:
            break
        model = _with_rows(model, *_cuts(neurons, near, far, moved < held, violated))
    return _without_slack(model, mixed.row_lower.size)


def _cuts(
    neurons: Piecewise, near: np.ndarray, far: np.ndarray, moving: np.ndarray, which: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cuts of the neurons `which` as rows and their upper limits; `moving` are their sets I."""
    weights, constant = neurons.argument.matrix, neurons.argument.constant
    own, columns = weights.shape
    rows = np.zeros((own, columns + own))
    rows[:, :columns] = np.eye(own, columns, k=columns - own) - np.where(moving, weights, 0.0)
    nearest = np.where(moving, weights * near, 0.0).sum(axis=1)
    farthest = np.where(moving, 0.0, weights * far).sum(axis=1)
    rows[np.arange(own), columns + np.arange(own)] = -(nearest + farthest + constant)
    return rows[which], -nearest[which]


def _with_rows(model: LinearModel, rows: np.ndarray, upper: np.ndarray) -> LinearModel:
    """Return `model` with rows that have upper limits."""
    from scipy import sparse

    return replace(
        model,
        matrix=sparse.csr_array(sparse.vstack([model.matrix, sparse.csr_array(rows)])),
        row_lower=np.append(model.row_lower, np.full(upper.size, -np.inf)),
        row_upper=np.append(model.row_upper, upper),
    )


def _without_slack(model: LinearModel, first: int) -> LinearModel:
    """Return `model` without the rows from `first` on that do not matter where its relaxation is least."""
    if model.row_lower.size == first:
        return model
    vertex = solve_linear(model, polish=False)
    if vertex.x is None:
        return model
    kept = model.row_upper - model.matrix @ vertex.x < SLACK
    kept[:first] = True
    return replace(
        model, matrix=model.matrix[kept], row_lower=model.row_lower[kept], row_upper=model.row_upper[kept]
    )
