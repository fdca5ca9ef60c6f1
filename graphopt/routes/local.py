"""A smooth objective in a box: a local solver from one start or many, the best end verified."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.certificates.certificate import Certificate
from graphopt.certificates.stationarity import projected_gradient
from graphopt.certificates.verdict import GRADIENT_TOLERANCE, certify_point
from graphopt.problem.compiled import CompiledProblem
from graphopt.routes.ends import table
from graphopt.routes.found import Found
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.local.run import on_bounds, run_local, run_many
from graphopt.solvers.local.solver import Run
from graphopt.solvers.solution import Status

RESTARTS = 3  # from a better point that the certificate saw
LOCAL_ONLY = ", local search only"  # the end of a route without a proof


def local(compiled: CompiledProblem, many: MultiStart, starts: np.ndarray) -> Found:
    """Return the best verified end of the solver's runs from `starts`, (k, n)."""
    runs = [on_bounds(compiled, run) for run in run_many(compiled, many.solver, starts)]
    chosen, certificate = _best(compiled, runs, many.seed)
    notes = []
    for _ in range(RESTARTS):
        if certificate.better_at is None or runs[chosen].stopped == "limit":
            break
        again = on_bounds(compiled, run_local(compiled, many.solver, certificate.better_at))
        runs.append(again)
        starts = np.vstack([starts, certificate.better_at])
        if not again.fun < runs[chosen].fun:
            break
        notes.append(f"restarted where the check saw a better point ({certificate.reason})")
        chosen = len(runs) - 1
        certificate = certify_point(compiled, again.x, compiled.sign * again.fun, seed=many.seed)
    run = runs[chosen]
    why = [] if certificate.stationary else [certificate.reason] if certificate.reason else []
    ends, n_distinct = _ends(compiled, starts, runs)
    return Found(
        x=run.x,
        certificate=certificate,
        status=_status(run, certificate),
        route=_route(many),
        solver=many.describe() if many.starts > 1 else many.solver.describe(),
        reasons=(*why, *notes, f"the solver says: {run.message}"),
        seed=many.seed,
        starts=ends,
        n_distinct=n_distinct,
        iterations=sum(r.iterations for r in runs),
        evaluations=sum(r.evaluations for r in runs),
    )


def _best(compiled: CompiledProblem, runs: list[Run], seed: int) -> tuple[int, Certificate]:
    """Return the number of the run to answer with, and its certificate: the best cost, among equals a
    verified one.
    """
    costs = np.array([run.fun for run in runs])
    ranked = np.argsort(np.where(np.isnan(costs), np.inf, costs), kind="stable")
    best = costs[ranked[0]]
    as_good = best + 1e-8 * (1 + abs(best)) if np.isfinite(best) else best
    first: tuple[int, Certificate] | None = None
    for i in ranked[:8]:
        if first is not None and not costs[i] <= as_good:
            break
        certificate = certify_point(compiled, runs[i].x, compiled.sign * runs[i].fun, seed=seed)
        if certificate.stationary:
            return int(i), certificate
        first = first or (int(i), certificate)
    assert first is not None
    return first


def _status(run: Run, certificate: Certificate) -> Status:
    """Return what may be said, from the certificate first and the solver's word only for why it stopped."""
    if not certificate.finite or not certificate.feasible:
        return Status.FAILED
    if certificate.stationary:
        return Status.LOCAL_OPTIMUM
    broken = [
        check.name
        for check in certificate.checks
        if not check.passed and check.name not in ("projected gradient", "not on a plateau")
    ]
    if broken or run.nonfinite == run.evaluations:
        return Status.FAILED
    return Status.LIMIT_REACHED if run.stopped == "limit" else Status.FEASIBLE


def _ends(compiled: CompiledProblem, starts: np.ndarray, runs: list[Run]) -> tuple[list[dict[str, Any]], int]:
    """Return one row per start, and how many distinct stationary ends there are."""
    units = compiled.units
    box = compiled.lower / units, compiled.upper / units
    left = [projected_gradient(run.x / units, run.gradient * units, *box) for run in runs]
    residuals = [float(np.max(np.abs(gradient), initial=0.0)) for gradient in left]
    level = [r <= GRADIENT_TOLERANCE * (1.0 + abs(run.fun)) for r, run in zip(residuals, runs, strict=True)]
    return table(compiled, starts, runs, feasible=[True] * len(runs), residuals=residuals, stationary=level)


def _route(many: MultiStart) -> str:
    """Return which method was taken, and why."""
    method = type(many.solver).__name__
    if many.starts == 1:
        return f"{method} from one start: a smooth objective in a box{LOCAL_ONLY}"
    return f"{method} from {many.starts} starts: a smooth objective in a box{LOCAL_ONLY}"
