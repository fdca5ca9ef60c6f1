"""A problem as a function of its parameters: its solutions, and how they move.

At a solution x of ``min f(x, p)`` over a box and constraints, the free coordinates and the multipliers of the
active constraints solve the equations of Karush, Kuhn and Tucker; differentiating these by the parameters p
gives the derivative of x (Fiacco, *Introduction to Sensitivity and Stability Analysis in Nonlinear
Programming*, 1983). Coordinates at a bound that pushes back do not move.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.gradient import grad
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.variable import TensorVariable

from graphopt import engine
from graphopt.errors import NotSolved
from graphopt.problem.functions import unpacked
from graphopt.problem.precision import in_double
from graphopt.problem.problem import Problem
from graphopt.solvers.solution import Solution, Status
from graphopt.solving import solve

POLISH = 5  # Newton steps on the active set after the solver
WEAK = 1e-6  # a multiplier below this, relative to 1 + |gradient|, may be zero: the derivative is one-sided


class DegenerateArgmin(RuntimeWarning):
    """The solution has no two-sided derivative here: a bound or constraint is active without pushing back, or
    the second derivative is singular on the free subspace."""


class _Graph(NamedTuple):
    """The parts of a Lagrangian over flat variables, in float64."""

    x: TensorVariable
    multipliers: TensorVariable
    given: list[Any]  # the parameters
    parts: list[Any]  # the constraints' expressions
    limits: TensorVariable  # the same, flat, one after the other
    slope: TensorVariable  # of the Lagrangian, by x


class SolvedState(NamedTuple):
    """A solution with what its derivative needs; all flat."""

    x: np.ndarray
    free: np.ndarray  # bool, (n,)
    multipliers: np.ndarray  # (m,), zero where the constraint is not active
    active: np.ndarray  # bool, (m,)


class ParametricProblem:
    """A problem as a function of parameters: solutions, and the products its derivatives are made of.

    Attributes
    ----------
    given : list of variables
        The parameters as they are in the caller's graph.
    """

    def __init__(self, problem: Problem, solver: Any, x0: Any) -> None:
        self.solver, self.x0 = solver, x0
        self.lower = np.concatenate([v.lower.ravel() for v in problem.variables])
        self.upper = np.concatenate([v.upper.ravel() for v in problem.variables])
        constrained = [c.expression for c in problem.constraints]
        roots = graph_inputs(
            [problem.objective, *constrained], blockers=[v.expression for v in problem.variables]
        )
        moving = {v.expression for v in problem.variables}
        weights = [v for v in dict.fromkeys(roots) if isinstance(v, SharedVariable) and v not in moving]
        self.given = [*problem.fixed, *weights]
        values = [*problem.fixed.values(), *(np.asarray(w.get_value(borrow=True)) for w in weights)]
        self.inputs = [
            pt.tensor(p.name or f"parameter{k}", shape=value.shape, dtype=str(value.dtype))
            for k, (p, value) in enumerate(zip(self.given, values, strict=True))
        ]
        swaps = dict(zip(self.given, self.inputs, strict=True))
        expressions = clone_replace(
            [problem.objective, *constrained, *problem.outputs.values()], swaps, rebuild_strict=False
        )
        m = len(constrained)
        self.problem = replace(
            problem,
            **{problem.sense: expressions[0]},
            constraints=tuple(
                replace(c, expression=e)
                for c, e in zip(problem.constraints, expressions[1 : 1 + m], strict=True)
            ),
            fixed=dict(zip(self.inputs, values, strict=True)),
            outputs={},
        )
        self.sign = 1.0 if problem.sense == "minimize" else -1.0

    def solve(self, values: Sequence[np.ndarray]) -> SolvedState:
        """Return the solution for these values of the parameters."""
        problem = replace(self.problem, fixed=dict(zip(self.inputs, values, strict=True)))
        answer = solve(problem, self.solver, x0=self.x0)
        if answer.status in (Status.FAILED, Status.INFEASIBLE):
            raise NotSolved(
                f"argmin: the problem has no solution for these parameters. {answer.message} "
                "Look at solve(problem) with them held to see why."
            )
        if not answer.success:
            _warn(f"the solution is not a verified optimum ({answer.message})")
        return self._polished(self._state(answer, values), values)

    def _state(self, answer: Solution, values: Sequence[np.ndarray]) -> SolvedState:
        """Return the active set at the answer, those that do not push back counted as active."""
        x = np.asarray(answer.x)
        active, multipliers = self._active(x, values)
        gradient = self._gradient(x, multipliers, *values)
        at_bound = (x <= self.lower) | (x >= self.upper)
        pushed = np.where(x <= self.lower, gradient, -gradient)
        held = self.lower == self.upper
        weak = WEAK * (1.0 + float(np.max(np.abs(gradient), initial=0.0)))
        if np.any(at_bound & ~held & (pushed <= weak)):
            _warn("a bound is active without pushing back: its multiplier is zero")
        return SolvedState(x, ~at_bound, multipliers, active)

    def _active(self, x: np.ndarray, values: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return which constraints are active at `x`, and their multipliers by least squares."""
        lower, upper = self._limits
        if not lower.size:
            return np.zeros(0, bool), np.zeros(0)
        found, jacobian = self._constraint_values(x, np.zeros(lower.size), *values), self._jacobian(x, values)
        near = 1e-7 * (1.0 + np.abs(found))
        active = (found <= lower + near) | (found >= upper - near)
        free = (x > self.lower) & (x < self.upper)
        gradient = self._gradient(x, np.zeros(lower.size), *values)
        multipliers = np.zeros(lower.size)
        rows = jacobian[active][:, free]
        multipliers[active] = np.linalg.lstsq(rows.T, -gradient[free], rcond=None)[0]
        weak = WEAK * (1.0 + float(np.max(np.abs(gradient), initial=0.0)))
        if np.any(active & (lower < upper) & (np.abs(multipliers) <= weak)):
            _warn("a constraint is active without pushing back: its multiplier is zero")
        if np.linalg.matrix_rank(rows) < len(rows):
            _warn("the gradients of the active constraints depend on each other")
        return active, multipliers

    def _polished(self, state: SolvedState, values: Sequence[np.ndarray]) -> SolvedState:
        """Return the state after Newton steps on its active set, as long as they lower the residual."""
        best, least = state, self._residual(state, values)
        for _ in range(POLISH):
            if not least[0] > 0:
                break
            step = self._solved(best, values, -least[1], warn=False)
            n = best.x.size
            x = np.minimum(np.maximum(best.x + step[:n], self.lower), self.upper)
            new = best._replace(x=x, multipliers=best.multipliers + step[n:])
            residual = self._residual(new, values)
            if not residual[0] < least[0]:
                break
            best, least = new, residual
        return best

    def _residual(self, state: SolvedState, values: Sequence[np.ndarray]) -> tuple[float, np.ndarray]:
        """Return the size of what is left in the conditions on the active set, and that itself, (n + m,)."""
        slope = self._gradient(state.x, state.multipliers, *values) * state.free
        lower, upper = self._limits
        off = np.zeros(lower.size)
        if lower.size:
            found = self._constraint_values(state.x, state.multipliers, *values)
            with np.errstate(invalid="ignore"):
                nearer = np.where(np.abs(found - lower) <= np.abs(found - upper), lower, upper)
            off = np.where(state.active, found - np.where(state.active, nearer, 0.0), 0.0)
        left = np.concatenate([slope, off])
        return float(np.max(np.abs(left), initial=0.0)), left

    def _solved(
        self, state: SolvedState, values: Sequence[np.ndarray], right: np.ndarray, *, warn: bool
    ) -> np.ndarray:
        """Return the solution of the conditions' linear system, zero where nothing moves, (n + m,)."""
        n, m = state.x.size, state.active.size
        hessian = self._hessian(state.x, state.multipliers, values)
        system = np.zeros((n + m, n + m))
        system[:n, :n] = hessian
        if m:
            system[n:, :n] = self._jacobian(state.x, values)
            system[:n, n:] = system[n:, :n].T
        moves = np.concatenate([state.free, state.active])
        inner = system[np.ix_(moves, moves)]
        solution = np.zeros(n + m)
        if not moves.any():
            return solution
        scale = np.max(np.abs(inner), initial=0.0)
        singular = np.linalg.svd(inner, compute_uv=False)[-1] <= 1e-10 * scale
        if singular and warn:
            _warn("the second derivative is singular on the free subspace")
        solution[moves] = np.linalg.lstsq(inner, right[moves], rcond=1e-10)[0]
        return solution

    def pullback(
        self, state: SolvedState, values: Sequence[np.ndarray], cotangent: np.ndarray
    ) -> list[np.ndarray]:
        """Return the derivative of ``cotangent . x`` by each parameter."""
        right = np.concatenate([cotangent * state.free, np.zeros(state.active.size)])
        adjoint = self._solved(state, values, right, warn=True)
        n = state.x.size
        return [-g for g in self._cross(state.x, state.multipliers, adjoint[:n], adjoint[n:], *values)]

    @cached_property
    def _graph(self) -> _Graph:
        """The Lagrangian and its parts over fresh flat variables."""
        x = pt.vector("x", shape=(self.lower.size,), dtype="float64")
        decisions = [pt.tensor(v.name, shape=v.shape, dtype="float64") for v in self.problem.variables]
        pieces = unpacked(x, decisions)
        swaps: dict[Any, Any] = {
            v.expression: pieces[d] for v, d in zip(self.problem.variables, decisions, strict=True)
        }
        wide = [
            pt.tensor(p.name, shape=p.type.shape, dtype="float64" if is_float(p) else p.type.dtype)
            for p in self.inputs
        ]
        swaps.update(zip(self.inputs, wide, strict=True))
        expressions = [self.problem.objective, *(c.expression for c in self.problem.constraints)]
        cost, *parts = in_double(expressions, swaps)
        cost = self.sign * pt.cast(cost, "float64")
        flat = [pt.cast(part, "float64").ravel() for part in parts]
        limits = pt.concatenate(flat) if flat else pt.zeros((0,), dtype="float64")
        multipliers = pt.vector("multipliers", dtype="float64")
        lagrangian = cost + pt.sum(multipliers * limits) if flat else cost
        return _Graph(x, multipliers, wide, parts, limits, grad(lagrangian, x))

    @cached_property
    def _limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and upper limits of all constraints, flat."""
        constraints = self.problem.constraints
        if not constraints:
            return np.zeros(0), np.zeros(0)
        parts = self._compiled([], self._graph.parts, "constraints")
        shapes = parts(np.zeros(self.lower.size), np.zeros(0), *self.problem.fixed.values())
        limits = [c.limits(np.shape(part)) for c, part in zip(constraints, shapes, strict=True)]
        return np.concatenate([low for low, _, _ in limits]), np.concatenate([high for _, high, _ in limits])

    def _compiled(self, more: Sequence[Any], outputs: Any, name: str) -> engine.Compiled:
        """Return the function ``(x, multipliers, *more, *parameters) -> outputs``."""
        graph = self._graph
        return engine.compile(
            [graph.x, graph.multipliers, *more, *graph.given], outputs, tier="now", name=name
        )

    @cached_property
    def _gradient(self) -> engine.Compiled:
        """The gradient of the Lagrangian."""
        return self._compiled([], self._graph.slope, "gradient")

    @cached_property
    def _constraint_values(self) -> engine.Compiled:
        return self._compiled([], self._graph.limits, "constraints")

    @cached_property
    def _products(self) -> engine.Compiled:
        """``(x, multipliers, v) -> Hessian of the Lagrangian times v``."""
        v = pt.vector("v", dtype="float64")
        total = pt.sum(self._graph.slope * v)
        return self._compiled([v], _slope(total, self._graph.x), "Hessian product")

    @cached_property
    def _rows(self) -> engine.Compiled:
        """``(x, multipliers, w) -> w . Jacobian of the constraints``."""
        w = pt.vector("w", dtype="float64")
        total = pt.sum(self._graph.limits * w)
        return self._compiled([w], _slope(total, self._graph.x), "constraint row")

    @cached_property
    def _cross(self) -> engine.Compiled:
        """``(x, multipliers, u, w) -> derivative of u . slope + w . constraints`` by each float parameter."""
        u, w = pt.vector("u", dtype="float64"), pt.vector("w", dtype="float64")
        total = pt.sum(self._graph.slope * u)
        if self.problem.constraints:
            total = total + pt.sum(self._graph.limits * w)
        slopes = [_slope(total, p) for p in self._graph.given if is_float(p)]
        return self._compiled([u, w], slopes, "cross derivative")

    def _hessian(self, x: np.ndarray, multipliers: np.ndarray, values: Sequence[np.ndarray]) -> np.ndarray:
        columns = [self._products(x, multipliers, v, *values) for v in np.eye(x.size)]
        hessian = np.array(columns)
        return 0.5 * (hessian + hessian.T)

    def _jacobian(self, x: np.ndarray, values: Sequence[np.ndarray]) -> np.ndarray:
        m = self._limits[0].size
        none = np.zeros(m)
        return np.array([self._rows(x, none, w, *values) for w in np.eye(m)]).reshape(m, x.size)


def is_float(variable: Any) -> bool:
    """Return whether a derivative by `variable` makes sense."""
    return variable.type.dtype.startswith("float")


def _slope(total: Any, by: Any) -> Any:
    """Return the gradient, zero where `total` does not depend on `by`."""
    return grad(total, by, disconnected_inputs="ignore")


def _warn(what: str) -> None:
    """Warn that the derivative is not the whole truth."""
    warnings.warn(f"argmin: {what}; the gradient is that of one side.", DegenerateArgmin, stacklevel=2)
