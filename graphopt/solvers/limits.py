"""Constraints of a program as rows with two bounds, and what it means to keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphopt.errors import ShapeMismatch
from graphopt.structure.program import Program

TOLERANCE = 1e-9
"""By how much a row may miss its bound, in units of the row's scale."""
ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""By how much it may at any rate, relative to the bound."""


@dataclass(frozen=True, eq=False)
class Limits:
    """``lower <= rows <= upper`` for the elements of all outputs after the cost, one after the other: (m,).

    A row counts as kept if it misses a bound by no more than `TOLERANCE`, or by what rounding explains: the
    slack. So rows should come in units of their scales, as `graphopt.routes.exact.ExactQuestion` has them.
    Both sides of a proof use the same measure: a box is thrown away only if it breaks a row by more than any
    accepted point may.
    """

    lower: np.ndarray
    upper: np.ndarray
    slack_lower: np.ndarray
    slack_upper: np.ndarray

    @classmethod
    def of(cls, program: Program, limits: Sequence[tuple[np.ndarray, np.ndarray]]) -> Limits:
        """Return the limits of `program` from one pair ``(lower, upper)`` for each output after the first."""
        if len(limits) != len(program.outputs) - 1:
            raise ShapeMismatch(
                f"{len(limits)} pairs of limits came for {len(program.outputs) - 1} constraints; expected "
                "one pair (lower, upper) for each output after the cost."
            )
        sides = [
            [
                np.broadcast_to(np.asarray(pair[side], dtype=np.float64), (output.size,)).ravel()
                for side in (0, 1)
            ]
            for pair, output in zip(limits, program.outputs[1:], strict=True)
        ]
        empty = [np.empty(0)]
        lower, upper = (np.concatenate([row[side] for row in sides] or empty) for side in (0, 1))
        return cls.of_rows(lower, upper)

    @classmethod
    def of_rows(cls, lower: np.ndarray, upper: np.ndarray) -> Limits:
        """Return the limits between `lower` and `upper`, (m,) each, with the slack of each row."""
        slacks = (np.maximum(TOLERANCE, ROUNDING * finite_size(side)) for side in (lower, upper))
        return cls(lower, upper, *slacks)

    @property
    def least(self) -> np.ndarray:
        """The least value of each row that is accepted: (m,)."""
        return self.lower - self.slack_lower

    @property
    def greatest(self) -> np.ndarray:
        """The greatest value of each row that is accepted: (m,)."""
        return self.upper + self.slack_upper

    def __len__(self) -> int:
        return self.lower.size

    def kept(self, rows: np.ndarray) -> np.ndarray:
        """Return which points, with values `rows` (B, m), keep all limits: (B,)."""
        return np.all((rows >= self.least) & (rows <= self.greatest), axis=1)

    def excess(self, rows: np.ndarray) -> np.ndarray:
        """Return the sum of what the points, with values `rows` (B, m), are outside the limits: (B,)."""
        return (np.maximum(self.least - rows, 0.0) + np.maximum(rows - self.greatest, 0.0)).sum(axis=1)

    def broken(self, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        """Return which boxes hold no point that keeps the limits, from bounds of the rows (B, m): (B,)."""
        return np.any((lower > self.greatest) | (upper < self.least), axis=1)

    def settled(self, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        """Return which rows every point of a box keeps, from bounds of the rows (B, m): (B, m)."""
        return (lower >= self.least) & (upper <= self.greatest)


def finite_size(values: np.ndarray) -> np.ndarray:
    """Return the absolute values, 0 for those that are not finite."""
    return np.where(np.isfinite(values), np.abs(values), 0.0)
