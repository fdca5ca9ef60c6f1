"""From a problem to a verified answer: start, run, certify, and say what was found."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from graphopt.certificates.certificate import Certificate
from graphopt.certificates.stationarity import active_bounds, multipliers, projected_gradient
from graphopt.certificates.verdict import GRADIENT_TOLERANCE, certify_point
from graphopt.errors import InvalidType
from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.problem import Problem
from graphopt.solvers.lbfgsb import LBFGSB
from graphopt.solvers.multistart import MultiStart, cluster
from graphopt.solvers.run import on_bounds, run_local, run_many
from graphopt.solvers.solution import Solution, Status
from graphopt.solvers.solver import LocalSolver, Run
from graphopt.solvers.starts import all_starts
from graphopt.versions import versions

RESTARTS = 3  # from a better point that the certificate saw
SIDES = np.array(["", "upper", "fixed", "lower"])  # by the codes 0, 1, 2, -1 of active_bounds


def solve(
    problem: Problem, solver: LocalSolver | MultiStart | None = None, *, x0: Any = None, tier: str = "auto"
) -> Solution:
    """Return the verified answer to `problem`.

    Parameters
    ----------
    problem : Problem
        What is asked.
    solver : LBFGSB or MultiStart, optional
        How to look; L-BFGS-B from one start if left out.
    x0 : array or dict, optional
        The (first) start: an array for the only variable, a flat vector, or a dict by name.
    tier : str
        The engine's tier for the objective: ``"now"``, ``"fast"`` or ``"auto"``.

    Raises
    ------
    InvalidType, InvalidValue
        If the question is wrong. A search that does not succeed is no error: see the answer's ``status``.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> from graphopt import Problem, Variable
    >>> x = pt.vector("x", shape=(2,))
    >>> answer = solve(Problem(minimize=pt.sum((x - 2) ** 2), variables=[Variable(x, 0, 1)]))
    >>> answer.x, answer.success
    (array([1., 1.]), True)
    """
    started = time.perf_counter()
    if not isinstance(problem, Problem):
        raise InvalidType(
            f"solve came with {type(problem).__name__}; expected graphopt.Problem. For a network or "
            f"an expression use minimize or maximize."
        )
    solver = LBFGSB() if solver is None else solver
    if not isinstance(solver, MultiStart) and not hasattr(solver, "steps"):
        raise InvalidType(
            f"solve came with the solver {solver!r}; expected graphopt.LBFGSB(...) or "
            f"graphopt.MultiStart(...)."
        )
    many = solver if isinstance(solver, MultiStart) else MultiStart(solver, starts=1)
    starts = all_starts(problem, x0, many.points, many.starts, sampling=many.sampling, seed=many.seed)
    compiled = compile_problem(problem, tier=tier)

    runs = [on_bounds(compiled, run) for run in run_many(compiled, many.solver, starts)]
    solved = time.perf_counter()
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
    answer = _answer(compiled, many, starts, runs, chosen, certificate, notes)
    finished = time.perf_counter()
    answer["seconds"] = {
        "compile": compiled.seconds_to_compile,
        "solve_and_check": finished - started - compiled.seconds_to_compile,
        "check": finished - solved,
        "total": finished - started,
    }
    return answer


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


def _answer(
    compiled: CompiledProblem,
    many: MultiStart,
    starts: np.ndarray,
    runs: list[Run],
    chosen: int,
    certificate: Certificate,
    notes: list[str],
) -> Solution:
    """Return the answer with every field but the seconds."""
    problem, lower, upper, sign = compiled.problem, compiled.lower, compiled.upper, compiled.sign
    run, x = runs[chosen], runs[chosen].x
    status = _status(run, certificate)
    point = compiled.look(x)
    bounds = multipliers(x, sign * point.gradient, lower, upper)
    low, high = problem.named(bounds.lower), problem.named(bounds.upper)
    active = problem.named(active_bounds(x, lower, upper))
    ends, n_distinct = _table(compiled, starts, runs)
    why = [] if certificate.stationary else [certificate.reason] if certificate.reason else []
    message = " ".join(
        [status.value, *(f"({note})" for note in [*why, *notes, f"the solver says: {run.message}"])]
    )
    return Solution(
        x=x,
        fun=certificate.value,
        success=status is Status.LOCAL_OPTIMUM,
        status=status,
        message=message,
        sense=problem.sense,
        nit=sum(r.iterations for r in runs),
        nfev=sum(r.evaluations for r in runs),
        njev=sum(r.evaluations for r in runs),
        jac=point.gradient,
        maxcv=certificate.maxcv,
        x_named={name: array.copy() for name, array in problem.named(x).items()},
        value=certificate.value,
        outputs=point.outputs,
        active_bounds={name: np.asarray(SIDES[codes]) for name, codes in active.items()},
        multipliers={name: {"lower": low[name], "upper": high[name]} for name in low},
        kkt_residual=certificate.projected_gradient,
        feasible=certificate.feasible,
        starts=ends,
        n_distinct=n_distinct,
        certificate=certificate,
        route=_route(many),
        solver=many.describe() if many.starts > 1 else many.solver.describe(),
        seed=many.seed,
        versions=versions(),
    )


def _table(
    compiled: CompiledProblem, starts: np.ndarray, runs: list[Run]
) -> tuple[list[dict[str, Any]], int]:
    """Return one row per start, and how many distinct stationary ends there are."""
    lower, upper = compiled.lower, compiled.upper
    points, costs = np.array([run.x for run in runs]), np.array([run.fun for run in runs])
    with np.errstate(over="ignore"):
        widths = np.where(
            np.isfinite(upper - lower), upper - lower, np.maximum(1.0, np.abs(points).max(axis=0))
        )
    labels = cluster(points, costs, widths)
    rows, distinct = [], set()
    for start, run, label in zip(starts, runs, labels, strict=True):
        residual = float(np.max(np.abs(projected_gradient(run.x, run.gradient, lower, upper)), initial=0.0))
        stationary = bool(residual <= GRADIENT_TOLERANCE * (1.0 + abs(run.fun)))
        if stationary:
            distinct.add(int(label))
        rows.append(
            {
                "start": start,
                "x": run.x,
                "fun": compiled.sign * run.fun,
                "optimum": int(label),
                "stationary": stationary,
                "kkt_residual": residual,
                "nit": run.iterations,
                "nfev": run.evaluations,
                "message": run.message,
            }
        )
    return rows, len(distinct)


def _route(many: MultiStart) -> str:
    """Return which method was taken, and why."""
    method = type(many.solver).__name__
    if many.starts == 1:
        return f"{method} from one start: a smooth objective in a box, local search only"
    return f"{method} from {many.starts} starts: a smooth objective in a box, local search only"
