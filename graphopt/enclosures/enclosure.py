"""What is known about every value a program computes, over a batch of boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Range = tuple[np.ndarray, np.ndarray]
"""Lower and upper bounds of a flat vector over a batch of boxes: two arrays (B, size), infinite where
unknown."""


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Sound bounds of everything a program computes, for B boxes.

    Attributes
    ----------
    arguments : tuple of tuple of (lower, upper)
        ``arguments[g][k]`` bounds the k-th argument of group g: two arrays (B, size of the group). Group 0,
        the decisions, has none.
    values : tuple of (lower, upper)
        ``values[g]`` bounds the values of group g; ``values[0]`` is the boxes themselves.
    outputs : tuple of (lower, upper)
        ``outputs[k]`` bounds the k-th output: two arrays (B, size of the output).
    """

    arguments: tuple[tuple[Range, ...], ...]
    values: tuple[Range, ...]
    outputs: tuple[Range, ...]

    def rows(self, index: np.ndarray) -> Enclosure:
        """Return the enclosure of the boxes at `index`, repeats allowed: a parent's for its children."""

        def taken(found: Range) -> Range:
            return found[0][index], found[1][index]

        return Enclosure(
            tuple(tuple(taken(a) for a in of_group) for of_group in self.arguments),
            tuple(taken(v) for v in self.values),
            tuple(taken(v) for v in self.outputs),
        )


def meet(first: Range, second: Range | None) -> Range:
    """Return the intersection of two ranges of the same values; all of `first` where there is no second."""
    if second is None:
        return first
    lower, upper = np.maximum(first[0], second[0]), np.minimum(first[1], second[1])
    apart = lower > upper  # both are sound: by rounding, or where a function is not defined
    if apart.any():
        lower, upper = np.where(apart, first[0], lower), np.where(apart, first[1], upper)
    return lower, upper
