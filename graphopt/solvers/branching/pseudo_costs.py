"""What cuts along each coordinate were worth, against what was expected of them.

M. Benichou, J. M. Gauthier, P. Girodet, G. Hentges, G. Ribiere and O. Vincent, "Experiments in mixed-integer
linear programming", Mathematical Programming 1 (1971), for real coordinates as well.
"""

from __future__ import annotations

import numpy as np

DECAY = 0.95  # of older experience, with every batch
PRIOR = 1.0  # a coordinate counts as cut once with an average outcome, so that none is given up


class PseudoCosts:
    """Factors for the expectations, one for each of n coordinates, learnt from the cuts of a search."""

    def __init__(self, n: int) -> None:
        self._expected, self._gained = np.zeros(n), np.zeros(n)

    @property
    def factors(self) -> np.ndarray:
        """What one unit of expectation was worth, (n,); the same for all before anything is known."""
        if not (self._gained.any() and self._expected.any()):
            return np.ones(self._gained.size)
        average = self._gained.sum() / self._expected.sum()
        return (self._gained + PRIOR * average) / (self._expected + PRIOR)

    def learn(self, coordinate: np.ndarray, expected: np.ndarray, gained: np.ndarray) -> None:
        """Take in the outcome of cuts, (B,) each: where, what was expected, and what came of it."""
        n = self._gained.size
        self._expected = DECAY * self._expected + np.bincount(coordinate, expected, n)
        self._gained = DECAY * self._gained + np.bincount(coordinate, gained, n)
