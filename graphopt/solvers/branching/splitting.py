"""Where a box is cut in two."""

from __future__ import annotations

import numpy as np

NARROW = 1e-13  # width of a box, relative to max(1, |x|), below which a cut changes nothing but rounding
HUGE = 1e100  # a slope that is not bounded counts as this


def steepness(
    slope: np.ndarray, gradient: tuple[np.ndarray, np.ndarray], lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Return how much each coordinate matters per unit of its width: (B, n).

    Two measures, each as its share of the sum over the coordinates: the largest slope the cost may have
    anywhere in the box, which sees what a line hides (a line below something even is level) but grows without
    end through deep programs; and the slope of the linear bound, at half the weight.

    Parameters
    ----------
    slope : array, (B, n)
        Of a linear bound of the cost.
    gradient : pair of array, (B, n)
        Bounds of the cost's gradient.
    lower, upper : array, (B, n)
    """
    width = upper - lower
    largest = np.maximum(np.abs(gradient[0]), np.abs(gradient[1]))
    largest = np.minimum(np.nan_to_num(largest, nan=HUGE, posinf=HUGE), HUGE)
    return _shares(largest, width) + 0.5 * _shares(np.abs(slope), width)


def _shares(slopes: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return `slopes` divided by how much they amount to over the box; 0 where that is nothing."""
    total = (slopes * width).sum(axis=1, keepdims=True)
    with np.errstate(over="ignore"):
        return np.minimum(slopes / np.where(total > 0, total, np.inf), HUGE)


def split_places(
    steep: np.ndarray, lower: np.ndarray, upper: np.ndarray, integer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each box the coordinate to cut, and whether there is one that can be cut.

    Taken is the coordinate with the largest ``steep * width``; where nothing is steep, the widest.

    Parameters
    ----------
    steep : array, (B, n)
        Zero or more: how much a coordinate matters.
    lower, upper : array, (B, n)
    integer : array of bool, (n,)
        Which coordinates take whole numbers only.

    Returns
    -------
    coordinate : array of int, (B,)
    possible : array of bool, (B,)
    """
    width = upper - lower
    least = np.where(integer, 0.5, NARROW * np.maximum(1.0, np.maximum(np.abs(lower), np.abs(upper))))
    wide = width > least
    score = steep * width
    score += 1e-6 * width / np.maximum(width.max(axis=1, keepdims=True, initial=0.0), 1e-300)
    return np.argmax(np.where(wide, score, -1.0), axis=1), wide.any(axis=1)


def halves(
    lower: np.ndarray, upper: np.ndarray, coordinate: np.ndarray, integer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the boxes cut in the middle of one coordinate each, first all lower halves: (2 B, n) twice.

    The halves of a real coordinate share the cut; those of an integer one share nothing.
    """
    rows = np.arange(len(lower))
    middle = 0.5 * lower[rows, coordinate] + 0.5 * upper[rows, coordinate]
    whole = integer[coordinate]
    end = np.where(whole, np.floor(middle), middle)
    lowers, uppers = np.concatenate([lower, lower]), np.concatenate([upper, upper])
    uppers[rows, coordinate] = end
    lowers[rows + len(rows), coordinate] = np.where(whole, end + 1.0, middle)
    return lowers, uppers
