"""From a problem to a verified answer: the graph decides the method, the method is named in the answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from graphopt.errors import InvalidType
from graphopt.problem.compiled import CompiledProblem, compile_problem
from graphopt.problem.problem import Problem
from graphopt.problem.scenarios import at_worst_case
from graphopt.routes.answer import answer
from graphopt.routes.effort import Effort
from graphopt.routes.found import Found
from graphopt.routes.local import local
from graphopt.solvers.local.lbfgsb import LBFGSB
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.local.starts import all_starts
from graphopt.solvers.solution import Solution


def solve(
    problem: Problem,
    solver: Any = None,
    *,
    x0: Any = None,
    tier: str = "auto",
    certify: bool = False,
    gap: float = 1e-6,
    max_seconds: float = 60.0,
) -> Solution:
    """Return the verified answer to `problem`.

    Linear problems, and problems with whole numbers or choices, are solved exactly where their graph can be
    read as a program of known functions; everything else by local search, and with `certify` by a proof too.

    Parameters
    ----------
    problem : Problem
        What is asked.
    solver : LBFGSB, SLSQP, TrustConstr, AugmentedLagrangian or MultiStart, optional
        How to look locally; chosen from one start if left out.
    x0 : array or dict, optional
        The (first) start: an array for the only variable, a flat vector, or a dict by name.
    tier : str
        The engine's tier for the objective: ``"now"``, ``"fast"`` or ``"auto"``.
    certify : bool
        Whether to prove how much better the best point of the whole box could be.
    gap : float
        The gap that counts as closed, in units of the objective.
    max_seconds : float
        How long the proof may take.

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
    effort = Effort(gap=gap, max_seconds=max_seconds)
    if not isinstance(certify, bool | np.bool_):
        raise InvalidType(f"certify came as {certify!r}; expected True or False.")
    if not isinstance(problem, Problem):
        raise InvalidType(
            f"solve came with {type(problem).__name__}; expected graphopt.Problem. For a network or "
            f"an expression use minimize or maximize."
        )
    many = solver if isinstance(solver, MultiStart) else MultiStart(checked_solver(solver), starts=1)
    starts = all_starts(problem, x0, many.points, many.starts, sampling=many.sampling, seed=many.seed)
    compiled = compile_problem(problem, tier=tier)
    starts = at_worst_case(compiled, starts)
    if certify or problem.constraints or problem.discrete:
        from graphopt.routes.routing import routed  # the modules of exact methods, when they are needed

        found = routed(compiled, many, starts, certify=certify, effort=effort)
    else:
        found = local(compiled, many, starts)
    return _timed(compiled, found, started)


def proved_later(answer: Solution, *, gap: float, max_seconds: float) -> Solution:
    """Return `answer` with a proof, as `graphopt.certify` describes it."""
    started = time.perf_counter()
    effort = Effort(gap=gap, max_seconds=max_seconds)
    if not isinstance(answer, Mapping) or not isinstance(answer.get("problem"), Problem):
        raise InvalidType(
            f"certify came with {type(answer).__name__}; expected an answer of minimize, maximize or solve. "
            f"One that was saved or sent elsewhere has lost its problem: solve it again with certify=True."
        )
    from graphopt.routes.routing import proved_answer

    compiled = compile_problem(answer.problem)
    return _timed(compiled, proved_answer(compiled, answer, effort), started)


def _timed(compiled: CompiledProblem, found: Found, started: float) -> Solution:
    """Return the answer with where the time went."""
    result = answer(compiled, found)
    total = time.perf_counter() - started
    result["seconds"] = {
        "compile": compiled.seconds_to_compile,
        "solve_and_check": total - compiled.seconds_to_compile,
        "total": total,
    }
    return result


def checked_solver(solver: Any) -> Any:
    """Return the local solver, L-BFGS-B if None came."""
    if solver is None:
        return LBFGSB()
    if isinstance(solver, type):
        raise InvalidType(f"The solver came as the class {solver.__name__}; expected {solver.__name__}().")
    if not hasattr(solver, "steps") and not hasattr(solver, "run"):
        raise InvalidType(
            f"solve came with the solver {solver!r}; expected a local solver such as graphopt.LBFGSB() or "
            f"graphopt.SLSQP(), or graphopt.MultiStart(...)."
        )
    return solver
