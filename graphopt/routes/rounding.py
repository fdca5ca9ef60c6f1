"""Discrete decisions of a graph that no exact method can read: round, change one by one, settle the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.certificates.proved import certify_values
from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.compiled_constraints import FEASIBILITY
from graphopt.routes.constrained import constrained
from graphopt.routes.found import Found
from graphopt.routes.local import local
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.local.run import run_many
from graphopt.solvers.solution import Status

SWEEPS = 20
SETTLINGS = 5  # of the real decisions, between which discrete ones may change again
NEAR = 500.0


def rounded(compiled: CompiledProblem, many: MultiStart, starts: np.ndarray, why: str) -> Found:
    """Return the best point that rounding and single changes lead to, real decisions optimised around them;
    that it is the best is not known.
    """
    runs = run_many(compiled, many.solver, starts)
    best, least, evaluations = None, np.inf, sum(run.evaluations for run in runs)
    for run in sorted(runs, key=lambda run: run.fun if np.isfinite(run.fun) else np.inf)[:8]:
        x, allowed = run.x.copy(), _values(compiled, run.x)
        for k, values in allowed.items():
            x[k] = values[np.argmin(np.abs(values - x[k]))]
        x, cost, count = _improved(compiled, x, allowed)
        evaluations += count
        if len(allowed) < x.size:
            x, cost, count = _settled(compiled, many, x, cost, allowed)
            evaluations += count
        if best is None or cost < least:
            best, least = x, cost
    assert best is not None
    certificate = certify_values(compiled, best, compiled.look(best).value)
    good = certificate.finite and certificate.feasible
    return Found(
        x=best,
        certificate=certificate,
        status=Status.FEASIBLE if good else Status.FAILED,
        route="rounding of a relaxed optimum, then changes of one decision at a time: local search only",
        solver=many.describe(),
        reasons=tuple(r for r in (why, certificate.reason) if r),
        seed=many.seed,
        n_distinct=1,
        iterations=sum(run.iterations for run in runs),
        evaluations=evaluations,
    )


def _values(compiled: CompiledProblem, x: np.ndarray) -> dict[int, np.ndarray]:
    """Return values that each discrete decision may take: all, if they are few; without a bound, those within
    `NEAR` of where it is in `x`.
    """
    problem = compiled.problem
    allowed = dict(problem.choices)
    for k in np.flatnonzero(problem.integer):
        middle = np.clip(np.round(x[k]), compiled.lower[k], compiled.upper[k])
        low, high = (
            end if np.isfinite(end) else middle + step
            for end, step in ((compiled.lower[k], -NEAR), (compiled.upper[k], NEAR))
        )
        allowed[int(k)] = (
            np.arange(low, high + 1) if high - low <= 1000 else np.linspace(low, high, 1001).round()
        )
    return allowed


def _improved(
    compiled: CompiledProblem, x: np.ndarray, allowed: dict[int, np.ndarray]
) -> tuple[np.ndarray, float, int]:
    """Return the point that changes of one decision at a time lead to, its merit, and the evaluations."""
    least, count = _merit(compiled, x), 1
    for _ in range(SWEEPS):
        before = least
        for k, values in allowed.items():
            for value in values:
                if value == x[k]:
                    continue
                trial = x.copy()
                trial[k] = value
                cost, count = _merit(compiled, trial), count + 1
                if cost < least:
                    x, least = trial, cost
        if not least < before:
            break
    return x, least, count


def _settled(
    compiled: CompiledProblem, many: MultiStart, x: np.ndarray, cost: float, allowed: dict[int, np.ndarray]
) -> tuple[np.ndarray, float, int]:
    """Return the point, its merit and the evaluations after real decisions were optimised with the discrete
    ones held, and these changed again, until neither helps.
    """
    discrete = np.zeros(x.size, dtype=bool)
    discrete[list(allowed)] = True
    once, evaluations = replace(many, starts=1, points=()), 0
    for _ in range(SETTLINGS):
        held = _held(compiled, x, discrete)
        found = (constrained if compiled.problem.constraints else local)(held, once, x[None])
        trial, merit, count = _improved(compiled, found.x, allowed)
        evaluations += found.evaluations + count
        if not merit < cost:
            break
        x, cost = trial, merit
    return x, cost, evaluations


def _held(compiled: CompiledProblem, x: np.ndarray, discrete: np.ndarray) -> CompiledProblem:
    """Return the problem over the real decisions only: the discrete ones stay as they are in `x`."""
    problem, start, variables = compiled.problem, 0, []
    for v in problem.variables:
        part = slice(start, start := start + v.size)
        values, fixed = x[part].reshape(v.shape), discrete[part].reshape(v.shape)
        lower, upper = np.where(fixed, values, v.lower), np.where(fixed, values, v.upper)
        variables.append(replace(v, lower=lower, upper=upper, kind="real", choices=None))
    return compile_problem(replace(problem, variables=variables), tier=compiled.tier)


def _merit(compiled: CompiledProblem, x: np.ndarray) -> float:
    """Return the cost, infeasible points above all others."""
    cost = compiled.cost(x)[0]
    if not np.isfinite(cost):
        return np.inf
    if not compiled.problem.constraints:
        return cost
    breach = float(np.max(compiled.rows.breaches(compiled.constraints(x)) / compiled.rows.scale))
    return cost if breach <= FEASIBILITY else 1e100 * (1.0 + breach)
