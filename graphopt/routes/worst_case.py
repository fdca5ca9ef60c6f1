"""The answer about the worst of scenarios, without the variable that they have added to the problem."""

from __future__ import annotations

import numpy as np

from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.scenarios import case_name, case_objectives
from graphopt.solvers.solution import Solution


def without_added_variable(compiled: CompiledProblem, answer: Solution) -> Solution:
    """Return `answer` in the caller's decisions alone, with the field ``worst_case``; as it is where
    scenarios have added no variable.

    The gradient is the mean of those of the cases, weighted by what each contributes to the worst value:
    J. M. Danskin, "The theory of max-min, with applications", 1966.
    """
    problem = compiled.problem
    if len(problem.decisions) == len(problem.variables):
        return answer
    added = problem.variables[-1]
    size = compiled.size - added.size
    x = answer.x
    objectives = np.array(case_objectives(answer.outputs))
    names = [case_name(k) for k in range(objectives.size)]
    case = int(np.argmax(compiled.sign * objectives))
    weights = _weights(compiled, answer, names, case)
    on_rows = np.zeros(compiled.rows.size)
    for name, weight in zip(names, weights, strict=True):
        on_rows[compiled.rows.owners.index(name)] = weight
    slope = compiled.rows.look_pullback(x, on_rows) + np.where(np.arange(x.size) < size, answer.jac, 0.0)
    answer.update(
        x=x[:size],
        jac=slope[:size],
        worst_case={"value": float(objectives[case]), "case": case, "weights": weights},
        starts=[{**row, "start": row["start"][:size], "x": row["x"][:size]} for row in answer.starts],
    )
    for table in (answer.x_named, answer.active_bounds, answer.multipliers):
        del table[added.name]
    for optimum in answer.optima:
        del optimum["x_named"][added.name]
    for name in names:
        del answer.constraints[name]
    return answer


def _weights(compiled: CompiledProblem, answer: Solution, names: list[str], case: int) -> np.ndarray:
    """Return what each case contributes to the worst value: the prices of their constraints, which sum to 1;
    without prices, all the weight is on the worst.
    """
    sides = ("upper_price", "lower_price")
    prices = np.array([sum(float(answer.constraints[n].get(side, 0.0)) for side in sides) for n in names])
    if not prices.sum() > 0:
        return np.where(np.arange(len(names)) == case, 1.0, 0.0)
    return prices / prices.sum()
