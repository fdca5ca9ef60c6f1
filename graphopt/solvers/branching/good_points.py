"""Where a search looks for good points: spread over the box, and where local methods lead from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from graphopt.solvers.branching.incumbents import best_first, descended, descended_within, flipped
from graphopt.solvers.limits import Limits
from graphopt.structure.program import Program

STARTS = 128  # points spread over the box
DESCENTS_UNDER_LIMITS = 2  # points improved where there are limits, which takes a solver for dense problems
DECISIONS_UNDER_LIMITS = 300  # up to which that solver is used


class GoodPoints:
    """Points of a box worth looking at, whole numbers where `integer` says so."""

    def __init__(
        self, program: Program, limits: Limits, lower: np.ndarray, upper: np.ndarray, integer: np.ndarray
    ) -> None:
        self.program, self.limits = program, limits
        self.lower, self.upper, self.integer = lower, upper, integer

    def inside(self, point: np.ndarray) -> np.ndarray:
        """Return `point` as a point of the box, (n,)."""
        x = np.asarray(point, dtype=np.float64).ravel()
        return np.minimum(np.maximum(np.where(self.integer, np.round(x), x), self.lower), self.upper)

    def spread(self) -> np.ndarray:
        """Return points spread over the box, its middle first, always the same: (STARTS, n)."""
        share = np.random.default_rng(0).random((STARTS, self.lower.size))
        share[0] = 0.5
        points = self.lower + share * (self.upper - self.lower)
        return np.minimum(np.where(self.integer, np.floor(points + 0.5), points), self.upper)

    def improved(self, points: np.ndarray, count: int) -> Iterator[np.ndarray]:
        """Yield what local methods make of the `count` best of `points`: whole numbers first, then the rest
        with these held; (k, n) each.
        """
        points = best_first(self.program, self.limits, points)[:count]
        box = self.lower, self.upper
        if self.integer.any():
            ends = [flipped(self.program, self.limits, x, *box, self.integer) for x in points]
            points = best_first(self.program, self.limits, np.array(ends))[:1]
            yield points
        if self.integer.all():
            return
        boxes = [[np.where(self.integer, x, side) for side in box] for x in points]
        if not len(self.limits):
            yield descended(self.program, points, *zip(*boxes, strict=True))
        elif self.lower.size <= DECISIONS_UNDER_LIMITS:
            runs = list(zip(points, boxes, strict=True))[:DESCENTS_UNDER_LIMITS]
            yield np.array([descended_within(self.program, self.limits, x, *inside) for x, inside in runs])
