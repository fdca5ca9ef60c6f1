"""Boxes under linear inequalities: what is left of a box, and better lower bounds of a line over it.

A half-space is ``slopes @ x + constants <= 0``. All functions work on many boxes at once, and what they say
holds in exact arithmetic: rounding errors are allowed for.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.linear.bounds import LinearBounds

EPSILON = float(np.finfo(np.float64).eps)


def least_value(
    slopes: np.ndarray, constants: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Return a lower bound of ``slopes @ x + constants`` over boxes, rounded downwards.

    `slopes` are (B, ..., n), `constants` (B, ...); the boxes `lower`, `upper` (B, ..., n) or of a shape that
    broadcasts. Tight to a few rounding errors.
    """
    at_lower, at_upper = slopes * lower, slopes * upper
    size = np.abs(constants) + np.maximum(np.abs(at_lower), np.abs(at_upper)).sum(axis=-1)
    least = np.minimum(at_lower, at_upper).sum(axis=-1) + constants
    return least - (slopes.shape[-1] + 4) * EPSILON * size


def limit_half_spaces(
    found: LinearBounds, least: np.ndarray, greatest: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return half-spaces that hold the points of boxes whose outputs after the first lie between `least` and
    `greatest`, (m,) each: slopes (B, k, n) and constants (B, k), one for each finite limit.
    """
    above, below = np.flatnonzero(np.isfinite(greatest)), np.flatnonzero(np.isfinite(least))
    slopes = np.concatenate([found.slope_lower[:, 1 + above], -found.slope_upper[:, 1 + below]], axis=1)
    over = found.constant_lower[:, 1 + above] - greatest[above]
    under = least[below] - found.constant_upper[:, 1 + below]
    shifts = np.concatenate([over, under], axis=1)
    usable = np.isfinite(slopes).all(axis=2) & np.isfinite(shifts)
    return np.where(usable[:, :, None], slopes, 0.0), np.where(usable, shifts, 0.0)


def corner(slopes: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the point of each box where ``slopes @ x`` is least; the middle along zero slopes: (B, n)."""
    return np.where(slopes > 0, lower, np.where(slopes < 0, upper, 0.5 * (lower + upper)))


def tightened(
    lower: np.ndarray, upper: np.ndarray, slopes: np.ndarray, constants: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes that hold every point of the boxes which lies in all half-spaces.

    Parameters
    ----------
    lower, upper : array, (B, n)
    slopes, constants : array, (B, m, n) and (B, m)
        A row of zeros with a constant of zero or less says nothing.

    Returns
    -------
    lower, upper : array, (B, n)
        Where a half-space misses the box, some lower bound is above the upper one.
    """
    room = -least_value(slopes, constants, lower[:, None], upper[:, None])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = room[:, :, None] / np.abs(slopes)
    reach *= 1.0 + 8 * EPSILON
    far = np.where(slopes > 0, reach, np.inf).min(axis=1, initial=np.inf)
    near = np.where(slopes < 0, reach, np.inf).min(axis=1, initial=np.inf)
    pad = 4 * EPSILON * np.maximum(np.abs(lower), np.abs(upper))
    return np.maximum(lower, upper - near - pad), np.minimum(upper, lower + far + pad)


def combined(
    slope: np.ndarray,
    constant: np.ndarray,
    slopes: np.ndarray,
    constants: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    sweeps: int = 2,
) -> tuple[np.ndarray, np.ndarray]:
    """Return lines plus multiples, zero or more, of half-spaces, such that their least values are high.

    Where the half-spaces hold, the sum is at most the line; so its least value over the box is a lower bound
    of the line there. The multiples are found one row at a time, each exactly: the bound is a concave
    function of one multiple, with a corner wherever the slope of a coordinate changes sign.

    Parameters
    ----------
    slope, constant : array, (B, n) and (B,)
        The line.
    slopes, constants : array, (B, m, n) and (B, m)
        The half-spaces.

    Returns
    -------
    slope, constant : array, (B, n) and (B,)
    """
    multiples = np.zeros(constants.shape)
    width = upper - lower
    total = slope
    for _ in range(sweeps):
        moved = False
        for k in range(constants.shape[1]):
            row, shift = slopes[:, k], constants[:, k]
            least = multiples[:, k, None]
            base = total - least * row
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                turns = np.where(row != 0, -base / row, np.inf)
            turns = np.where(turns > 0, turns, np.inf)
            # the growth of the bound with the multiple, from zero on: it falls at every turn
            first = np.where((base > 0) | ((base == 0) & (row > 0)), lower, upper)
            growth = (row * first).sum(axis=1) + shift
            order = np.argsort(turns, axis=1)
            falls = np.take_along_axis(np.abs(row) * width, order, axis=1)
            sums = growth[:, None] - np.cumsum(falls, axis=1)
            sorted_turns = np.take_along_axis(turns, order, axis=1)
            place = np.minimum((sums > 0).sum(axis=1), row.shape[1] - 1)
            best = np.take_along_axis(sorted_turns, place[:, None], axis=1)[:, 0]
            best = np.where((growth > 0) & np.isfinite(best), best, 0.0)
            change = best - multiples[:, k]
            if change.any():
                moved = True
                total = total + change[:, None] * row
                multiples[:, k] = best
        if not moved:
            break
    if not multiples.any():
        return slope, constant
    reach = np.maximum(np.abs(lower), np.abs(upper))
    size = np.abs(constant) + (np.abs(slope) * reach).sum(axis=1)
    size += (multiples * (np.abs(constants) + (np.abs(slopes) * reach[:, None]).sum(axis=2))).sum(axis=1)
    slope = slope + (multiples[:, :, None] * slopes).sum(axis=1)
    constant = constant + (multiples * constants).sum(axis=1)
    return slope, constant - (len(multiples.T) + 4) * EPSILON * size
