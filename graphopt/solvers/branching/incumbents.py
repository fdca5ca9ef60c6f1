"""Good points early: what a search compares its bounds with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphopt.solvers.branching.pullback import cost_and_gradient, jacobian_of
from graphopt.solvers.limits import Limits
from graphopt.solvers.local.lbfgsb import LBFGSB
from graphopt.structure.program import Program

PAIRS_UP_TO = 64  # integer elements: there are twice as many moves, and two thousand times four pairs


def cost_of(program: Program, limits: Limits, x: np.ndarray) -> np.ndarray:
    """Return the cost of the points `x`, (B, n); inf where it is not finite or a limit is broken: (B,)."""
    with np.errstate(all="ignore"):
        outputs = program(x)
        cost = outputs[0][:, 0]
        fine = np.isfinite(cost)
        if len(limits):
            fine &= limits.kept(np.concatenate(outputs[1:], axis=1))
    return np.where(fine, cost, np.inf)


def descended(
    program: Program,
    points: np.ndarray,
    lower: Sequence[np.ndarray],
    upper: Sequence[np.ndarray],
    *,
    iterations: int = 60,
) -> np.ndarray:
    """Return where L-BFGS-B arrives from each of `points`, (B, n), each in its own box; no limits.

    The runs go side by side: one batched evaluation serves all.
    """
    solver = LBFGSB(gradient_tolerance=1e-9, max_iterations=iterations)
    runs = [solver.steps(*start) for start in zip(points, lower, upper, strict=True)]
    ends = points.copy()
    asked = {i: next(run).copy() for i, run in enumerate(runs)}
    while asked:
        cost, gradient = cost_and_gradient(program, np.array(list(asked.values())))
        following = {}
        for i, f, g in zip(asked, cost.tolist(), gradient, strict=True):
            try:
                following[i] = runs[i].send((f, g)).copy()
            except StopIteration as end:
                ends[i] = end.value.x
        asked = following
    return ends


def descended_within(
    program: Program, limits: Limits, point: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Return where SciPy's SLSQP arrives from `point`, (n,), inside the box and under the limits."""
    from scipy.optimize import minimize

    equal = limits.lower == limits.upper
    kinds = (
        ("eq", 1.0, np.flatnonzero(equal), limits.lower),
        ("ineq", 1.0, np.flatnonzero(~equal & np.isfinite(limits.lower)), limits.lower),
        ("ineq", -1.0, np.flatnonzero(~equal & np.isfinite(limits.upper)), limits.upper),
    )

    def cost(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = cost_and_gradient(program, x[None])
        return float(value[0]), gradient[0]

    def constraint(kind: str, sign: float, index: np.ndarray, bound: np.ndarray) -> dict[str, Any]:
        def rows(x: np.ndarray) -> np.ndarray:
            return sign * (np.concatenate(program(x[None])[1:], axis=1)[0, index] - bound[index])

        def jacobian(x: np.ndarray) -> np.ndarray:
            return sign * jacobian_of(program, x, index)

        return {"type": kind, "fun": rows, "jac": jacobian}

    with np.errstate(all="ignore"):
        found = minimize(
            cost,
            point,
            jac=True,
            method="SLSQP",
            bounds=list(zip(lower, upper, strict=True)),
            constraints=[constraint(*kind) for kind in kinds if kind[2].size],
            options={"maxiter": 100, "ftol": 1e-12},
        )
    x = np.where(np.isfinite(found.x), found.x, point)
    return np.minimum(np.maximum(x, lower), upper)


def flipped(
    program: Program,
    limits: Limits,
    x: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    integer: np.ndarray,
    *,
    steps: int = 100,
) -> np.ndarray:
    """Return a point no worse than `x` that no change of one or two integer elements by one improves.

    One element is changed while that helps; then pairs are tried, where there are `PAIRS_UP_TO` elements or
    fewer; and again. While a limit is broken, the better point is the one that breaks the limits by less.
    """
    places = np.flatnonzero(integer)
    single = np.concatenate([np.eye(x.size)[places], -np.eye(x.size)[places]])
    pairs = (single[:, None] + single[None])[np.triu_indices(len(single), 1)]
    rounds = [single, pairs] if places.size <= PAIRS_UP_TO else [single]
    best = _worth(program, limits, x[None])[0]
    for _ in range(steps):
        for moves in rounds:
            near = x + moves
            near = near[((near >= lower) & (near <= upper)).all(axis=1)]
            worth = _worth(program, limits, near)
            if worth and min(worth) < best:
                break
        else:
            break
        best = min(worth)
        x = near[worth.index(best)]
    return x


def best_first(program: Program, limits: Limits, x: np.ndarray) -> np.ndarray:
    """Return the points `x`, (B, n), best first: by what they break the limits by, then by cost."""
    worth = _worth(program, limits, x)
    return x[sorted(range(len(x)), key=worth.__getitem__)]


def _worth(program: Program, limits: Limits, x: np.ndarray) -> list[tuple[float, float]]:
    """Return for each point how much it breaks the limits by, 0 if it is accepted, and its cost."""
    with np.errstate(all="ignore"):
        outputs = program(x)
        cost = np.nan_to_num(outputs[0][:, 0], nan=np.inf, posinf=np.inf, neginf=np.inf)
        excess = np.zeros(len(x))
        if len(limits):
            excess = np.nan_to_num(limits.excess(np.concatenate(outputs[1:], axis=1)), nan=np.inf)
    return list(zip(excess.tolist(), cost.tolist(), strict=True))
