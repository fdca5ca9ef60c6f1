"""A problem made ready to run: one call gives the value and the gradient at a flat vector."""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedInputError, NullTypeGradError, grad
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from graphopt import engine
from graphopt.engine.compiler import TIERS
from graphopt.errors import InvalidValue, unknown_name
from graphopt.problem.precision import NARROW, in_double
from graphopt.problem.problem import Problem


class Point(NamedTuple):
    """What an independent look at one point gives, in the sense the question was asked."""

    value: float
    gradient: np.ndarray
    outputs: dict[str, np.ndarray]


class CompiledProblem:
    """The functions of a `Problem`, made when they are first needed.

    ``cost(x)`` is what solvers see: the value to be minimised (the negative objective of a maximisation) and
    its gradient, as a function of one flat float64 vector. ``look(x)`` is what certificates see: value,
    gradient and outputs in the sense asked, from another function, compiled for the first tier from the
    graph as it was written.

    What does not depend on the decisions (held inputs, wide copies of narrow weights) is evaluated when
    `cost` is first called. After more training, make a new one.
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

    def cost(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the cost and its gradient at the flat vector `x`."""
        value, gradient = self._cost(x)
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
        return Point(float(results[0]), gradient, outputs)

    @cached_property
    def noise(self) -> float:
        """The relative rounding error of a value: that of float32 if single precision is written into the
        graph.
        """
        types = {
            getattr(v.type, "dtype", "") for v in ancestors([self._graph.objective]) if v.owner is not None
        }
        return 1e-6 if types & set(NARROW) else 1e-12

    @cached_property
    def _graph(self) -> _Graph:
        return _double_precision(self.problem)

    @cached_property
    def _cost(self) -> engine.Compiled:
        started = time.perf_counter()
        graph = self._graph
        flat = pt.vector("x", shape=(self.size,), dtype="float64")
        gradient = (
            pt.concatenate([g.ravel() for g in graph.gradients])
            if len(graph.gradients) > 1
            else graph.gradients[0].ravel()
        )
        outputs = [graph.objective, gradient]
        if self.sign < 0:
            outputs = [-output for output in outputs]
        outputs = self._with_held_parts_evaluated(outputs, graph)
        outputs = clone_replace(outputs, _unpacked(flat, graph.decisions), rebuild_strict=False)
        function = engine.compile([flat], outputs, tier=self.tier, name="objective")
        self.seconds_to_compile += time.perf_counter() - started
        return function

    @cached_property
    def _look(self) -> engine.Compiled:
        started = time.perf_counter()
        graph = self._graph
        function = engine.compile(
            [*graph.decisions, *graph.held],
            [graph.objective, *graph.gradients, *graph.outputs],
            tier="now",
            name="certificate",
            simplify=False,
        )
        self.seconds_to_compile += time.perf_counter() - started
        return function

    def _with_held_parts_evaluated(self, outputs: list[Any], graph: _Graph) -> list[Any]:
        """Return `outputs` with what does not depend on the decisions replaced by its value."""
        parts = [v for v in engine.hoist(outputs, graph.decisions) if isinstance(v.type, TensorType)]
        swaps: dict[Any, Any] = {
            held: pytensor.shared(value, name=held.name, shape=value.shape)
            for held, value in zip(graph.held, self.problem.fixed.values(), strict=True)
        }
        if parts:
            values = engine.compile(graph.held, parts, tier="now", name="held")(*self.problem.fixed.values())
            for part, value in zip(parts, values, strict=True):
                slot = pytensor.shared(
                    np.ascontiguousarray(value).reshape(value.shape), name=part.name, shape=value.shape
                )
                swaps[part] = slot if part.type.is_super(slot.type) else part.type.filter_variable(slot)
        return clone_replace(outputs, swaps, rebuild_strict=False) if swaps else outputs


def compile_problem(problem: Problem, *, tier: str = "auto") -> CompiledProblem:
    """Return the functions of `problem`; `tier` is the engine's for the function the solver calls."""
    if tier not in TIERS:
        raise unknown_name("tier", tier, TIERS)
    return CompiledProblem(problem, tier=tier)


class _Graph(NamedTuple):
    """The graph of a problem over float64 variables of known shapes."""

    decisions: list[Any]
    held: list[Any]
    objective: Any
    gradients: list[Any]
    outputs: list[Any]


def _double_precision(problem: Problem) -> _Graph:
    """Return the graph of `problem` in float64, whatever the precision of its variables: line searches
    need it.
    """
    decisions = [pt.tensor(v.name, shape=v.shape, dtype="float64") for v in problem.variables]
    swaps: dict[Any, Any] = {v.expression: new for v, new in zip(problem.variables, decisions, strict=True)}
    held = []
    for variable, value in problem.fixed.items():
        new = pt.tensor(variable.name, shape=value.shape, dtype=str(value.dtype))
        held.append(new)
        swaps[variable] = new
    objective, *outputs = in_double([problem.objective, *problem.outputs.values()], swaps)
    objective = pt.cast(objective, "float64")
    try:
        gradients: Any = grad(objective, decisions)
    except (DisconnectedInputError, NullTypeGradError, NotImplementedError) as error:
        names = ", ".join(repr(v.name) for v in problem.variables)
        raise InvalidValue(
            f"The objective has no gradient with respect to {names}: a step on the way, such as "
            f"argmax, rounding or a "
            f"comparison, has none. Use a smooth expression. ({error})"
        ) from error
    return _Graph(decisions, held, objective, list(gradients), outputs)


def _unpacked(flat: TensorVariable, decisions: list[TensorVariable]) -> dict[Any, Any]:
    """Return each decision as its slice of the vector `flat`, in its own shape."""
    if len(decisions) == 1:
        (only,) = decisions
        return {only: flat if only.type.ndim == 1 else flat.reshape(only.type.shape)}
    pieces, start = {}, 0
    for decision in decisions:
        stop = start + int(np.prod(decision.type.shape))
        pieces[decision] = flat[start:stop].reshape(decision.type.shape)
        start = stop
    return pieces
