"""The augmented Lagrangian of a question as one compiled function, of one point or of many in one call.

Cost, constraints and the penalties on their breaches come from one graph with one backward pass, so that what
cost and constraints share is evaluated once, and no Jacobian is ever made.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import grad
from pytensor.graph.replace import clone_replace

from graphopt import engine
from graphopt.environment import collector_paused
from graphopt.ops.vectorized import vectorized
from graphopt.problem.batched import filled_up, loops_over_points
from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.constraint_functions import ConstraintFunctions, constraint_functions_of
from graphopt.problem.functions import fresh_inputs, unpacked
from graphopt.problem.held import HeldParts
from graphopt.problem.precision import in_double

_kept: WeakKeyDictionary[ConstraintFunctions, AugmentedFunctions] = WeakKeyDictionary()
_lock = threading.Lock()


class AugmentedFunctions:
    """Augmented Lagrangians, their gradients and the constraints, at one flat vector or at many at once.

    Attributes
    ----------
    at_one, at_many : AugmentedFunction
        Of x, (n,), and of points, (B, n).
    """

    def __init__(self, compiled: CompiledProblem, moving: Sequence[bool]) -> None:
        problem = compiled.problem
        by_name = compiled.rows.by_name(np.zeros(compiled.rows.size))
        self._sizes = [rows.size for rows in by_name.values()]
        self._lock = threading.RLock()
        with collector_paused():
            decisions, self._held, swaps = fresh_inputs(problem)
            rows = [c.expression for c, moves in zip(problem.constraints, moving) if moves]
            graphs = [pt.cast(e, "float64") for e in in_double([problem.objective, *rows], swaps)]
            self._x = pt.vector("x", shape=(compiled.size,), dtype="float64")
            self._graphs = clone_replace(graphs, unpacked(self._x, decisions), rebuild_strict=False)

    @cached_property
    def at_one(self) -> AugmentedFunction:
        with self._lock, collector_paused():
            return AugmentedFunction(self._x, self._held, self._graphs, self._sizes)

    @cached_property
    def at_many(self) -> AugmentedFunction | None:
        """None where it would loop over the points in Python."""
        with self._lock, collector_paused():
            points = pt.matrix("x", dtype="float64")
            rows = pt.specify_shape(points, (None, self._x.type.shape[0]))
            graphs = vectorized(self._graphs, {self._x: rows})
            if loops_over_points(graphs):
                return None
            return AugmentedFunction(points, self._held, graphs, self._sizes)


class AugmentedFunction:
    """The compiled function over `x`, the one point (n,) or the points (B, n)."""

    def __init__(self, x: Any, held: list[Any], graphs: Sequence[Any], sizes: Sequence[int]) -> None:
        self._held = held
        self._made: dict[str, engine.Compiled] = {}
        self._lock = threading.RLock()
        many = x.type.ndim == 2
        lead = (x.shape[0],) if many else ()
        vector, scalar = (pt.matrix, pt.vector) if many else (pt.vector, pt.scalar)
        weight = scalar("weight of the cost", dtype="float64")
        prices = vector("prices", dtype="float64")
        shift, stiffness = vector("shift", dtype="float64"), vector("stiffness", dtype="float64")
        low, high = pt.vector("low", dtype="float64"), pt.vector("high", dtype="float64")
        self._inputs = [x, weight, prices, shift, stiffness, low, high]
        objective, *rows = graphs
        total = smooth = weight * objective
        pulls, values = [], []
        for row, size, stop in zip(rows, sizes, accumulate(sizes), strict=True):
            start, part = stop - size, (Ellipsis, slice(stop - size, stop))
            flat = row.reshape((*lead, size), ndim=len(lead) + 1)
            moved = flat + shift[part]
            outside = moved - pt.clip(moved, low[start:stop], high[start:stop])
            force = stiffness[part] * outside
            pull = prices[part] + force
            total = total + pt.sum(prices[part] * flat + 0.5 * force * outside, axis=-1)
            smooth = smooth + pt.sum(pull * flat, axis=-1)  # with `pull` held: the gradient of `total`
            pulls.append(pull)
            values.append(flat)
        gradient = grad(pt.sum(smooth), x, consider_constant=pulls)
        values = values or [pt.zeros((*lead, 0))]
        self._outputs = [total, gradient, values[0] if len(values) == 1 else pt.concatenate(values, axis=-1)]

    @cached_property
    def _parts(self) -> HeldParts:
        """What depends on none of the inputs, evaluated once for all points."""
        return HeldParts(self._outputs, self._inputs, self._held)

    def held_parts(self, values: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return what the function takes last, for these values of the held inputs and today's weights."""
        with self._lock:
            return self._parts.values(values)

    def compiled(self, tier: str) -> engine.Compiled:
        """Return the function of x, weight, prices, shift, stiffness, limits and held parts.

        It gives totals, gradients and the values of the rows.
        """
        with self._lock, collector_paused():
            if tier not in self._made:
                slots, outputs = self._parts.handed_in(self._outputs)
                self._made[tier] = engine.compile(
                    [*self._inputs, *slots], outputs, tier=tier, name="augmented Lagrangian"
                )
            return self._made[tier]


