"""The compiled functions of a question, kept as long as its graph: asked again, it compiles nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedInputError, NullTypeGradError, grad
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.variable import TensorVariable

from graphopt import engine
from graphopt.environment import collector_paused
from graphopt.errors import InvalidValue
from graphopt.problem.held import HeldParts
from graphopt.problem.precision import in_double
from graphopt.problem.problem import Problem

_kept: WeakKeyDictionary[Any, dict[tuple, ProblemFunctions]] = WeakKeyDictionary()
_lock = threading.Lock()


def functions_of(problem: Problem) -> ProblemFunctions:
    """Return the functions for the graph of `problem`, whatever its bounds and the values it holds.

    They live as long as the objective, which is why the key only refers to variables weakly.
    """
    key = identity(problem)
    with _lock:
        known = _kept.setdefault(problem.objective, {})
        if key not in known:
            with collector_paused():
                known[key] = ProblemFunctions(problem)
        return known[key]


def identity(problem: Problem) -> tuple:
    """Return what, beside the objective, tells the graphs of two problems apart: whose variables they are."""
    return (
        tuple((ref(v.expression), v.shape, v.name) for v in problem.variables),
        tuple((ref(x), value.shape, str(value.dtype)) for x, value in problem.fixed.items()),
        tuple((name, ref(output)) for name, output in problem.outputs.items()),
    )


class ProblemFunctions:
    """The functions that a problem's graph needs, each made when it is first asked for.

    Attributes
    ----------
    graph : Graph
        In float64, over one variable for each decision and each held input.
    """

    def __init__(self, problem: Problem) -> None:
        self.graph = double_precision(problem)
        self._costs: dict[tuple[float, str], engine.Compiled] = {}
        self._lock = threading.RLock()

    @cached_property
    def _parts(self) -> HeldParts:
        """What of value and gradients does not depend on the decisions."""
        graph = self.graph
        return HeldParts([graph.objective, *graph.gradients], graph.decisions, graph.held)

    def held_parts(self, values: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return what `cost` takes behind x, for these values of the held inputs and today's weights."""
        with self._lock:
            return self._parts.values(values)

    def cost(self, sign: float, tier: str) -> engine.Compiled:
        """Return ``(x, *held parts) -> (sign * value, sign * gradient)`` of one flat vector x."""
        with self._lock:
            if (sign, tier) not in self._costs:
                self._costs[sign, tier] = self._compile_cost(sign, tier)
            return self._costs[sign, tier]

    def _compile_cost(self, sign: float, tier: str) -> engine.Compiled:
        graph = self.graph
        flat = pt.vector(
            "x", shape=(sum(int(np.prod(d.type.shape)) for d in graph.decisions),), dtype="float64"
        )
        slopes = [g.ravel() for g in graph.gradients]
        outputs = [graph.objective, slopes[0] if len(slopes) == 1 else pt.concatenate(slopes)]
        if sign < 0:
            outputs = [-output for output in outputs]
        slots, outputs = self._parts.handed_in(outputs)
        outputs = clone_replace(outputs, unpacked(flat, graph.decisions), rebuild_strict=False)
        return engine.compile([flat, *slots], outputs, tier=tier, name="objective")

    @cached_property
    def look(self) -> engine.Compiled:
        """``(*decisions, *held) -> (value, *gradients, *outputs)``, from the graph as it was written."""
        graph = self.graph
        return engine.compile(
            [*graph.decisions, *graph.held],
            [graph.objective, *graph.gradients, *graph.outputs],
            tier="now",
            name="certificate",
            simplify=False,
        )


class Graph(NamedTuple):
    """The graph of a problem over float64 variables of known shapes."""

    decisions: list[Any]
    held: list[Any]
    objective: Any
    gradients: list[Any]
    outputs: list[Any]


def double_precision(problem: Problem) -> Graph:
    """Return the graph of `problem` in float64, whatever the precision of its variables: line searches
    need it.
    """
    decisions, held, swaps = fresh_inputs(problem)
    objective, *outputs = in_double([problem.objective, *problem.outputs.values()], swaps)
    objective = pt.cast(objective, "float64")
    reached = set(ancestors([objective]))
    wanted = [d for d in decisions if d in reached]  # the others only matter to constraints
    try:
        found: Any = grad(objective, wanted) if wanted else []
    except (DisconnectedInputError, NullTypeGradError, NotImplementedError) as error:
        names = ", ".join(repr(v.name) for v in problem.variables)
        raise InvalidValue(
            f"The objective has no gradient with respect to {names}: a step on the way, such as "
            f"argmax, rounding or a "
            f"comparison, has none. Use a smooth expression. ({error})"
        ) from error
    slopes = dict(zip(wanted, found, strict=True))
    gradients = [slopes.get(d, pt.zeros(d.type.shape)) for d in decisions]
    return Graph(decisions, held, objective, gradients, outputs)


def fresh_inputs(problem: Problem) -> tuple[list[Any], list[Any], dict[Any, Any]]:
    """Return new variables for decisions and held inputs, and which of the problem's each stands for.

    Decisions are in float64, and all have the shapes of the problem's bounds and values.
    """
    decisions = [pt.tensor(v.name, shape=v.shape, dtype="float64") for v in problem.variables]
    swaps: dict[Any, Any] = {v.expression: new for v, new in zip(problem.variables, decisions, strict=True)}
    held = []
    for variable, value in problem.fixed.items():
        new = pt.tensor(variable.name, shape=value.shape, dtype=str(value.dtype))
        held.append(new)
        swaps[variable] = new
    return decisions, held, swaps


def unpacked(flat: TensorVariable, decisions: list[TensorVariable]) -> dict[Any, Any]:
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
