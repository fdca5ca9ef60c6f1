"""What is known in the course of a proof by several means: the best point, the best bound, whose it is."""

from __future__ import annotations

import time

import numpy as np

from graphopt.solvers.branching.search import Search
from graphopt.solvers.proof import Proof


class Known:
    """The best point and the best bound so far; each gets better only.

    Parameters
    ----------
    method : str
        What a proof is called that has no bound yet.
    """

    def __init__(self, method: str) -> None:
        self.started = time.perf_counter()
        self.method, self.lower_bound = method, -np.inf
        self.x: np.ndarray | None = None
        self.value = np.inf
        self.nodes = 0
        self.history: list[tuple[float, float, float]] = []

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.started

    @property
    def gap(self) -> float:
        """How much better than the point another could be."""
        return max(0.0, self.value - self.lower_bound)

    def found(self, x: np.ndarray | None, value: float) -> None:
        """Take in a point and its cost."""
        if x is not None and value < self.value:
            self.x, self.value = x, value

    def bounded(self, bound: float, method: str) -> None:
        """Take in a bound of all points, and what proved it."""
        if bound > self.lower_bound:
            self.lower_bound, self.method = bound, method

    def searched(self, boxes: Search) -> None:
        """Take in what a search over boxes knows."""
        self.found(boxes.x, boxes.value)
        self.bounded(boxes.lower_bound, boxes.proof("running").method)

    def note(self) -> None:
        """Remember when this was known."""
        self.history.append((self.seconds, min(self.lower_bound, self.value), self.value))

    def proof(self, stopped: str) -> Proof:
        """Return what is known."""
        bound = np.inf if stopped == "infeasible" else self.lower_bound
        if self.x is not None and stopped != "running":
            self.note()
        return Proof(
            x=self.x,
            value=self.value,
            lower_bound=min(bound, self.value),
            method=self.method,
            stopped=stopped,
            nodes=self.nodes,
            seconds=self.seconds,
            history=tuple(self.history),
        )
