"""Linear programs with whole numbers, solved by HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from graphopt.solvers.linear.model import LinearModel, dual_bound, equilibrated, solve_linear
from graphopt.solvers.proof import Proof

TOLERANCE = 1e-6
"""HiGHS's feasibility tolerance: so much of the size of the cost is taken off the bounds it gives."""


@dataclass(frozen=True)
class IntegerVertex:
    """What HiGHS found.

    Attributes
    ----------
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"``, ``"time"`` or ``"failed"``.
    x : array, (n,), or None
        Inside the box, its whole numbers rounded.
    bound : float
        Its bound of the cost, its tolerance taken off.
    nodes : int
        Of its search tree.
    """

    status: str
    x: np.ndarray | None
    bound: float
    nodes: int


def search(
    model: LinearModel, integer: np.ndarray, *, max_seconds: float, relative_gap: float = 0.0
) -> IntegerVertex:
    """Return the best point of `model` with whole numbers where `integer`, by HiGHS's branch and cut.

    J. A. J. Hall and others, HiGHS, through `scipy.optimize.milp`.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    given = model
    model, units, _, cost_unit = equilibrated(model, np.asarray(integer, dtype=bool))
    rows = LinearConstraint(model.matrix, model.row_lower, model.row_upper)
    result = milp(
        model.cost,
        integrality=np.asarray(integer, dtype=np.int64),
        bounds=Bounds(model.lower, model.upper),
        constraints=[rows] if model.row_lower.size else [],
        options={"time_limit": max(max_seconds, 0.01), "mip_rel_gap": relative_gap},
    )
    status = {0: "optimal", 1: "time", 2: "infeasible", 3: "unbounded"}.get(result.status, "failed")
    x = None
    if result.x is not None:
        x = units * np.where(integer, np.round(result.x), result.x)
        x = np.clip(x, given.lower, given.upper)
    bound = getattr(result, "mip_dual_bound", None)
    bound = -np.inf if bound is None or not np.isfinite(bound) else cost_unit * float(bound) + given.constant
    if status == "infeasible":
        bound = np.inf
    bound -= TOLERANCE * max(cost_unit, abs(bound)) if np.isfinite(bound) else 0.0
    return IntegerVertex(status, x, bound, int(getattr(result, "mip_node_count", 0) or 0))


def solve_integer(model: LinearModel, integer: np.ndarray, *, max_seconds: float = 60.0) -> Proof:
    """Return the proved minimum of `model` with whole numbers where `integer`."""
    started = time.perf_counter()
    model = replace(
        model,
        lower=np.where(integer, np.ceil(model.lower), model.lower),
        upper=np.where(integer, np.floor(model.upper), model.upper),
    )
    if (model.lower > model.upper).any():
        return Proof(x=None, value=np.inf, lower_bound=np.inf, method="MILP", stopped="infeasible")
    found = search(model, integer, max_seconds=max_seconds)
    x, value = found.x, np.inf
    if x is not None:
        held = replace(
            model, lower=np.where(integer, x, model.lower), upper=np.where(integer, x, model.upper)
        )
        rest = solve_linear(held)  # the real decisions once more, with the whole numbers held
        x = x if rest.x is None else rest.x
        value = model.value(x)
    bound = found.bound
    relaxed = solve_linear(model)
    if relaxed.duals is not None and found.status != "infeasible":
        bound = max(bound, dual_bound(model, relaxed.duals))
    stopped = {"optimal": "gap", "infeasible": "infeasible", "unbounded": "unbounded", "time": "time"}
    seconds = time.perf_counter() - started
    return Proof(
        x=x,
        value=-np.inf if found.status == "unbounded" else value,
        lower_bound=min(bound, value),
        method="MILP",
        stopped=stopped.get(found.status, "failed"),
        nodes=found.nodes,
        seconds=seconds,
        history=((seconds, min(bound, value), value),) if x is not None else (),
    )
