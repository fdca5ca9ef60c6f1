"""Linear programs with whole numbers, solved by HiGHS."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from graphopt.errors import missing_extra, unknown_name
from graphopt.solvers.linear import highs
from graphopt.solvers.linear.model import LinearModel, dual_bound, equilibrated, solve_linear
from graphopt.solvers.proof import Proof

TOLERANCE = 1e-6
"""HiGHS's feasibility tolerance: so much of the size of the cost is taken off the bounds it gives."""
BACKENDS = ("highspy", "scipy")


def chosen_backend(backend: str | None) -> str:
    """Return which of `BACKENDS` is used: the one asked for, by default highspy where it is installed.

    Raises
    ------
    MissingExtra
        If highspy is asked for and is not installed.
    UnknownName
        For another backend.
    """
    if backend not in (None, *BACKENDS):
        raise unknown_name("backend", backend, BACKENDS)
    if backend == "highspy" and not highs.installed():
        raise missing_extra("highspy", "milp")
    return backend or ("highspy" if highs.installed() else "scipy")


@dataclass(frozen=True)
class IntegerVertex:
    """What HiGHS found.

    Attributes
    ----------
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"``, ``"time"``, ``"interrupted"`` or ``"failed"``.
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
    model: LinearModel,
    integer: np.ndarray,
    *,
    max_seconds: float,
    relative_gap: float = 0.0,
    gap: float = 0.0,
    start: np.ndarray | None = None,
    backend: str | None = None,
    progress: Callable[[float, int], None] | None = None,
) -> IntegerVertex:
    """Return the best point of `model` with whole numbers where `integer`, by HiGHS's branch and cut.

    J. A. J. Hall and others, HiGHS.

    Parameters
    ----------
    gap : float
        What counts as closed, in units of the cost; at least HiGHS's own 1e-6 of the model's scale.
    start : array, (n,), optional
        A point known before; highspy only.
    backend : str, optional
        ``"highspy"`` or ``"scipy"``; by default highspy where it is installed. Through SciPy a search cannot
        be interrupted, and tells its bound only with a point of its own.
    progress : callable, optional
        Called with the bound so far and the number of nodes; KeyboardInterrupt stops the search. highspy
        only.

    Raises
    ------
    MissingExtra
        If highspy is asked for and is not installed.
    UnknownName
        For another backend.
    """
    given, integer = model, np.asarray(integer, dtype=bool)
    model, units, _, cost_unit = equilibrated(model, integer)

    def told(bound: float) -> float:
        """Return HiGHS's bound in units of the cost, its tolerance taken off."""
        if not np.isfinite(bound):
            return -np.inf
        bound = cost_unit * bound + given.constant
        return bound - TOLERANCE * max(cost_unit, abs(bound))

    if chosen_backend(backend) == "highspy":
        run = highs.search(
            model,
            integer,
            max_seconds=max_seconds,
            relative_gap=relative_gap,
            gap=gap / cost_unit,
            start=None if start is None else start / units,
            progress=None if progress is None else lambda bound, nodes: progress(told(bound), nodes),
        )
    else:
        run = _by_scipy(model, integer, max_seconds, relative_gap)
    x = None
    if run.x is not None:
        x = units * np.where(integer, np.round(run.x), run.x)
        x = np.clip(x, given.lower, given.upper)
    bound = np.inf if run.status == "infeasible" else told(run.bound)
    return IntegerVertex(run.status, x, bound, run.nodes)


def _by_scipy(
    model: LinearModel, integer: np.ndarray, max_seconds: float, relative_gap: float
) -> highs.HighsRun:
    """Return what `scipy.optimize.milp` finds for a model in good units."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows = LinearConstraint(model.matrix, model.row_lower, model.row_upper)
    result = milp(
        model.cost,
        integrality=integer.astype(np.int64),
        bounds=Bounds(model.lower, model.upper),
        constraints=[rows] if model.row_lower.size else [],
        options={"time_limit": max(max_seconds, 0.01), "mip_rel_gap": relative_gap},
    )
    status = {0: "optimal", 1: "time", 2: "infeasible", 3: "unbounded"}.get(result.status, "failed")
    bound = getattr(result, "mip_dual_bound", None)
    nodes = int(getattr(result, "mip_node_count", 0) or 0)
    return highs.HighsRun(status, result.x, -np.inf if bound is None else float(bound), nodes)


def solve_integer(
    model: LinearModel, integer: np.ndarray, *, max_seconds: float = 60.0, backend: str | None = None
) -> Proof:
    """Return the proved minimum of `model` with whole numbers where `integer`."""
    started = time.perf_counter()
    model = replace(
        model,
        lower=np.where(integer, np.ceil(model.lower), model.lower),
        upper=np.where(integer, np.floor(model.upper), model.upper),
    )
    if (model.lower > model.upper).any():
        return Proof(x=None, value=np.inf, lower_bound=np.inf, method="MILP", stopped="infeasible")
    found = search(model, integer, max_seconds=max_seconds, backend=backend)
    x, value = found.x, np.inf
    if x is not None:
        held = replace(
            model, lower=np.where(integer, x, model.lower), upper=np.where(integer, x, model.upper)
        )
        rest = solve_linear(held)  # the real decisions once more, with the whole numbers held
        x = x if rest.x is None else rest.x
        value = model.value(x)
    bound, method = found.bound, "MILP"
    relaxed = solve_linear(model)
    if relaxed.duals is not None and found.status != "infeasible":
        of_reals = dual_bound(model, relaxed.duals)
        if of_reals > bound:
            bound, method = of_reals, "LP"
    stopped = {"optimal": "gap", **{s: s for s in ("infeasible", "unbounded", "time", "interrupted")}}
    seconds = time.perf_counter() - started
    return Proof(
        x=x,
        value=-np.inf if found.status == "unbounded" else value,
        lower_bound=min(bound, value),
        method=method,
        stopped=stopped.get(found.status, "failed"),
        nodes=found.nodes,
        seconds=seconds,
        history=((seconds, min(bound, value), value),) if x is not None else (),
    )
