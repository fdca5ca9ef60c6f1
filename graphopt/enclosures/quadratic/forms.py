"""Quadratic functions of the inputs with errors: what an element is over a box, but for a small rest.

F. Messine and A. Touhami, "A general reliable quadratic form: an extension of affine arithmetic", Reliable
Computing 12 (2006). Inputs are scaled so that each goes from -1 to 1 over its box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import EPS

SLACK = 1.0 + 1e-9
"""Sums of magnitudes, of up to millions of terms, are rounded upwards by this factor."""


@dataclass(frozen=True, eq=False)
class Quadratics:
    """``centre + slopes . u + bends . (u_i u_j) + symbols . e``, give or take `rest`, for u and e in [-1, 1].

    Attributes
    ----------
    centre : array, (B, size)
    slopes : array, (B, n, size)
        One for each input.
    bends : array, (B, k (k + 1) / 2, size)
        One for each pair ``i <= j`` of the first k inputs, in the order of `pairs`.
    symbols : array, (B, s, size)
        One for each error that several elements share. Elements may have different numbers of them: those
        that are missing are 0.
    rest : array, (B, size)
        Zero or more: an error that nothing else shares.
    """

    centre: np.ndarray
    slopes: np.ndarray
    bends: np.ndarray
    symbols: np.ndarray
    rest: np.ndarray

    @property
    def steepness(self) -> np.ndarray:
        """How far the linear part reaches: (B, size)."""
        return np.abs(self.slopes).sum(axis=1) * SLACK

    @property
    def bend(self) -> np.ndarray:
        """How far the quadratic part can reach at most, pair by pair: (B, size)."""
        return np.abs(self.bends).sum(axis=1) * SLACK

    @property
    def error(self) -> np.ndarray:
        """How far all errors reach together: (B, size)."""
        return (np.abs(self.symbols).sum(axis=1) + self.rest) * SLACK

    @property
    def inputs(self) -> int:
        """The number of inputs up to the last one with a slope."""
        used = np.flatnonzero(self.slopes.any(axis=(0, 2)))
        return int(used[-1]) + 1 if used.size else 0


def pairs(inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return i and j of the pairs ``i <= j < inputs``; those of fewer inputs come first."""
    second = np.repeat(np.arange(inputs), np.arange(1, inputs + 1))
    return np.arange(second.size) - second * (second + 1) // 2, second


def count(inputs: int) -> int:
    """Return the number of pairs."""
    return inputs * (inputs + 1) // 2


def inputs_of(pairs_: int) -> int:
    """Return the number of inputs with so many pairs."""
    return int((np.sqrt(8.0 * pairs_ + 1.0) - 1.0) / 2.0 + 0.5)


def longer(part: np.ndarray, length: int) -> np.ndarray:
    """Return `part` with zeros behind it up to `length` along the second axis."""
    if part.shape[1] == length:
        return part
    found = np.zeros((len(part), length, part.shape[2]))
    found[:, : part.shape[1]] = part
    return found


def summed(parts: list[np.ndarray]) -> np.ndarray:
    """Return the sum of parts of different lengths along the second axis."""
    found = longer(parts[0], max(part.shape[1] for part in parts))
    if len(parts) > 1 and found is parts[0]:
        found = found.copy()
    for part in parts[1:]:
        found[:, : part.shape[1]] += part
    return found


def bends_of_product(first: np.ndarray, second: np.ndarray, inputs: int) -> np.ndarray:
    """Return the bends of the product of two linear parts, (B, n, size) each: (B, pairs, size)."""
    i, j = pairs(inputs)
    found = first[:, i] * second[:, j]
    unlike = i != j
    found[:, unlike] += found[:, unlike] if first is second else (second[:, i] * first[:, j])[:, unlike]
    return found


def range_of(quadratics: Quadratics) -> Range:
    """Return bounds over the boxes: two arrays (B, size), rounded outwards."""
    steep, bend, error = quadratics.steepness, quadratics.bend, quadratics.error
    terms = sum(part.shape[1] for part in (quadratics.slopes, quadratics.bends, quadratics.symbols))
    lost = 8.0 * EPS * (terms + 16) * (np.abs(quadratics.centre) + steep + bend + error)
    above = _most(quadratics.slopes, quadratics.bends)
    below = _most(-quadratics.slopes, -quadratics.bends)
    return quadratics.centre - below - error - lost, quadratics.centre + above + error + lost


def _most(slopes: np.ndarray, bends: np.ndarray) -> np.ndarray:
    """Return upper bounds of ``slopes . u + bends . (u_i u_j)`` for u in [-1, 1]: (B, size).

    The least of two. The first takes every pair by itself and each input with its own square. The second
    starts at the corner s where the linear part is largest: with ``u = s (1 - 2 w)``, w from 0 to 1, a bend b
    (signed as at s) is ``b - 2 b (w_i + w_j) + 4 b w_i w_j``, at most b where b is positive and at most
    ``b + 2 |b| (w_i + w_j)`` where it is not; what is left is linear in w. It is exact where the linear part
    outweighs the bends.
    """
    inputs = inputs_of(bends.shape[1])
    beyond = np.abs(slopes[:, inputs:]).sum(axis=1)
    if not inputs:
        return beyond
    i, j, squares, by_first, starts = _places(inputs)
    slopes = slopes[:, :inputs]
    square, absolute = bends[:, squares], np.abs(slopes)
    with np.errstate(all="ignore"):
        inside = np.where(absolute < -2.0 * square, np.square(slopes) / (-4.0 * square), -np.inf)
    alone = np.maximum(absolute + square, inside).sum(axis=1)
    apart = alone + np.abs(bends).sum(axis=1) - np.abs(square).sum(axis=1)
    sign = np.where(slopes >= 0, 1.0, -1.0)
    signed = bends * (sign[:, i] * sign[:, j])
    falls = np.maximum(-signed, 0.0)
    begins = np.arange(inputs) * (np.arange(inputs) + 1) // 2
    gain = np.add.reduceat(falls, begins, axis=1) + np.add.reduceat(falls[:, by_first], starts, axis=1)
    corner = absolute.sum(axis=1) + signed.sum(axis=1)
    corner += np.maximum(2.0 * gain - 2.0 * absolute, 0.0).sum(axis=1)
    return np.minimum(apart, corner) + beyond


@cache
def _places(inputs: int) -> tuple[np.ndarray, ...]:
    """Return i and j of the pairs, where the squares are among them, and the pairs in the order of i with the
    place where each i begins."""
    i, j = pairs(inputs)
    by_first = np.argsort(i, kind="stable")
    starts = np.searchsorted(i[by_first], np.arange(inputs))
    return i, j, np.flatnonzero(i == j), by_first, starts
