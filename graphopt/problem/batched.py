"""The cost of many points in one call: the graph of the question, vectorised over one more axis."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import grad
from pytensor.graph.basic import Variable
from pytensor.graph.replace import clone_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.math import Dot

from graphopt import engine
from graphopt.environment import collector_paused
from graphopt.ops.vectorized import vectorized
from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.functions import Graph, ProblemFunctions, unpacked
from graphopt.problem.held import HeldParts

ROWS = 8  # BLAS sums the rows of a last, shorter tile in another order: calls are filled up to whole tiles

_kept: WeakKeyDictionary[ProblemFunctions, BatchedFunctions] = WeakKeyDictionary()
_lock = threading.Lock()


def batched_functions(functions: ProblemFunctions) -> BatchedFunctions:
    """Return the batched functions of a question, kept as long as its other functions."""
    with _lock:
        if functions not in _kept:
            _kept[functions] = BatchedFunctions(functions.graph)
        return _kept[functions]


class BatchedFunctions:
    """Values and gradients of the objective at many flat vectors at once.

    Attributes
    ----------
    possible : bool
        Whether the graph could be vectorised without a loop over the points in Python: not with a `Scan`, for
        example.
    """

    def __init__(self, graph: Graph) -> None:
        self._held = graph.held
        self._points = pt.matrix("x", dtype="float64")
        self._lock = threading.RLock()
        self._costs: dict[tuple[float, str], engine.Compiled] = {}
        with collector_paused():
            size = sum(int(np.prod(d.type.shape)) for d in graph.decisions)
            flat = pt.vector("x", shape=(size,), dtype="float64")
            (objective,) = clone_replace(
                [graph.objective], unpacked(flat, graph.decisions), rebuild_strict=False
            )
            points = pt.specify_shape(self._points, (None, size))
            (self._values,) = vectorized([objective], {flat: points})
            self.possible = self._values.type.ndim == 1 and not loops_over_points([self._values])

    @cached_property
    def _gradients(self):
        return grad(pt.sum(self._values), self._points)

    @cached_property
    def _parts(self) -> HeldParts:
        """What does not depend on the points, evaluated once for all of them."""
        return HeldParts([self._values, self._gradients], [self._points], self._held)

    def held_parts(self, values: Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return what `cost` takes behind x, for these values of the held inputs and today's weights."""
        with self._lock:
            return self._parts.values(values)

    def cost(self, sign: float, tier: str) -> engine.Compiled:
        """Return ``(x, *held parts) -> (sign * values, sign * gradients)`` of points x, (B, n)."""
        with self._lock, collector_paused():
            if (sign, tier) not in self._costs:
                outputs = [self._values, self._gradients]
                if sign < 0:
                    outputs = [-output for output in outputs]
                slots, outputs = self._parts.handed_in(outputs)
                self._costs[sign, tier] = engine.compile(
                    [self._points, *slots], outputs, tier=tier, name="objective at many points"
                )
            return self._costs[sign, tier]


class BatchedCost:
    """Cost and gradient of a compiled problem at the rows of an array: what solvers see."""

    def __init__(self, compiled: CompiledProblem) -> None:
        functions = batched_functions(compiled.functions)
        self._cost = functions.cost(compiled.sign, compiled.tier)
        self._parts = functions.held_parts(compiled.problem.fixed.values())

    def __call__(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the costs (B,) and gradients (B, n) at `points` (B, n) of float64.

        The bits at a point do not depend on which the other points are, only on how many where BLAS takes
        another kernel for that.
        """
        rows = len(points)
        missing = filled_up(rows) - rows
        if missing:
            points = np.concatenate([points, np.repeat(points[-1:], missing, axis=0)])
        values, gradients = self._cost.trusted(points, *self._parts)
        return values[:rows], gradients[:rows]


def batched_cost(compiled: CompiledProblem) -> BatchedCost | None:
    """Return the cost of `compiled` for many points at once, or None where that would be a loop in Python."""
    return BatchedCost(compiled) if batched_functions(compiled.functions).possible else None


def filled_up(rows: int) -> int:
    """Return to how many points a call of `rows` is filled up: 8, 16, 24, 32, 48, 64, 96, 128, 192, ...

    The sizes are few, since native code is made for each.
    """
    tiles = -(-rows // ROWS)
    step = 1 << max(0, (tiles - 1).bit_length() - 2)
    return -(-tiles // step) * step * ROWS


def loops_over_points(outputs: Sequence[Variable]) -> bool:
    """Return whether `outputs`, which are over many points, are made by a loop over them in Python."""
    return any(
        isinstance(v.owner.op, Blockwise) and not isinstance(v.owner.op.core_op, Dot)
        for v in ancestors(outputs)
        if v.owner is not None
    )
