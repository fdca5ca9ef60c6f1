"""What every branch and bound keeps: the best point, what is open, and what was closed at which bound."""

from __future__ import annotations

import time

import numpy as np

from graphopt.solvers.branching.frontier import Frontier
from graphopt.solvers.branching.half_spaces import EPSILON
from graphopt.solvers.proof import Proof


class BoundedSearch:
    """The state of a search over parts of a box.

    Whatever is done keeps one promise: `lower_bound` is at most the cost of every feasible point, at any
    time. A part is closed at its bound, or cut down at the level below which points are of interest.

    Parameters
    ----------
    method : str
        The name that proofs bear.
    frontier : Frontier
        Of the open parts.
    gap : float
        What counts as closed.
    threshold : float, optional
        Nothing is asked but whether some cost lies below this.
    """

    def __init__(self, method: str, frontier: Frontier, *, gap: float, threshold: float | None) -> None:
        self.method, self.frontier, self.gap, self.threshold = method, frontier, gap, threshold
        self.x: np.ndarray | None = None
        self.value = np.inf
        self.closed = np.inf  # no point that was given up costs less
        self.held = -np.inf  # no point of the parts being worked on costs less: at first the whole box
        self.nodes = self.batches = 0
        self.began = time.perf_counter()
        self.history: list[tuple[float, float, float]] = []

    @property
    def seconds(self) -> float:
        """Since the search was made."""
        return time.perf_counter() - self.began

    @property
    def lower_bound(self) -> float:
        """What no feasible point of the box can beat."""
        return min(self.frontier.lower_bound, self.closed, self.held, self.value)

    @property
    def level(self) -> float:
        """What costs this much or more is of no interest."""
        within_gap = self.value - self.gap + 4 * EPSILON * abs(self.value)  # rounded: within the gap
        level = min(self.value, within_gap)
        return level if self.threshold is None else min(level, self.threshold)

    def decided(self) -> str | None:
        """Return how the question was settled, or None while it is open."""
        if self.threshold is not None and (self.value < self.threshold or self.lower_bound >= self.threshold):
            return "threshold"
        if len(self.frontier) and self.frontier.lower_bound < self.level:
            return None
        if self.value == np.inf:
            return "infeasible" if self.lower_bound == np.inf else "failed"
        return "gap" if self.lower_bound >= self.level else "failed"

    def proof(self, stopped: str) -> Proof:
        """Return what is known now."""
        return Proof(
            x=None if self.x is None else self.x.copy(),
            value=self.value,
            lower_bound=float(self.lower_bound),
            method=self.method,
            stopped=stopped,
            nodes=self.nodes,
            seconds=self.seconds,
            history=tuple(self.history),
        )
