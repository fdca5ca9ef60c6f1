"""Bounds by curvature: for boxes that are small enough, and for convex costs on boxes of any size."""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.elementwise.steps import STEPS
from graphopt.solvers.branching.boxes import Boxes
from graphopt.solvers.branching.half_spaces import combined
from graphopt.solvers.branching.lagrangian import Lagrangian
from graphopt.solvers.branching.prospects import Prospects
from graphopt.solvers.branching.taylor_lines import LinesBelow
from graphopt.solvers.limits import Limits
from graphopt.structure.program import Program

DECISIONS = 32  # up to which all boxes of a search may be looked at
WORK = 3e8  # multiplications that a Hessian of one box may take
WORK_IF_CONVEX = 5e9  # the same where signs show already that it has no negative eigenvalue


class SecondOrder:
    """What curvature says about the boxes of one search, and which of them are worth asking about.

    Parameters
    ----------
    program, limits, lower, upper
        As of `Lagrangian`.
    integer : array of bool, (n,)
        Which decisions take whole numbers only.

    Attributes
    ----------
    everywhere : bool
        Whether other boxes than the first are asked about.
    convex : bool
        Whether the cost, together with the limits that hold it back, was found to be convex on the first.
    """

    def __init__(
        self, program: Program, limits: Limits, lower: np.ndarray, upper: np.ndarray, integer: np.ndarray
    ) -> None:
        n, elements = program.size, sum(group.size for group in program.groups[1:])
        self.lagrangian, self.integer = Lagrangian(program, limits, lower, upper), integer
        self.work = n * n * (elements + 10 * n)
        smooth = not {group.function for group in program.groups} & ({"relu", "normalized"} | set(STEPS))
        self.everywhere = smooth and self.work <= WORK and n <= DECISIONS
        self.convex = False
        first = 0.4 * elements * min(len(program.groups) - 1, 3)  # both fitted to measured times
        self.prospects = Prospects((0.5 * elements + 0.2 * n * n) / max(first, 1.0))

    def chosen(self, boxes: Boxes, level: float) -> np.ndarray:
        """Return which boxes to ask about: a mask (B,)."""
        if not self.everywhere:
            return np.zeros(len(boxes), dtype=bool)
        return self.prospects.chosen(_spread(boxes), level - boxes.bound)

    def lines(self, boxes: Boxes, x: np.ndarray | None) -> LinesBelow:
        """Return lines below the cost of the points of boxes that keep the limits; x, (n,), is the best point
        known."""
        points = 0.5 * boxes.lower + 0.5 * boxes.upper
        if x is not None:
            self.lagrangian.look(x)
            inside = np.asarray(((x >= boxes.lower) & (x <= boxes.upper)).all(axis=1))
            points = np.where(inside[:, None], x, points)
        assert boxes.known is not None
        asked = boxes.known, points, boxes.lower, boxes.upper
        lines = self.lagrangian.lines(*asked, hessians=self.work <= WORK)
        if WORK < self.work <= WORK_IF_CONVEX and lines.convex.all():
            lines = self.lagrangian.lines(*asked)
        if boxes.half_spaces is None:
            return lines
        slope, constant = combined(lines.slope, lines.constant, *boxes.half_spaces, boxes.lower, boxes.upper)
        return lines._replace(slope=slope, constant=constant)

    def newton_point(self, point: np.ndarray) -> np.ndarray:
        """Return where a Newton step leads from a point, (n,): to itself where a Hessian takes too long."""
        return self.lagrangian.newton_point(point) if self.work <= WORK_IF_CONVEX else point

    def first(self, lines: LinesBelow) -> None:
        """Take in what was found about the first box: a search over whole numbers alone asks about more only
        if the cost is convex, else closing boxes early saves too little."""
        self.convex = bool(lines.convex.all())
        self.everywhere &= self.convex or not self.integer.all()

    def learn(self, before: Boxes, after: Boxes, fits: np.ndarray, level: float) -> None:
        """Take in what became of boxes that were asked about: `after` cut at the level, of which those `fits`
        are left."""
        with np.errstate(invalid="ignore"):
            left = np.nan_to_num((after.upper - after.lower) / (before.upper - before.lower), nan=1.0)
        share = np.where(fits, left.prod(axis=1), 0.0)
        room, room_left = level - before.bound, np.maximum(level - after.bound, 0.0)
        self.prospects.learn(_spread(before), room, room_left, share)


def _spread(boxes: Boxes) -> np.ndarray:
    """Return how much the slope of the cost changes in each box, times its width: (B,)."""
    assert boxes.gradient is not None
    low, high = boxes.gradient
    with np.errstate(all="ignore"):
        return np.asarray(((high - low) * (boxes.upper - boxes.lower)).sum(axis=1))
