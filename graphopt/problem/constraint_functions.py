"""The compiled functions of a question's constraints, kept as long as the graph of its objective."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedInputError, NullTypeGradError, grad
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.type import TensorType

from graphopt import engine
from graphopt.environment import collector_paused
from graphopt.errors import InvalidValue
from graphopt.problem.constraints import Constraint
from graphopt.problem.functions import fresh_inputs, identity, unpacked
from graphopt.problem.precision import in_double
from graphopt.problem.problem import Problem

_kept: WeakKeyDictionary[Any, dict[tuple, ConstraintFunctions]] = WeakKeyDictionary()
_lock = threading.Lock()


def constraint_functions_of(problem: Problem) -> ConstraintFunctions:
    """Return the functions of the constraints of `problem`, whatever its limits and the values it holds.

    Constraints by name are known by what they do to what, others by their expression.
    """
    key = (*identity(problem), tuple(c.identity for c in problem.constraints))
    with _lock:
        known = _kept.setdefault(problem.objective, {})
        if key not in known:
            for old in [old for old in known if any(isinstance(k, ref) and k() is None for k in old[-1])]:
                del known[old]  # its expressions are gone: nobody can ask for it again
            with collector_paused():
                known[key] = ConstraintFunctions(problem)
        return known[key]


class ConstraintFunctions:
    """Values and derivatives of constraint expressions, flattened one after the other.

    Attributes
    ----------
    moving : list of bool
        For each constraint of the problem, whether it depends on a decision.
    """

    def __init__(self, problem: Problem) -> None:
        self.decisions, self.held, swaps = fresh_inputs(problem)
        expressions = [c.expression for c in problem.constraints]
        graphs = [pt.cast(e, "float64") for e in in_double(expressions, swaps)]
        wanted = set(self.decisions)
        self.moving = [not wanted.isdisjoint(ancestors([e])) for e in graphs]
        self._fixed = [e for e, moves in zip(graphs, self.moving) if not moves]
        self._graphs = [e for e, moves in zip(graphs, self.moving) if moves]
        self._names = [c.name for c, moves in zip(problem.constraints, self.moving) if moves]
        self._sizes = [d.type.shape for d in self.decisions]
        self._lock = threading.RLock()
        self._made: dict[tuple, engine.Compiled] = {}

    def constants(self, values: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return the values of the expressions that depend on no decision."""
        if not self._fixed:
            return []
        return self._once(
            ("constants",),
            lambda: engine.compile(self.held, self._fixed, tier="now", name="constant constraints"),
        )(*values)

    def held_parts(self, values: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return what `values` and `pullback` take last, for these held inputs and today's weights."""
        evaluate = self._once(
            ("held",), lambda: engine.compile(self.held, self._parts, tier="now", name="held")
        )
        return [np.ascontiguousarray(v).reshape(v.shape) for v in evaluate(*values)]

    def values(self, tier: str) -> engine.Compiled:
        """Return ``(x, *held parts) -> one array per constraint`` of one flat vector x."""
        return self._once(("values", tier), lambda: self._flat([], self._graphs, tier, "constraints"))

    def pullback(self, tier: str, which: Sequence[int]) -> engine.Compiled:
        """Return ``(x, *weights, *held parts) -> one gradient per constraint`` of `which`, of the sums of
        weights times values, (n,) each; the weights have the shapes of the constraints.
        """
        which = tuple(which)

        def make() -> engine.Compiled:
            weights = [self._weights[k] for k in which]
            gradients = [self._gradients[k] for k in which]
            return self._flat(weights, gradients, tier, "constraint gradients")

        return self._once(("pullback", tier, which), make)

    def linear(self, tier: str) -> list[bool]:
        """Return for each constraint that depends on a decision whether it is affine in all of them.

        It is if, after simplification, its gradient no longer depends on x.
        """
        graph = self.pullback(tier, range(len(self._graphs))).flat.fgraph
        x = graph.inputs[0]
        return [x not in set(ancestors([gradient])) for gradient in graph.outputs]

    @cached_property
    def look(self) -> engine.Compiled:
        """``(*decisions, *held) -> one array per constraint``, from the graph as it was written."""
        return engine.compile(
            [*self.decisions, *self.held], self._graphs, tier="now", name="certificate", simplify=False
        )

    @cached_property
    def look_back(self) -> engine.Compiled:
        """``(*decisions, *held, *weights) -> gradients``: for each constraint and each decision, of the sum
        of weights times values, from the graph as it was written.
        """
        slopes = [g for gradients in self._slopes for g in gradients]
        inputs = [*self.decisions, *self.held, *self._weights]
        return engine.compile(inputs, slopes, tier="now", name="certificate", simplify=False)

    @cached_property
    def _weights(self) -> list[Any]:
        return [e.type(name=f"weights {k}") for k, e in enumerate(self._graphs)]

    @cached_property
    def _slopes(self) -> list[list[Any]]:
        """For each constraint the gradients of its weighted sum by each decision, in their shapes."""
        found = []
        for name, expression, weights in zip(self._names, self._graphs, self._weights, strict=True):
            reached = set(ancestors([expression]))
            wanted = [d for d in self.decisions if d in reached]
            try:
                made: Any = grad(pt.sum(weights * expression), wanted)
            except (DisconnectedInputError, NullTypeGradError, NotImplementedError) as error:
                raise InvalidValue(
                    f"Constraint {name!r} has no gradient with respect to "
                    f"{', '.join(repr(d.name) for d in wanted)}: a step on the way, such as argmax, rounding "
                    f"or a comparison, has none. Use a smooth expression. ({error})"
                ) from error
            by_decision = dict(zip(wanted, made, strict=True))
            found.append([by_decision.get(d, pt.zeros(d.type.shape)) for d in self.decisions])
        return found

    @cached_property
    def _gradients(self) -> list[Any]:
        """The flat gradient of each constraint's weighted sum, (n,)."""
        flat = [[g.ravel() for g in slopes] for slopes in self._slopes]
        return [one[0] if len(one) == 1 else pt.concatenate(one) for one in flat]

    @cached_property
    def _parts(self) -> list[Any]:
        """What of values and gradients depends on neither decisions nor weights."""
        found = engine.hoist([*self._graphs, *self._gradients], [*self.decisions, *self._weights])
        return [*self.held, *(v for v in found if isinstance(v.type, TensorType))]

    def _flat(self, weights: list[Any], outputs: list[Any], tier: str, name: str) -> engine.Compiled:
        """Return the function of a flat x, of `weights` and of the held parts."""
        flat = pt.vector("x", shape=(sum(int(np.prod(s)) for s in self._sizes),), dtype="float64")
        slots = [part.type(name=part.name) for part in self._parts]
        outputs = clone_replace(outputs, dict(zip(self._parts, slots, strict=True)), rebuild_strict=False)
        outputs = clone_replace(outputs, unpacked(flat, self.decisions), rebuild_strict=False)
        return engine.compile([flat, *weights, *slots], outputs, tier=tier, name=name)

    def _once(self, key: tuple, make: Any) -> engine.Compiled:
        """Return the function for `key`, made when it is first asked for."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]


def constant_breach(constraint: Constraint, value: np.ndarray) -> float:
    """Return by how much a constant value breaches its limits, relative to the scale; limits of zero count as
    one.
    """
    lower, upper, scale = constraint.limits(value.shape)
    flat, scale = np.asarray(value, dtype=np.float64).ravel(), np.where(scale > 0, scale, 1.0)
    with np.errstate(invalid="ignore"):
        breach = np.maximum(lower - flat, flat - upper) / scale
    return float(np.max(np.where(np.isnan(breach), np.inf, breach), initial=0.0))
