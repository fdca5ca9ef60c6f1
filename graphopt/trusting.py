"""Answers near the data: solve with a guard, and say what keeping near costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphopt.errors import InvalidType
from graphopt.problem.problem import Problem
from graphopt.problem.trust import DataGuard
from graphopt.solvers.solution import Solution, Status
from graphopt.solving import solve


@dataclass(frozen=True)
class Trust:
    """How far an answer is from the data.

    Attributes
    ----------
    measure, use, level : str, str, float
        Of the guard.
    distance, limit : float
        Of the answer, and the distance that the share `level` of the data keeps.
    within : bool
        Whether the distance is at most the limit.
    price : float
        By how much the objective would be better without the guard, by local search; 0 for a report.
    unguarded_distance : float
        How far the answer without the guard is from the data.
    """

    measure: str
    use: str
    level: float
    distance: float
    limit: float
    within: bool
    price: float
    unguarded_distance: float


def guarded(problem: Problem, guard: DataGuard | None, solver: Any, **how: Any) -> Solution:
    """Return the answer to `problem` under `guard`, with the field ``trust``; without one, the answer.

    Parameters
    ----------
    how
        As for `solve`.

    Raises
    ------
    InvalidType, InvalidValue
        If `guard` is none, or its data do not fit the variables.
    """
    if guard is None:
        return solve(problem, solver, **how)
    if not isinstance(guard, DataGuard):
        raise InvalidType(f"guard came as {type(guard).__name__}; expected graphopt.DataGuard(data).")
    free = solve(problem, solver, **{**how, "certify": how.get("certify", False) and guard.use == "report"})
    answer = free if guard.use == "report" else solve(with_guard(problem, guard), solver, **how)
    if guard.use == "penalty":
        _without_penalty(answer)
    sign = 1.0 if problem.sense == "minimize" else -1.0
    comparable = Status.FAILED not in (free.status, answer.status)
    answer["guard"] = guard
    answer["trust"] = Trust(
        guard.measure,
        guard.use,
        guard.level,
        **_measured(guard, answer),
        price=float(max(0.0, sign * (answer.fun - free.fun))) if comparable else float("nan"),
        unguarded_distance=_measured(guard, free)["distance"],
    )
    return answer


def trusted_again(proved: Solution, answer: Solution) -> Solution:
    """Return `proved`, which is `answer` proved later, with its guard's fields, if it has a guard."""
    if "guard" not in answer:
        return proved
    guard, sign = answer.guard, 1.0 if answer.sense == "minimize" else -1.0
    if guard.use == "penalty":
        _without_penalty(proved)
    gained = sign * (answer.fun - proved.fun)
    proved["guard"] = guard
    proved["trust"] = replace(
        answer.trust, **_measured(guard, proved), price=float(max(0.0, answer.trust.price - gained))
    )
    return proved


def with_guard(problem: Problem, guard: DataGuard) -> Problem:
    """Return `problem` with the guard as a constraint or in its objective; a report changes nothing."""
    inputs = {v.name: v.expression for v in problem.decisions}
    if guard.use == "constraint":
        return replace(problem, constraints=(*problem.constraints, guard.constraint(inputs)))
    if guard.use == "penalty":
        away = guard.penalty(inputs)
        cost = problem.objective + away if problem.sense == "minimize" else problem.objective - away
        outputs = {**problem.outputs, OBJECTIVE: problem.objective}
        return replace(problem, **{problem.sense: cost}, outputs=outputs)
    return problem


OBJECTIVE = "objective without penalty"


def _without_penalty(answer: Solution) -> None:
    """Let `fun` and `value` be the objective that was asked for; the penalty stands beside it."""
    plain = float(answer.outputs.pop(OBJECTIVE))
    answer["penalty"] = abs(answer.fun - plain)
    answer["fun"] = answer["value"] = plain
    answer["message"] += (
        f" (this is about the objective with its penalty, {answer.certificate.value:.10g}, as are the "
        "certificate, jac and multipliers)"
    )


def _measured(guard: DataGuard, answer: Solution) -> dict[str, Any]:
    """Return how far the answer is from the data, the limit, and whether it is within."""
    inputs = answer.x_named
    if guard.names == ("",):
        size = guard.data[""][0].size
        inputs = next(x for x in inputs.values() if np.size(x) == size).ravel()
    distance, slack = float(guard.distance(inputs)), 1e-6 * max(1.0, guard.limit)
    return {"distance": distance, "limit": guard.limit, "within": bool(distance <= guard.limit + slack)}
