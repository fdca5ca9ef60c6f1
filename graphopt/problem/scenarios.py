"""One plan for several cases of what is held: the mean of the cases, or the worst of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.constraints import Constraint
from graphopt.problem.functions import identity
from graphopt.problem.problem import Problem
from graphopt.problem.variables import WorstCase

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

    For the worst case one variable more, a `WorstCase`, bounds the objectives of all cases; the problem then
    has constraints and stays smooth, and its outputs tell the objective of each case. Constraints that depend
    on a held input hold in every case. Cases and their weights are held inputs of the new problem: with other
    ones it is the same graph again.

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
    cases = _cases_of(problem, tuple(by_variable), count)
    fixed = {x: value for x, value in problem.fixed.items() if x not in by_variable}
    for k, case in enumerate(cases.inputs):
        fixed.update({new: by_variable[x].values[k] for x, new in case.items()})
    constraints = cases.constraints(problem)
    if over == "mean":
        return replace(
            problem,
            **{problem.sense: cases.mean},
            fixed={**fixed, cases.weights: np.array(weights)},
            outputs=cases.outputs,
            constraints=constraints,
        )
    sides: dict[str, Any] = {"upper": 0.0} if problem.sense == "minimize" else {"lower": 0.0}
    names = [case_name(k) for k in range(count)]
    beyond = [Constraint(gap, name=name, **sides) for gap, name in zip(cases.gaps, names, strict=True)]
    return replace(
        problem,
        **{problem.sense: cases.worst},
        variables=(*problem.variables, WorstCase(cases.worst)),
        fixed=fixed,
        outputs={**cases.outputs, **dict(zip(names, cases.objectives, strict=True))},
        constraints=(*constraints, *beyond),
    )


def case_name(k: int) -> str:
    """Return what the objective of one case is called, as output and as constraint of the worst case."""
    return f"{IN_CASE} {k})"


def case_objectives(outputs: Mapping[str, Any]) -> list[Any]:
    """Return the objectives of all cases from the outputs of a problem of the worst case."""
    return [outputs[case_name(k)] for k in range(sum(name.startswith(IN_CASE) for name in outputs))]


def at_worst_case(compiled: CompiledProblem, points: np.ndarray) -> np.ndarray:
    """Return flat points, (k, n), whose last element, the variable of the worst case, is what it is there; as
    they are where scenarios have added no such variable.
    """
    problem = compiled.problem
    if len(problem.decisions) == len(problem.variables):
        return points
    points = np.array(points)
    for point in points:
        found = compiled.sign * np.array(case_objectives(compiled.look(point).outputs))
        worst = compiled.sign * np.max(found)
        point[-1] = np.clip(worst if np.isfinite(worst) else 0.0, compiled.lower[-1], compiled.upper[-1])
    return points


class _Cases:
    """The graphs of all cases of a problem.

    Attributes
    ----------
    inputs : list of dict
        By held input, the variable that stands for it in each case.
    objectives, gaps : list of expressions
        The objective of each case, and by how much it is above `worst`.
    outputs : dict
        Of the problem, for each case.
    mean, worst, weights : expressions
        The mean weighted by `weights`, (count,); the variable of the worst case.
    """

    def __init__(self, problem: Problem, held: tuple[TensorVariable, ...], count: int) -> None:
        self.inputs: list[dict[Any, Any]] = [
            {x: x.type(name=f"{x.name or 'held'} (case {k})") for x in held} for k in range(count)
        ]
        self.objectives = self._in_each(problem.objective)
        self.outputs = {
            f"{name} (case {k})": one
            for name, output in problem.outputs.items()
            for k, one in enumerate(self._in_each(output))
        }
        self.worst = pt.scalar(WORST, dtype="float64")
        self.gaps = [f - self.worst for f in self.objectives]
        self.weights = pt.vector("weights of cases", shape=(count,), dtype="float64")
        self.mean = sum(self.weights[k] * f for k, f in enumerate(self.objectives))
        self._known: dict[Any, list[Any]] = {}

    def constraints(self, problem: Problem) -> tuple[Constraint, ...]:
        """Return the constraints, those that depend on a held input with cases once for each case."""
        held, found = set(self.inputs[0]), []
        for one in [one for one in self._known if isinstance(one, ref) and one() is None]:
            del self._known[one]
        for constraint in problem.constraints:
            if held.isdisjoint(ancestors([constraint.expression])):
                found.append(constraint)
                continue
            if constraint.identity not in self._known:
                self._known[constraint.identity] = self._in_each(constraint.expression)
            found += [
                replace(constraint, expression=one, name=f"{constraint.name} (case {k})", recipe=None)
                for k, one in enumerate(self._known[constraint.identity])
            ]
        return tuple(found)

    def _in_each(self, expression: TensorVariable) -> list[Any]:
        return [clone_replace([expression], case)[0] for case in self.inputs]


_kept: WeakKeyDictionary[Any, dict[tuple, _Cases]] = WeakKeyDictionary()
_lock = threading.Lock()


def _cases_of(problem: Problem, held: tuple[TensorVariable, ...], count: int) -> _Cases:
    """Return the graphs of the cases of `problem`, made once for its objective: nothing is compiled again."""
    key = (*identity(problem), tuple(ref(x) for x in held), count)
    with _lock:
        known = _kept.setdefault(problem.objective, {})
        if key not in known:
            known[key] = _Cases(problem, held, count)
        return known[key]


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
