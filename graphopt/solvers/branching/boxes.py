"""Boxes on their way through one batch of a search."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    half_spaces : pair of array, (B, m, n) and (B, m), or None
        ``slopes @ x + constants <= 0`` wherever the limits are kept; not handed down.
    gradient : pair of array, (B, n), or None
        Lower and upper bounds of the cost's gradient.
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
    half_spaces: tuple[np.ndarray, np.ndarray] | None = None
    gradient: tuple[np.ndarray, np.ndarray] | None = None
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

        def both(pair: tuple[np.ndarray, np.ndarray] | None) -> tuple[np.ndarray, np.ndarray] | None:
            return None if pair is None else (pair[0][index], pair[1][index])

        return Boxes(
            self.lower[index],
            self.upper[index],
            self.bound[index],
            None if self.known is None else self.known.rows(index),
            taken(self.slope),
            taken(self.constant),
            both(self.half_spaces),
            both(self.gradient),
            taken(self.steep),
        )

    def with_lines(
        self, which: np.ndarray, bound: np.ndarray, slope: np.ndarray, constant: np.ndarray
    ) -> Boxes:
        """Return these boxes with bounds and lines of those at `which`, an index, taken from the others."""
        assert self.slope is not None
        assert self.constant is not None
        bounds, slopes, constants = self.bound.copy(), self.slope.copy(), self.constant.copy()
        bounds[which], slopes[which], constants[which] = bound[which], slope[which], constant[which]
        return replace(self, bound=bounds, slope=slopes, constant=constants)

    def updated(self, which: np.ndarray, some: Boxes) -> Boxes:
        """Return these boxes with the ends and bounds of those at `which`, a mask, taken from `some`."""
        lower, upper, bound = self.lower.copy(), self.upper.copy(), self.bound.copy()
        lower[which], upper[which], bound[which] = some.lower, some.upper, some.bound
        return replace(self, lower=lower, upper=upper, bound=bound)
