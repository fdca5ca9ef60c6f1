"""The search of branch and bound: boxes are bounded, made smaller, closed or cut, the best bound first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from graphopt.enclosures.derivatives.gradients import gradient_bounds
from graphopt.enclosures.linear.bounds import LinearBounds, linear_bounds
from graphopt.solvers.bounded_search import BoundedSearch
from graphopt.solvers.branching.boxes import Boxes
from graphopt.solvers.branching.frontier import Frontier
from graphopt.solvers.branching.good_points import GoodPoints
from graphopt.solvers.branching.half_spaces import (
    combined,
    corner,
    least_value,
    limit_half_spaces,
    tightened,
)
from graphopt.solvers.branching.incumbents import cost_of
from graphopt.solvers.branching.inheritance import Inheritance
from graphopt.solvers.branching.kinks import bound_without_kinks
from graphopt.solvers.branching.monotone import collapsed
from graphopt.solvers.branching.pseudo_costs import PseudoCosts
from graphopt.solvers.branching.second_order import SecondOrder
from graphopt.solvers.branching.splitting import halves, split_places
from graphopt.solvers.branching.taylor_lines import LinesBelow
from graphopt.solvers.limits import Limits
from graphopt.solvers.proof import Proof
from graphopt.structure.program import Program

METHOD = "branch and bound"
CONVEXITY = "convexity"
DESCENTS = 8  # of the points tried before the first box, improved by a local method
POLISH_EVERY = 16  # batches after which a local method is tried again; sooner while no point is known
MAX_ROUNDS = 3  # of the search for better lines, which pays in deep programs: one a group after the first
POLISHES = 6  # Newton steps to the minimum of a cost that is convex on the whole box
NEWS = 1e-3  # by which share of the gap it must shrink to be noted


class Search(BoundedSearch):
    """A search over boxes: the best one is cut in two, its halves are bounded, made smaller or closed."""

    def __init__(
        self,
        program: Program,
        lower: np.ndarray,
        upper: np.ndarray,
        integer: np.ndarray,
        limits: Limits,
        *,
        gap: float,
        threshold: float | None = None,
        progress: Callable[[Proof], None] | None = None,
    ) -> None:
        self.program, self.lower, self.upper, self.integer = program, lower, upper, integer
        self.limits, self.progress = limits, progress
        self.good_points = GoodPoints(program, limits, lower, upper, integer)
        self.inheritance, self.pseudo_costs = Inheritance(program), PseudoCosts(lower.size)
        self.second_order = SecondOrder(program, limits, lower, upper, integer)
        self.rounds = min(max(len(program.groups) - 2, 0), MAX_ROUNDS)
        frontier = Frontier(
            {
                "lower": (lower.size, np.float64),
                "upper": (lower.size, np.float64),
                "coordinate": (1, np.int64),
                "expected": (1, np.float64),
                "known": (self.inheritance.width, np.float32),
            }
        )
        super().__init__(METHOD, frontier, gap=gap, threshold=threshold)

    def begin(self, incumbent: np.ndarray | None = None) -> None:
        """Look for good points, `incumbent` first, and bound the whole box."""
        if (self.lower > self.upper).any():
            self.held = np.inf
            return
        self._look_around(incumbent)
        self._work(Boxes(self.lower[None], self.upper[None], np.array([-np.inf])))

    def advance(self, count: int) -> None:
        """Cut the `count` most promising open boxes and bound their halves."""
        self.held = self.frontier.lower_bound
        bounds, rows = self.frontier.pop(count)
        lower, upper = halves(rows["lower"], rows["upper"], rows["coordinate"][:, 0], self.integer)
        known = self.inheritance.unpacked(np.concatenate([rows["known"]] * 2))
        cut = np.tile(rows["coordinate"][:, 0], 2), np.tile(rows["expected"][:, 0], 2)
        self._work(Boxes(lower, upper, np.concatenate([bounds, bounds]), known, cut=cut))

    # ------------------------------------------------------------------------------------------ one batch

    def _work(self, boxes: Boxes) -> None:
        """Bound `boxes`, close what can be closed, and put the rest on the frontier."""
        self.batches += 1
        while len(boxes):
            boxes, again = self._bounded(boxes)
            self._keep(boxes.rows(~again))
            boxes = boxes.rows(again)
        self.held = np.inf
        self._record(float(self.lower_bound), self.value)
        if self.progress is not None:
            self.progress(self.proof("running"))

    def _record(self, lower_bound: float, value: float) -> None:
        """Note what is known, if a better point is or the gap became smaller by a thousandth."""
        if self.history:
            _, before, best = self.history[-1]
            if value == best and not lower_bound - before > NEWS * (value - lower_bound):
                return
        self.history.append((self.seconds, lower_bound, value))

    def _bounded(self, boxes: Boxes) -> tuple[Boxes, np.ndarray]:
        """Return what is left of `boxes`, with bounds, and which of them became so small that they are to be
        bounded again.
        """
        self.nodes += len(boxes)
        found = linear_bounds(
            self.program, boxes.lower, boxes.upper, within=boxes.known, rounds=self.rounds,
            second_order=self.batches == 1,
        )  # fmt: skip
        boxes = self._under_limits(boxes, found)
        self._try_corners(boxes)
        boxes = self._promising(boxes)
        if not len(boxes):
            return boxes, np.zeros(0, dtype=bool)
        if self.batches > 1:  # of the first box curvature is to see all
            boxes = self._below_level(boxes)
        if len(boxes):
            assert boxes.known is not None
            low, high = gradient_bounds(self.program, boxes.known)
            boxes = self._curved(replace(boxes, gradient=(low[:, 0], high[:, 0])))
        return collapsed(self.program, self.limits, boxes)

    def _curved(self, boxes: Boxes) -> Boxes:
        """Return the boxes that curvature does not close, cut at the level.

        The first box is always asked about, the others as long as it saves more of those alike than it costs.
        """
        if not np.isfinite(self.level):
            return boxes
        first = self.batches == 1
        chosen = np.ones(len(boxes), dtype=bool) if first else self.second_order.chosen(boxes, self.level)
        if not chosen.any():
            return boxes
        some = boxes.rows(chosen)
        lines = self._polished(some) if first else self.second_order.lines(some, self.x)
        bound = least_value(lines.slope, lines.constant, some.lower, some.upper)
        if first:
            self.second_order.first(lines)
            bound = self._without_kinks(some, bound)
            shown = self.nodes == 1 and self.second_order.convex  # no coordinate was moved to an end before
            shown = shown and not self.integer.any() and bool((bound >= self.level).all())
            self.method = CONVEXITY if shown else METHOD
        better = np.flatnonzero(bound > some.bound)
        cut = some.with_lines(better, bound, lines.slope, lines.constant)
        lower, upper, fits = self._cut_at_level(cut)
        whole = cut.bound >= self.level  # closed at their bounds, which may say more than the level
        lower[whole], upper[whole], fits[whole] = some.lower[whole], some.upper[whole], True
        after = replace(some, lower=lower, upper=upper, bound=cut.bound)
        self.second_order.learn(some, after, fits, self.level)
        if (lower > some.lower).any() or (upper < some.upper).any() or not fits.all():
            self.closed = min(self.closed, self.level)
        left = np.ones(len(boxes), dtype=bool)
        left[chosen] = fits
        return self._promising(boxes.updated(chosen, after).rows(left))

    def _polished(self, boxes: Boxes) -> LinesBelow:
        """Return lines below the cost in the first box; those of convex costs after Newton steps, as long as
        these lead to a better point or a better bound.
        """
        point, moved = self.x, True
        best, least = self.second_order.lines(boxes, point), -np.inf
        lines = best
        for _ in range(POLISHES):
            bound = float(least_value(lines.slope, lines.constant, boxes.lower, boxes.upper).min())
            if not (bound > least or moved):
                break
            if bound > least:
                best, least = lines, bound
            if self.integer.any() or not lines.convex.all() or bound >= self.level or point is None:
                break
            moved = self._accept(lines.least)
            point = self.x if moved else self.second_order.newton_point(point)
            lines = self.second_order.lines(boxes, point)
        return best

    def _without_kinks(self, boxes: Boxes, bound: np.ndarray) -> np.ndarray:
        """Return bounds of convex costs that kinks leave open, `bound` or better ones: (B,)."""
        relus = any(group.function == "relu" for group in self.program.groups)
        if not relus or not self.second_order.convex or self.integer.any() or self.x is None:
            return bound
        better = bound.copy()
        for k in np.flatnonzero(bound < self.level):
            box = boxes.lower[k], boxes.upper[k]
            better[k], point = bound_without_kinks(self.program, self.limits, *box, self.x)
            self._accept(point[None])
        return np.maximum(bound, better)

    def _learn(self, boxes: Boxes, bound: np.ndarray) -> None:
        """Take in what the last cuts were worth: the share of the way to the level that the bound rose."""
        if boxes.cut is None or not np.isfinite(self.level):
            return
        room = self.level - boxes.bound
        known = (room > 0) & np.isfinite(room)
        share = np.clip((bound - boxes.bound)[known] / room[known], 0.0, 1.0)
        self.pseudo_costs.learn(boxes.cut[0][known], boxes.cut[1][known], share)
        self.second_order.prospects.learn_cuts(room[known], self.level - bound[known])

    def _under_limits(self, boxes: Boxes, found: LinearBounds) -> Boxes:
        """Return the boxes with their new bounds, as far as points in them may keep the limits."""
        slope, constant = found.slope_lower[:, 0], found.constant_lower[:, 0]
        bound = np.maximum(boxes.bound, np.nan_to_num(found.lower[:, 0], nan=-np.inf))
        self._learn(boxes, bound)
        if not len(self.limits):
            return Boxes(boxes.lower, boxes.upper, bound, found.enclosure, slope, constant)
        rows, shifts = limit_half_spaces(found, self.limits.least, self.limits.greatest)
        lower, upper, fits = self._cut(boxes.lower, boxes.upper, rows, shifts)
        fits &= ~self.limits.broken(found.lower[:, 1:], found.upper[:, 1:])
        slope, constant = combined(slope, constant, rows, shifts, lower, upper)
        bound = np.maximum(bound, least_value(slope, constant, lower, upper))
        return Boxes(lower, upper, bound, found.enclosure, slope, constant, (rows, shifts)).rows(fits)

    def _cut(
        self, lower: np.ndarray, upper: np.ndarray, slopes: np.ndarray, shifts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return boxes without what lies outside the half-spaces, and which of them are not empty."""
        low, high = tightened(lower, upper, slopes, shifts)
        if self.integer.any():
            low = np.where(self.integer, np.ceil(low - 1e-6), low)
            high = np.where(self.integer, np.floor(high + 1e-6), high)
        fits = np.asarray((low <= high).all(axis=1))
        return np.where(fits[:, None], low, lower), np.where(fits[:, None], high, upper), fits

    def _promising(self, boxes: Boxes) -> Boxes:
        """Return the boxes with a bound below the level, and close the others."""
        below = boxes.bound < self.level
        self.closed = min(self.closed, boxes.bound[~below].min(initial=np.inf))
        return boxes.rows(below)

    def _below_level(self, boxes: Boxes) -> Boxes:
        """Return the boxes without the parts that their linear bounds show to be at the level or above."""
        if not np.isfinite(self.level):
            return boxes
        lower, upper, fits = self._cut_at_level(boxes)
        if fits.all() and (lower == boxes.lower).all() and (upper == boxes.upper).all():
            return boxes
        self.closed = min(self.closed, self.level)
        return replace(boxes, lower=lower, upper=upper).rows(fits)

    def _cut_at_level(self, boxes: Boxes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is left of boxes where their linear bounds are below the level, and which are not
        empty."""
        assert boxes.slope is not None
        assert boxes.constant is not None
        usable = np.isfinite(boxes.constant)
        shift = np.where(usable, boxes.constant - self.level, 0.0)
        slope = np.where(usable[:, None], boxes.slope, 0.0)
        return self._cut(boxes.lower, boxes.upper, slope[:, None], shift[:, None])

    def _keep(self, boxes: Boxes) -> None:
        """Put the boxes that can be cut on the frontier; the bounds of the others stand."""
        boxes = self._promising(boxes)
        if not len(boxes):
            return
        assert boxes.steep is not None
        steep = boxes.steep * self.pseudo_costs.factors
        coordinate, possible = split_places(steep, boxes.lower, boxes.upper, self.integer)
        self.closed = min(self.closed, boxes.bound[~possible].min(initial=np.inf))
        boxes, coordinate = boxes.rows(possible), coordinate[possible, None]
        if len(boxes):
            assert boxes.steep is not None
            assert boxes.known is not None
            expected = boxes.steep * (boxes.upper - boxes.lower)
            self.frontier.push(
                boxes.bound,
                lower=boxes.lower,
                upper=boxes.upper,
                coordinate=coordinate,
                expected=np.take_along_axis(expected, coordinate, axis=1),
                known=self.inheritance.packed(boxes.known),
            )

    # ---------------------------------------------------------------------------------------- good points

    def _look_around(self, incumbent: np.ndarray | None) -> None:
        """Look for good points before the first box."""
        if incumbent is not None:
            self._accept(self.good_points.inside(incumbent)[None])
        points = self.good_points.spread()
        self._accept(points)
        self._polish(points, DESCENTS)

    def _try_corners(self, boxes: Boxes) -> None:
        """Look at the corner of each box where its linear bound is least."""
        if not len(boxes):
            return
        assert boxes.slope is not None
        points = corner(boxes.slope, boxes.lower, boxes.upper)
        points = np.where(self.integer, np.floor(points), points)
        due = self.batches % (POLISH_EVERY if self.x is not None else 2) == 1
        if self._accept(points) or due:
            self._polish(points, 1)

    def _polish(self, points: np.ndarray, count: int) -> None:
        """Improve the `count` best of `points` by local methods."""
        for better in self.good_points.improved(points, count):
            self._accept(better)

    def _accept(self, points: np.ndarray) -> bool:
        """Remember the best of `points` if it beats the best known, and return whether it does."""
        costs = cost_of(self.program, self.limits, points)
        k = int(np.argmin(costs))
        if not costs[k] < self.value:
            return False
        self.x, self.value = points[k].copy(), float(costs[k])
        self.closed = min(self.closed, self.frontier.discard(self.level))
        return True
