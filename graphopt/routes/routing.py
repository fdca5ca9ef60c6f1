"""Which way a problem takes: its constraints, its kinds of decisions and its graph decide."""

from __future__ import annotations

import numpy as np

from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.scenarios import at_worst_case
from graphopt.routes.constrained import constrained
from graphopt.routes.effort import Effort
from graphopt.routes.exact import ExactQuestion
from graphopt.routes.found import Found
from graphopt.routes.local import local
from graphopt.routes.proved import exact, proved
from graphopt.routes.rounding import rounded
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.solution import Solution
from graphopt.structure.lowering import NotLowered
from graphopt.structure.program import Structure


def routed(
    compiled: CompiledProblem,
    many: MultiStart,
    starts: np.ndarray,
    *,
    certify: bool,
    effort: Effort,
) -> Found:
    """Return what the way that fits finds from `starts`, (k, n)."""
    problem = compiled.problem
    if problem.discrete:
        try:
            question = ExactQuestion(compiled)
        except NotLowered as error:
            return rounded(compiled, many, starts, f"no exact method can read the graph: {error}")
        if question.needs_bounds:
            return rounded(compiled, many, starts, f"for a proof {_unbounded(compiled)} needs both bounds")
        return exact(compiled, question, effort, seed=many.seed)
    if _looks_affine(compiled, starts[0]):
        question = _affine_question(compiled)
        if question is not None:
            return exact(compiled, question, effort, seed=many.seed)
    if problem.constraints:
        found = constrained(compiled, many, starts)
    else:
        found = local(compiled, many, starts)
    return proved(compiled, found, effort, many) if certify else found


def _unbounded(compiled: CompiledProblem) -> str:
    """Return the names of the variables that lack a bound."""
    lacking = [
        repr(v.name)
        for v in compiled.problem.variables
        if not (np.isfinite(v.lower).all() and np.isfinite(v.upper).all())
    ]
    return " and ".join(lacking)


def _looks_affine(compiled: CompiledProblem, start: np.ndarray) -> bool:
    """Return whether gradients are the same at a few points: worth reading the graph for, which decides."""
    random = np.random.default_rng(0)
    reach = np.maximum(1.0, np.abs(start))
    first = compiled.cost(start)[1]
    for _ in range(2):
        point = np.clip(start + reach * random.normal(size=start.size), compiled.lower, compiled.upper)
        if not np.allclose(compiled.cost(point)[1], first, rtol=1e-9, atol=1e-12):
            return False
    if not compiled.problem.constraints or compiled.rows.linear.all():
        return True
    return np.allclose(compiled.jacobian(point), compiled.jacobian(start), rtol=1e-9, atol=1e-12)


def _affine_question(compiled: CompiledProblem) -> ExactQuestion | None:
    """Return the exact question, if the graph shows that everything is affine."""
    try:
        question = ExactQuestion(compiled)
    except NotLowered:
        return None
    return question if question.program.structure is Structure.AFFINE else None


def proved_answer(compiled: CompiledProblem, answer: Solution, effort: Effort) -> Found:
    """Return what `answer` found, with a proof or a better point."""
    many = MultiStart(starts=1, seed=answer.seed)
    added = np.zeros(compiled.size - answer.x.size)
    start = at_worst_case(compiled, np.concatenate([answer.x, added])[None])
    if compiled.problem.discrete:
        return routed(compiled, many, start, certify=True, effort=effort)
    found = Found(
        x=start[0],
        certificate=answer.certificate,
        status=answer.status,
        route=answer.route,
        solver=answer.solver,
        seed=answer.seed,
        starts=[{**row, "x": np.concatenate([row["x"], added])} for row in answer.starts],
        n_distinct=answer.n_distinct,
        iterations=answer.nit,
        evaluations=answer.nfev,
    )
    return proved(compiled, found, effort, many)
