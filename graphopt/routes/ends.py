"""Where the runs from many starts ended: one row for each, and the distinct optima among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.problem.compiled import CompiledProblem
from graphopt.solvers.local.multistart import cluster


def table(
    compiled: CompiledProblem,
    starts: np.ndarray,
    runs: Sequence[Any],
    *,
    feasible: Sequence[bool],
    residuals: Sequence[float],
    stationary: Sequence[bool],
) -> tuple[list[dict[str, Any]], int]:
    """Return one row per start, and how many distinct stationary ends there are.

    Parameters
    ----------
    runs : sequence of Run or ConstrainedRun
        One for each row of `starts`.
    feasible, residuals, stationary : sequences
        For each run, whether its end counts, what is left of the slope there, and whether that passes for an
        optimum.
    """
    points = np.array([run.x for run in runs])
    costs = np.where(feasible, [run.fun for run in runs], np.inf)
    with np.errstate(over="ignore"):
        widths = compiled.upper - compiled.lower
    widths = np.where(np.isfinite(widths), widths, np.maximum(1.0, np.abs(points).max(axis=0)))
    labels = cluster(points, costs, widths)
    rows = [
        {
            "start": start,
            "x": run.x,
            "fun": compiled.sign * run.fun,
            "optimum": int(label),
            "stationary": bool(level),
            "kkt_residual": residual,
            "nit": run.iterations,
            "nfev": run.evaluations,
            "message": run.message,
        }
        for start, run, label, level, residual in zip(
            starts, runs, labels, stationary, residuals, strict=True
        )
    ]
    return rows, len({row["optimum"] for row in rows if row["stationary"]})
