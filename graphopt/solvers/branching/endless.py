"""Convex costs of decisions without bounds: how much they bend at least tells how far they can fall."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from graphopt.enclosures.derivatives.hessians import HessianBelow
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.intervals import interval_bounds
from graphopt.solvers.branching.half_spaces import EPSILON
from graphopt.solvers.branching.incumbents import cost_of
from graphopt.solvers.branching.lagrangian import Lagrangian
from graphopt.solvers.branching.search import CONVEXITY
from graphopt.solvers.branching.taylor_lines import convexified
from graphopt.solvers.limits import Limits
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program

STEPS = 6  # of Newton's method
WORK = 5e9  # multiplications that a Hessian may take


def convex_minimum(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    limits: Sequence[tuple[np.ndarray, np.ndarray]] = (),
    incumbent: np.ndarray,
    gap: float,
) -> Proof | None:
    """Return a proof of how little better than a point others are, from what the cost bends everywhere.

    Parameters
    ----------
    program, lower, upper, limits
        As of `branch_and_bound`; bounds may be infinite.
    incumbent : array, (n,)
        A good point: a local optimum.
    gap : float
        The gap that counts as closed.

    Returns
    -------
    Proof or None
        None where no bend is proved, as of a cost that is not convex.
    """
    started = time.perf_counter()
    n, elements = program.size, sum(group.size for group in program.groups[1:])
    if n * n * (elements + 10 * n) > WORK:
        return None
    kept = Limits.of(program, limits)
    lagrangian = Lagrangian(program, kept, lower, upper)
    everywhere = interval_bounds(program, lower[None], upper[None])
    best, value, bound = None, np.inf, -np.inf
    x = np.clip(incumbent, lower, upper)
    for _ in range(STEPS):
        lagrangian.look(x)
        bound = max(
            bound, least_beyond(*lagrangian.taylor(x[None]), lagrangian.hessian(everywhere), x, lower, upper)
        )
        cost = float(cost_of(program, kept, x[None])[0])
        if cost < value:
            best, value = x, cost
        if not np.isfinite(bound) or value - bound <= gap:
            break
        x = lagrangian.newton_point(x)
    if not np.isfinite(bound):
        return None
    return Proof(
        x=best,
        value=value,
        lower_bound=min(bound, value),
        method=CONVEXITY,
        stopped="gap" if value - bound <= gap else "failed",
        nodes=1,
        seconds=time.perf_counter() - started,
    )


def least_beyond(
    value: np.ndarray,
    gradient: Range,
    hessian: HessianBelow,
    x: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> float:
    """Return a lower bound of ``value + g d + m d d / 2`` with the least eigenvalue m, over all ``x + d`` in
    the box; minus infinity where m is not positive.

    Parameters
    ----------
    value : array, (1,)
        At x, (n,).
    gradient : (lower, upper)
        Its bounds there: two arrays (1, n).
    hessian : HessianBelow
        Over the whole box, which may be endless.
    lower, upper : array, (n,)
    """
    if not np.isfinite(hessian.radius).all():
        return -np.inf
    matrix = hessian.centre.copy()
    n = x.size
    matrix[:, np.arange(n), np.arange(n)] -= hessian.radius.sum(axis=2)
    size = np.abs(hessian.centre).sum() + hessian.radius.sum()
    smallest = float(np.linalg.eigvalsh(matrix).min())
    m = 0.5 * smallest  # so much is left that what rounding did to the rest cannot matter
    matrix[:, np.arange(n), np.arange(n)] -= m
    rest = convexified(matrix)
    m -= float(rest.shift.max(initial=0.0) + rest.short[0]) + 8 * (n + 8) * EPSILON * size
    if not m > 0:
        return -np.inf
    low, high = gradient[0][0], gradient[1][0]
    ahead = np.clip(-low / m, 0.0, np.maximum(upper - x, 0.0) * (1 + 4 * EPSILON))
    behind = np.clip(-high / m, np.minimum(lower - x, 0.0) * (1 + 4 * EPSILON), 0.0)
    falls = [g * d + 0.5 * m * d * d for g, d in ((low, ahead), (high, behind))]
    least = np.minimum(*falls)
    error = (
        16 * (n + 4) * EPSILON * (np.abs(value[0]) + np.abs(low * ahead).sum() + np.abs(high * behind).sum())
    )
    return float(value[0] + least.sum() - error)
