"""The search over phases: nodes are bounded, closed or split on a neuron, the best bound first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.bounded_search import BoundedSearch
from graphopt.solvers.branching.frontier import Frontier
from graphopt.solvers.branching.half_spaces import tightened
from graphopt.solvers.branching.incumbents import cost_of
from graphopt.solvers.branching.splitting import halves
from graphopt.solvers.limits import Limits
from graphopt.solvers.milp.regions import descended_pieces, good_point
from graphopt.solvers.phases.choosing import best_split
from graphopt.solvers.phases.leaves import solved_leaf
from graphopt.solvers.phases.multipliers import improved
from graphopt.solvers.phases.neurons import Below, Neurons
from graphopt.solvers.phases.nodes import Nodes
from graphopt.structure.program import Program

METHOD = "branch and bound on neurons"
ROUNDS = 20  # in which the multipliers of a node are improved
ROOT_ROUNDS = 60
SWEEPS = 2  # in which half-spaces make a box smaller
DESCENT_EVERY = 16  # batches after which the pieces around a good corner are solved
NEWS = 1e-3  # by which share of the gap it must shrink to be noted


class PhaseSearch(BoundedSearch):
    """A search over nodes: boxes in which some neurons are held on or off.

    Parameters
    ----------
    program : Program
        Of relu only.
    lower, upper : array, (n,)
        Finite; whole for whole numbers.
    integer : array of bool, (n,)
    limits : sequence of (lower, upper)
        For each of ``program.outputs[1:]``.
    gap : float
        What counts as closed.
    threshold : float, optional
        Nothing is asked but whether some cost lies below this.
    """

    def __init__(
        self,
        program: Program,
        lower: np.ndarray,
        upper: np.ndarray,
        integer: np.ndarray,
        limits: Sequence[tuple[Any, Any]],
        *,
        gap: float,
        threshold: float | None = None,
    ) -> None:
        self.program, self.lower, self.upper, self.integer = program, lower, upper, integer
        self.limits, self.sides = limits, Limits.of(program, limits)
        super().__init__(METHOD, Frontier({}), gap=gap, threshold=threshold)

    def begin(self, incumbent: np.ndarray | None = None, *, until: float = np.inf) -> None:
        """Look for good points, `incumbent` first, till the time `until` at most, and bound the whole box."""
        x, value = good_point(
            self.program, self.lower, self.upper, integer=self.integer, limits=self.limits, start=incumbent,
            until=until,
        )  # fmt: skip
        if x is not None:
            self.x, self.value = x, value
        enclosure = linear_bounds(self.program, self.lower[None], self.upper[None]).enclosure
        self.neurons = Neurons(self.program, enclosure, self.sides)
        root = self.neurons.root
        self.frontier = Frontier(
            {
                "lower": (root.lower.size, np.float64),
                "upper": (root.upper.size, np.float64),
                "low": (root.low.size, np.float32),
                "high": (root.high.size, np.float32),
                "multipliers": (root.multipliers.size, np.float32),
            }
        )
        self._work(root, rounds=ROOT_ROUNDS)
        self._done()

    def advance(self, count: int) -> None:
        """Split the `count` most promising open nodes and bound their parts."""
        self.held = self.frontier.lower_bound
        bounds, rows = self.frontier.pop(count)
        nodes = Nodes(**{name: column.astype(np.float64) for name, column in rows.items()}, bound=bounds)
        open_ = nodes.undecided.any(axis=1)
        children = self._settled(nodes.rows(~open_))
        nodes = nodes.rows(open_)
        if len(nodes):
            place, bound = best_split(self.neurons, nodes, self.level)
            split = nodes.split(place)
            children.append(replace(split, bound=np.maximum(split.bound, bound.ravel())))
        for part in children:
            self._work(part)
        self._done()

    # ------------------------------------------------------------------------------------------ one batch

    def _work(self, nodes: Nodes, rounds: int = ROUNDS) -> None:
        """Bound `nodes`, close what can be closed, and put the rest on the frontier."""
        nodes = self._promising(nodes)
        self.nodes += len(nodes)
        self.batches += 1
        for smaller in (self._smaller, self.neurons.narrowed):
            nodes = smaller(nodes) if len(nodes) else nodes
        if not len(nodes):
            return
        nodes, below = improved(self.neurons, nodes, self.level, rounds)
        self._look_at_corners(nodes, below)
        nodes = self._below_level(nodes, below)
        if len(nodes):
            low, high = nodes.low.astype(np.float32), nodes.high.astype(np.float32)
            self.frontier.push(
                nodes.bound,
                lower=nodes.lower,
                upper=nodes.upper,
                low=np.where(nodes.low < 0, np.nextafter(low, np.float32(-np.inf)), 0.0),
                high=np.where(nodes.high > 0, np.nextafter(high, np.float32(np.inf)), 0.0),
                multipliers=nodes.multipliers,
            )

    def _done(self) -> None:
        """Note what is known after a batch."""
        self.held = np.inf
        bound = float(self.lower_bound)
        before, best = self.history[-1][1:] if self.history else (-np.inf, np.inf)
        if self.value < best or bound - before > NEWS * (self.value - bound):
            self.history.append((self.seconds, bound, self.value))

    def _promising(self, nodes: Nodes) -> Nodes:
        """Return the nodes with a bound below the level, and close the others."""
        below = nodes.bound < self.level
        self.closed = min(self.closed, nodes.bound[~below].min(initial=np.inf))
        return nodes.rows(below)

    def _smaller(self, nodes: Nodes) -> Nodes:
        """Return the nodes with the boxes that the phases of neurons over the decisions leave."""
        neurons, direct = self.neurons, self.neurons.direct
        rows = neurons.pieces.argument.matrix[direct, : neurons.n]
        sign = np.where(nodes.low[:, direct] >= 0, -1.0, np.where(nodes.high[:, direct] <= 0, 1.0, 0.0))
        shifts = sign * neurons.pieces.argument.constant[direct]
        shifts -= neurons.tolerance * neurons.sizes[direct]
        return self._cut(nodes, sign[:, :, None] * rows, shifts)

    def _below_level(self, nodes: Nodes, below: Below) -> Nodes:
        """Return the promising nodes without the parts that a line shows to be at the level or above."""
        promising = nodes.bound < self.level
        self.closed = min(self.closed, nodes.bound[~promising].min(initial=np.inf))
        nodes, below = nodes.rows(promising), below.rows(promising)
        if not len(nodes) or not np.isfinite(self.level):
            return nodes
        self.closed = min(self.closed, self.level)
        return self._cut(nodes, below.slope[:, None], below.constant[:, None] - self.level)

    def _cut(self, nodes: Nodes, slopes: np.ndarray, shifts: np.ndarray) -> Nodes:
        """Return the nodes without what lies outside the half-spaces ``slopes @ x + shifts <= 0``, (B, m, n)
        and (B, m), of their boxes."""
        for _ in range(SWEEPS):
            lower, upper = tightened(nodes.lower, nodes.upper, slopes, shifts)
            if self.integer.any():
                lower = np.where(self.integer, np.ceil(lower - 1e-6), lower)
                upper = np.where(self.integer, np.floor(upper + 1e-6), upper)
            fits = (lower <= upper).all(axis=1)
            slopes, shifts = slopes[fits], shifts[fits]
            nodes = replace(nodes, lower=lower, upper=upper).rows(fits)
        return nodes

    def _settled(self, nodes: Nodes) -> list[Nodes]:
        """Return the parts of nodes without undecided neurons: halves along a whole number that may still
        vary; else nothing, the node closed by a linear program."""
        free = self.integer & (nodes.lower < nodes.upper)
        for k in np.flatnonzero(~free.any(axis=1)):
            x, bound = solved_leaf(self.neurons, nodes.rows(np.array([k])))
            if x is not None:
                self._accept(np.clip(np.where(self.integer, np.round(x), x), self.lower, self.upper)[None])
            self.closed = min(self.closed, bound)
        nodes = nodes.rows(free.any(axis=1))
        if not len(nodes):
            return []
        width = np.where(free[free.any(axis=1)], nodes.upper - nodes.lower, -1.0)
        lower, upper = halves(nodes.lower, nodes.upper, width.argmax(axis=1), self.integer)
        return [replace(nodes.rows(np.tile(np.arange(len(nodes)), 2)), lower=lower, upper=upper)]

    # ---------------------------------------------------------------------------------------- good points

    def _look_at_corners(self, nodes: Nodes, below: Below) -> None:
        """Look at the corner of each box where the bound is taken."""
        points = np.where(below.slope > 0, nodes.lower, nodes.upper)
        costs = cost_of(self.program, self.sides, points)
        best = int(np.argmin(costs))
        if not np.isfinite(costs[best]):
            return
        if costs[best] < self.value or self.batches % DESCENT_EVERY == 0:
            x = points[best]
            held = np.where(self.integer, x, self.lower), np.where(self.integer, x, self.upper)
            self._accept(descended_pieces(self.program, x, *held, self.limits)[0][None])

    def _accept(self, points: np.ndarray) -> None:
        """Remember the best of `points` if it beats the best known."""
        costs = cost_of(self.program, self.sides, points)
        k = int(np.argmin(costs))
        if costs[k] < self.value:
            self.x, self.value = points[k].copy(), float(costs[k])
            self.closed = min(self.closed, self.frontier.discard(self.level))
