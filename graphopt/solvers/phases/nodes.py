"""Nodes of a search over phases: boxes with neurons held on or off, on their way through one batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Nodes:
    """B nodes over n decisions, u neurons and m limits.

    Attributes
    ----------
    lower, upper : array, (B, n)
    low, high : array, (B, u)
        Ranges of the neurons' arguments: a neuron with a range on one side of zero is decided.
    multipliers : array, (B, u + m)
        See `graphopt.solvers.phases.neurons.Neurons.below`.
    bound : array, (B,)
        No point of the node costs less.
    """

    lower: np.ndarray
    upper: np.ndarray
    low: np.ndarray
    high: np.ndarray
    multipliers: np.ndarray
    bound: np.ndarray

    def __len__(self) -> int:
        return len(self.bound)

    @property
    def undecided(self) -> np.ndarray:
        """Which neurons may be on or off: (B, u)."""
        return (self.low < 0) & (self.high > 0)

    def rows(self, index: Any) -> Nodes:
        """Return the nodes at `index`, a mask or numbers, repeats allowed."""
        return Nodes(
            self.lower[index], self.upper[index], self.low[index], self.high[index],
            self.multipliers[index], self.bound[index],
        )  # fmt: skip

    def split(self, places: np.ndarray) -> Nodes:
        """Return each node twice, the neuron at its place of `places`, (B,), on and then off: (2 B).

        The price of a new phase is zero.
        """
        children = self.rows(np.repeat(np.arange(len(self)), 2))
        row, place = np.arange(len(children)), np.repeat(places, 2)
        on = row % 2 == 0
        low, high, multipliers = children.low.copy(), children.high.copy(), children.multipliers.copy()
        low[row[on], place[on]] = 0.0
        high[row[~on], place[~on]] = 0.0
        multipliers[row, place] = 0.0
        return replace(children, low=low, high=high, multipliers=multipliers)
