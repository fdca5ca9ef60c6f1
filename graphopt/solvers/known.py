"""What is known in the course of a proof by several means: the best point, the best bound, whose it is."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np

from graphopt.solvers.proof import Proof

NEWS = 1e-3  # by which share of the gap it must shrink to be noted


class Searching(Protocol):
    """A search that can be asked what it knows."""

    x: np.ndarray | None
    value: float

    @property
    def lower_bound(self) -> float: ...

    def proof(self, stopped: str) -> Proof: ...


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

    def searched(self, search: Searching) -> None:
        """Take in what a search knows."""
        self.found(search.x, search.value)
        self.bounded(search.lower_bound, search.proof("running").method)

    def note(self) -> None:
        """Remember when this was known, if a point is, and one of the two is news."""
        now = self.seconds, min(self.lower_bound, self.value), self.value
        if self.x is None:
            return
        if self.history:
            _, bound, value = self.history[-1]
            if value == now[2] and not now[1] - bound > NEWS * (value - now[1]):
                return
        self.history.append(now)

    def proof(self, stopped: str) -> Proof:
        """Return what is known."""
        bound = np.inf if stopped == "infeasible" else self.lower_bound
        if stopped != "running":
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
