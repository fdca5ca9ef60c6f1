"""One plan for several cases of what is held: the mean of the cases, or the worst of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.problem.constraints import Constraint
from graphopt.problem.problem import Problem
from graphopt.problem.variables import Variable

KINDS = ("mean", "worst")
WORST = "worst case"  # the name of the variable that all cases stay below
IN_CASE = "objective (case"  # how the names of the objectives of single cases begin


@dataclass(frozen=True, eq=False)
class Scenarios:
    """Several values of a held input: the objective is asked over all of them.

    Parameters
    ----------
    values : sequence of arrays
        One for each case, in the shape of the input.
    over : str
        ``"mean"``: the (weighted) mean of the objective. ``"worst"``: the greatest of what is minimised, or
        the least of what is maximised.
    weights : sequence of float, optional
        For the mean; equal if left out. They are divided by their sum.

    Several held inputs may have scenarios; the k-th values of all make the k-th case.

    Examples
    --------
    >>> Scenarios([[0.0], [1.0], [5.0]], over="worst").count
    3
    """

    values: Sequence[Any]
    over: str = "mean"
    weights: Sequence[float] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.over not in KINDS:
            raise unknown_name("kind of scenarios", self.over, KINDS)
        if isinstance(self.values, str) or not isinstance(self.values, Iterable):
            raise InvalidType(
                f"Scenarios came with {self.values!r}; expected a sequence with one array for each case."
            )
        values = [np.asarray(value) for value in self.values]
        if not values:
            raise InvalidValue("Scenarios came with no values; expected one array for each case.")
        if len({value.shape for value in values}) != 1:
            raise ShapeMismatch(
                f"Scenarios came with the shapes {[value.shape for value in values]}; expected one shape."
            )
        try:
            weights = np.asarray(np.ones(len(values)) if self.weights is None else self.weights, dtype=float)
        except (TypeError, ValueError) as error:
            raise InvalidType(f"Scenarios: weights came as {self.weights!r}; expected numbers.") from error
        if weights.shape != (len(values),) or not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise InvalidValue(
                f"Scenarios came with the weights {self.weights!r}; expected {len(values)} "
                "numbers, 0 or more."
            )
        if not weights.sum() > 0:
            raise InvalidValue("Scenarios came with weights that are all zero; expected one above zero.")
        object.__setattr__(self, "values", tuple(values))
        object.__setattr__(self, "weights", tuple(weights / weights.sum()))

    @property
    def count(self) -> int:
        """The number of cases."""
        return len(self.values)


def first_case(fixed: Mapping[Any, Any] | None) -> tuple[dict[Any, Any] | None, dict[Any, Scenarios]]:
    """Return `fixed` with the first case in the place of scenarios, and the scenarios by key."""
    if not isinstance(fixed, Mapping):
        return fixed, {}
    found = {key: value for key, value in fixed.items() if isinstance(value, Scenarios)}
    return {key: value.values[0] if key in found else value for key, value in fixed.items()}, found


def over_scenarios(problem: Problem, scenarios: Mapping[Any, Scenarios]) -> Problem:
    """Return `problem` asked over all cases of its held inputs.

    For the worst case one variable more, `WORST`, bounds the objectives of all cases; the problem then has
    constraints and stays smooth, and its outputs tell the objective of each case. Constraints that depend on
    a held input hold in every case.

    Parameters
    ----------
    scenarios : mapping from name or variable to Scenarios
        Keys name held inputs of `problem`.

    Raises
    ------
    InvalidType, InvalidValue
        If the scenarios do not fit each other or the problem.
    """
    if not scenarios:
        return problem
    counts = {scenario.count for scenario in scenarios.values()}
    kinds = {(scenario.over, scenario.weights) for scenario in scenarios.values()}
    if len(counts) != 1 or len(kinds) != 1:
        raise InvalidValue(
            f"The held inputs {', '.join(map(str, scenarios))} have scenarios that differ in number, in "
            "over= or in weights=; expected the same of all."
        )
    (count,), ((over, weights),) = counts, kinds
    by_variable = {_held(problem, key): scenario for key, scenario in scenarios.items()}
    cases: list[Any] = []
    fixed = {x: value for x, value in problem.fixed.items() if x not in by_variable}
    for k in range(count):
        case = {x: x.type(name=f"{x.name or 'held'} (case {k})") for x in by_variable}
        fixed.update({new: by_variable[x].values[k] for x, new in case.items()})
        cases.append(case)

    def in_case(expression: TensorVariable, k: int) -> Any:
        return clone_replace([expression], cases[k])[0]

    objectives = [in_case(problem.objective, k) for k in range(count)]
    outputs = {
        f"{name} (case {k})": in_case(output, k)
        for name, output in problem.outputs.items()
        for k in range(count)
    }
    constraints = _in_every_case(problem, set(by_variable), in_case, count)
    asked: dict[str, Any] = {"fixed": fixed, "outputs": outputs, "constraints": constraints}
    if over == "mean":
        asked[problem.sense] = sum(w * f for w, f in zip(weights or (), objectives, strict=True))
        return replace(problem, **asked)
    worst = pt.scalar(WORST, dtype="float64")
    sides: dict[str, Any] = {"upper": 0.0} if problem.sense == "minimize" else {"lower": 0.0}
    asked["constraints"] = (
        *constraints,
        *(Constraint(f - worst, name=f"{IN_CASE} {k})", **sides) for k, f in enumerate(objectives)),
    )
    asked["outputs"] = {**outputs, **{f"{IN_CASE} {k})": f for k, f in enumerate(objectives)}}
    asked[problem.sense], asked["variables"] = worst, (*problem.variables, Variable(worst))
    return replace(problem, **asked)


def _in_every_case(problem: Problem, held: set, in_case: Any, count: int) -> tuple[Constraint, ...]:
    """Return the constraints, those that depend on a held input with cases once for each case."""
    found = []
    for constraint in problem.constraints:
        if held.isdisjoint(ancestors([constraint.expression])):
            found.append(constraint)
            continue
        found += [
            replace(
                constraint,
                expression=in_case(constraint.expression, k),
                name=f"{constraint.name} (case {k})",
                recipe=None,
            )
            for k in range(count)
        ]
    return tuple(found)


def _held(problem: Problem, key: Any) -> TensorVariable:
    """Return the held variable that `key`, a name or a variable, means."""
    if not isinstance(key, str):
        if key not in problem.fixed:
            raise InvalidType(f"Scenarios are given for {key!r}, which is not held by the problem.")
        return key
    by_name = {str(variable.name): variable for variable in problem.fixed}
    if key not in by_name:
        raise unknown_name("held input in scenarios", key, by_name)
    return by_name[key]
