"""A smooth objective under constraints: nonlinear programming from the starts, the best end verified."""

from __future__ import annotations

import numpy as np

from graphopt.certificates.constrained import ConstrainedCertificate, certify_constrained
from graphopt.problem.compiled import CompiledProblem
from graphopt.routes.ends import table
from graphopt.routes.found import Found
from graphopt.solvers.constrained.choosing import as_constrained, choose_constrained, solve_constrained
from graphopt.solvers.constrained.infeasibility import why_infeasible
from graphopt.solvers.constrained.run import ConstrainedRun
from graphopt.solvers.local.lbfgsb import LBFGSB
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.solution import Status

RESTARTS = 3  # from a better point that the certificate saw
LOOKED_AT = 8  # ends of equal cost that are certified, at most


def constrained(compiled: CompiledProblem, many: MultiStart, starts: np.ndarray) -> Found:
    """Return the best verified end of runs from `starts`, (k, n).

    A plain ``LBFGSB()``, which is what nobody chose, leaves the choice of a solver to the problem.
    """
    solver = None if many.solver == LBFGSB() else many.solver
    if solver is None:
        chosen_solver, why = choose_constrained(compiled, len(starts))
    else:
        chosen_solver = as_constrained(solver)
        why = f"{type(chosen_solver).__name__}, as asked"
    runs = list(solve_constrained(compiled, starts, solver=solver, seed=many.seed))
    best, certificate = _best(compiled, runs, many.seed)
    notes = []
    for _ in range(RESTARTS):
        if certificate.better_at is None:
            break
        (again,) = solve_constrained(compiled, certificate.better_at[None], solver=solver, seed=many.seed)
        runs.append(again)
        starts = np.vstack([starts, certificate.better_at])
        if not (again.feasible and again.fun < runs[best].fun):
            break
        notes.append(f"restarted where the check saw a better point ({certificate.reason})")
        best, certificate = len(runs) - 1, _certified(compiled, again, many.seed)
    run = runs[best]
    status, reasons = _status(run, certificate), [certificate.reason] if certificate.reason else []
    if not certificate.feasible:
        proof = why_infeasible(compiled)
        if proof is not None:
            status, reasons = Status.INFEASIBLE, [proof]
    rows, n_distinct = table(
        compiled,
        starts,
        runs,
        feasible=[r.feasible for r in runs],
        residuals=[r.kkt_residual for r in runs],
        stationary=[r.feasible and r.stopped == "converged" for r in runs],
    )
    return Found(
        x=run.x,
        certificate=certificate,
        status=status,
        route=f"{why}; local search from {len(starts)} start{'s' if len(starts) > 1 else ''}",
        solver=chosen_solver.describe(),
        reasons=(*reasons, *notes, f"the solver says: {run.message}"),
        seed=many.seed,
        starts=rows,
        n_distinct=n_distinct,
        iterations=sum(r.iterations for r in runs),
        evaluations=sum(r.evaluations for r in runs),
    )


def _certified(compiled: CompiledProblem, run: ConstrainedRun, seed: int) -> ConstrainedCertificate:
    """Return the certificate of the end of `run`."""
    return certify_constrained(compiled, run.x, compiled.sign * run.fun, seed=seed)


def _best(
    compiled: CompiledProblem, runs: list[ConstrainedRun], seed: int
) -> tuple[int, ConstrainedCertificate]:
    """Return the number of the run to answer with, and its certificate: feasible, best, then verified."""

    def rank(k: int) -> tuple:
        run = runs[k]
        cost = run.fun if np.isfinite(run.fun) else np.inf
        return not run.feasible, cost if run.feasible else run.infeasibility

    ranked = sorted(range(len(runs)), key=rank)
    first, best = None, runs[ranked[0]]
    for k in ranked[:LOOKED_AT]:
        close = best.fun + 1e-8 * (1 + abs(best.fun))
        as_good = best.feasible and runs[k].feasible and runs[k].fun <= close
        if first is not None and not as_good:
            break
        certificate = _certified(compiled, runs[k], seed)
        if certificate.stationary:
            return k, certificate
        first = first or (k, certificate)
    assert first is not None
    return first


def _status(run: ConstrainedRun, certificate: ConstrainedCertificate) -> Status:
    """Return what may be said, from the certificate first."""
    if not certificate.finite or not certificate.feasible:
        return Status.FAILED
    if certificate.stationary:
        return Status.LOCAL_OPTIMUM
    broken = {check.name for check in certificate.checks if not check.passed}
    if broken & {"value re-evaluated", "gradients borne out by values"}:
        return Status.FAILED
    return Status.LIMIT_REACHED if run.stopped == "limit" else Status.FEASIBLE