class AugmentedCost:
    """The augmented Lagrangian of a compiled problem at many points, or at one: what solvers see.

    For a cost f and rows c, it is ``weight * f(x) + sum(prices * c(x) + 0.5 * stiffness * d ** 2)``. By
    ``d = c(x) + shift - clip(c(x) + shift, lower, upper)`` a shifted row is outside its limits.
    """

    def __init__(self, compiled: CompiledProblem, function: AugmentedFunction, *, many: bool) -> None:
        self._function = function.compiled(compiled.tier)
        self._parts = function.held_parts(compiled.problem.fixed.values())
        self._limits = [np.array(side, dtype=np.float64) for side in compiled.limits]
        self._sign, self._many = compiled.sign, many

    def filled_up(self, rows: int) -> int:
        """Return to how many points a call of `rows` is filled up; those that come so copy nothing."""
        return filled_up(rows) if self._many else rows

    def __call__(
        self,
        points: np.ndarray,
        weight: np.ndarray,
        prices: np.ndarray,
        shift: np.ndarray,
        stiffness: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return augmented Lagrangians (B,), gradients (B, n) and values of the rows (B, m) at `points`.

        The bits at a point do not depend on which the other points are, only on how many where BLAS takes
        another kernel for that.

        Parameters
        ----------
        points : array, (B, n)
            Of float64, in the caller's units.
        weight : array, (B,)
            What the cost at each point is multiplied by.
        prices, shift, stiffness : array, (B, m)
            For each point, what a unit of each row costs, what is added before a breach is measured, and the
            penalty on the squares of breaches.
        """
        given = [points, self._sign * weight, prices, shift, stiffness]
        if not self._many:
            found = [self._function.trusted(*each, *self._limits, *self._parts) for each in zip(*given)]
            totals, gradients, values = (np.array(column) for column in zip(*found))
            return totals, gradients, values
        rows = len(points)
        missing = self.filled_up(rows) - rows
        if missing:
            given = [np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) for part in given]
        totals, gradients, values = self._function.trusted(*given, *self._limits, *self._parts)
        return totals[:rows], gradients[:rows], values[:rows]


def augmented_functions(compiled: CompiledProblem) -> AugmentedFunctions:
    """Return the functions of a question, kept as long as those of its constraints."""
    constraints = constraint_functions_of(compiled.problem)
    with _lock:
        if constraints not in _kept:
            _kept[constraints] = AugmentedFunctions(compiled, constraints.moving)
        return _kept[constraints]


def augmented_cost(compiled: CompiledProblem) -> AugmentedCost:
    """Return the augmented Lagrangian of `compiled`, evaluated at one point a call."""
    return AugmentedCost(compiled, augmented_functions(compiled).at_one, many=False)


def batched_augmented_cost(compiled: CompiledProblem) -> AugmentedCost | None:
    """Return the augmented Lagrangian of `compiled` for many points at once, or None where that would be a
    loop in Python.
    """
    function = augmented_functions(compiled).at_many
    return None if function is None else AugmentedCost(compiled, function, many=True)
