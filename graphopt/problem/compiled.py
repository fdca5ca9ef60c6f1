"""A problem made ready to run: one call gives the value and the gradient at a flat vector."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors, graph_inputs

from graphopt import engine
from graphopt.engine.compiler import TIERS
from graphopt.errors import unknown_name
from graphopt.problem.compiled_constraints import CompiledConstraints
from graphopt.problem.functions import ProblemFunctions, functions_of
from graphopt.problem.precision import NARROW
from graphopt.problem.problem import Problem
from graphopt.problem.units import REACH, decision_units, points_of_interest, power_of_two

T = TypeVar("T")


class Point(NamedTuple):
    """What an independent look at one point gives, in the sense the question was asked.

    `constraints` are the values of the constraint expressions, (m,).
    """

    value: float
    gradient: np.ndarray
    outputs: dict[str, np.ndarray]
    constraints: np.ndarray = np.empty(0)


class CompiledProblem:
    """The functions of a `Problem`, made when they are first needed.

    ``cost(x)`` is what solvers see: the value to be minimised (the negative objective of a maximisation) and
    its gradient, as a function of one flat float64 vector. ``look(x)`` is what certificates see: value,
    gradient, outputs and constraint values in the sense asked, from other functions, compiled for the first
    tier from the graph as it was written.

    ``constraints(x)``, ``jacobian(x)`` and ``limits`` are the constraints, as flat rows; all about them is in
    ``rows``, a `graphopt.problem.compiled_constraints.CompiledConstraints`.

    What does not depend on the decisions (held inputs, wide copies of narrow weights) is evaluated when
    `cost` is first called. After more training, make a new one: that compiles nothing, since the functions
    belong to the graph of the question (see `graphopt.problem.functions`).
    """

    def __init__(self, problem: Problem, *, tier: str = "auto") -> None:
        self.problem, self.tier = problem, tier
        self.lower = np.concatenate([v.lower.ravel() for v in problem.variables])
        self.upper = np.concatenate([v.upper.ravel() for v in problem.variables])
        self.sign = 1.0 if problem.sense == "minimize" else -1.0
        self.seconds_to_compile = 0.0

    @property
    def size(self) -> int:
        """The number of scalar decisions."""
        return self.lower.size

    @cached_property
    def scale(self) -> np.ndarray | None:
        """The typical size of each scalar decision, or ``None`` when no variable has a scale."""
        if all(v.scale is None for v in self.problem.variables):
            return None
        return np.concatenate(
            [(np.ones(v.shape) if v.scale is None else v.scale).ravel() for v in self.problem.variables]
        )

    @cached_property
    def units(self) -> np.ndarray:
        """A unit of each scalar decision in which its numbers are near one, a power of two: that next to its
        scale if it has one, else `graphopt.problem.units.decision_units`.
        """
        found = decision_units(self.lower, self.upper)
        if (found > 1.0).any() or not np.isfinite(self.upper - self.lower).all():
            found = decision_units(self.lower, self.upper, self._influence())
        if self.scale is None:
            return found
        given = np.concatenate([np.full(v.size, v.scale is not None) for v in self.problem.variables])
        return np.where(given, power_of_two(self.scale), found)

    def _influence(self) -> np.ndarray:
        """Return how much a step of one in all decisions would change the cost, relative to one and its
        value, if all mattered as much as each: the most seen at a few points, (n,).

        A row in which a decision has no bounds may move it, and with it the cost: as in the rows that hold
        the worst of scenarios.
        """
        most, endless = np.zeros(self.size), ~np.isfinite(self.upper - self.lower)
        for k, x in enumerate(points_of_interest(self.lower, self.upper)):
            with np.errstate(all="ignore"):
                value, gradient = self.cost(x)
                seen = [np.abs(gradient) / (1.0 + abs(value))]
                if self.problem.constraints and endless.any() and k == 0:
                    slopes = np.abs(self.rows.jacobian(x))
                    by_row = np.where(slopes[:, endless] > 0, seen[0][endless] / slopes[:, endless], 0.0)
                    seen.extend(slopes * np.max(by_row, axis=1)[:, None])
            most = np.max([most, *(np.where(np.isfinite(one), one, 0.0) for one in seen)], axis=0)
        return self.size * most

    @property
    def core(self) -> tuple[np.ndarray, np.ndarray]:
        """The box within `REACH` units of the point next to zero: all of it, unless it is careless. Endless
        where there are no bounds and the unit is nobody's choice.
        """
        anchor = np.clip(0.0, self.lower, self.upper)
        known, reach = np.isfinite(self.upper - self.lower) | (self.units != 1.0), REACH * self.units
        return (
            np.where(known, np.maximum(self.lower, anchor - reach), self.lower),
            np.where(known, np.minimum(self.upper, anchor + reach), self.upper),
        )

    def cost(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the cost and its gradient at the flat vector `x` of float64; NaN where a matrix is singular
        or does not converge, as solvers take points outside the domain.
        """
        try:
            value, gradient = self._cost.trusted(x, *self._held)
        except np.linalg.LinAlgError:
            return np.nan, np.full(x.size, np.nan)
        return float(value), gradient

    def look(self, x: np.ndarray) -> Point:
        """Return value, gradient and outputs at the flat vector `x`, in the sense asked."""
        problem = self.problem
        results = self._look(*problem.named(x).values(), *problem.fixed.values())
        n = len(problem.variables)
        gradient = np.concatenate([np.asarray(g, dtype=np.float64).ravel() for g in results[1 : n + 1]])
        outputs = {
            name: np.array(value) for name, value in zip(problem.outputs, results[n + 1 :], strict=True)
        }
        constraints = self.rows.look(x) if problem.constraints else np.empty(0)
        return Point(float(results[0]), gradient, outputs, constraints)

    def constraints(self, x: np.ndarray) -> np.ndarray:
        """Return the values of the constraint expressions at the flat vector `x`, (m,)."""
        return self.rows.values(x)

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Return the derivatives of the constraint expressions at the flat vector `x`, (m, n)."""
        return self.rows.jacobian(x)

    @property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and upper limits of the constraint expressions, (m,) each."""
        return self.rows.lower, self.rows.upper

    @cached_property
    def rows(self) -> CompiledConstraints:
        """The constraints, one row for each element of their expressions.

        Raises
        ------
        InvalidValue
            If a constraint that depends on no decision does not hold.
        """
        return self._timed(lambda: CompiledConstraints(self.problem, tier=self.tier, box=lambda: self.core))

    @cached_property
    def numbers(self) -> int:
        """How many weights, constants and held numbers the objective is computed from."""
        roots = list(graph_inputs([self.functions.graph.objective]))
        sizes = [np.size(v.data) for v in roots if isinstance(v, Constant)]
        sizes += [v.get_value(borrow=True).size for v in roots if isinstance(v, SharedVariable)]
        return sum(sizes) + sum(value.size for value in self.problem.fixed.values())

    @cached_property
    def noise(self) -> float:
        """The relative rounding error of a value: float32's if single precision is written into the graph."""
        graph = ancestors([self.functions.graph.objective])
        types = {getattr(v.type, "dtype", "") for v in graph if v.owner is not None}
        return 1e-6 if types & set(NARROW) else 1e-12

    @cached_property
    def functions(self) -> ProblemFunctions:
        """The functions of the graph, shared by all questions about it."""
        return self._timed(lambda: functions_of(self.problem))

    @cached_property
    def _cost(self) -> engine.Compiled:
        functions = self.functions
        return self._timed(lambda: functions.cost(self.sign, self.tier))

    @cached_property
    def _look(self) -> engine.Compiled:
        functions = self.functions
        return self._timed(lambda: functions.look)

    @cached_property
    def _held(self) -> list[np.ndarray]:
        return self.functions.held_parts(self.problem.fixed.values())

    def _timed(self, make: Callable[[], T]) -> T:
        """Return what `make` gives, its time counted as time to compile."""
        started = time.perf_counter()
        try:
            return make()
        finally:
            self.seconds_to_compile += time.perf_counter() - started


def compile_problem(problem: Problem, *, tier: str = "auto") -> CompiledProblem:
    """Return the functions of `problem`; `tier` is the engine's for the function the solver calls."""
    if tier not in TIERS:
        raise unknown_name("tier", tier, TIERS)
    return CompiledProblem(problem, tier=tier)
