"""Boxes on their way through one batch of a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphopt.enclosures.enclosure import Enclosure


@dataclass(frozen=True, eq=False)
class Boxes:
    """B boxes and what is known of the cost in them.

    Attributes
    ----------
    lower, upper : array, (B, n)
    bound : array, (B,)
        No point of the box, or of the box it was cut from, costs less.
    known : Enclosure or None
        Of these boxes, or of larger ones that hold them.
    slope, constant : array, (B, n) and (B,), or None
        ``slope @ x + constant`` is at most the cost wherever the limits are kept.
    steep : array, (B, n), or None
        How much each coordinate matters: where to cut.
    cut : pair of array, (B,), or None
        The coordinate that was cut last, and what was expected of it; kept only until the boxes are bounded.
    """

    lower: np.ndarray
    upper: np.ndarray
    bound: np.ndarray
    known: Enclosure | None = None
    slope: np.ndarray | None = None
    constant: np.ndarray | None = None
    steep: np.ndarray | None = None
    cut: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.bound)

    def rows(self, which: np.ndarray) -> Boxes:
        """Return the boxes chosen by `which`: a mask (B,)."""
        if which.all():
            return self
        index = np.flatnonzero(which)

        def taken(array: np.ndarray | None) -> np.ndarray | None:
            return None if array is None else array[index]

        return Boxes(
            self.lower[index],
            self.upper[index],
            self.bound[index],
            None if self.known is None else self.known.rows(index),
            taken(self.slope),
            taken(self.constant),
            taken(self.steep),
        )
