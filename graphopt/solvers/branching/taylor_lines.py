"""Lines below a function over a box, from its value and gradient at a point and a form below its Hessian.

Taylor's remainder is at least a quadratic function; what bends downwards in it is first replaced by a
separable part that bends at least as much, and that by its chord over the box (C. D. Maranas and C. A.
Floudas, "Global minimum potential energy conformations of small molecules", 1994: alpha-BB). What is left is
convex, and its tangent where it is least is the line. Everything holds in exact arithmetic: rounding errors
are allowed for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphopt.enclosures.derivatives.hessians import HessianBelow
from graphopt.enclosures.enclosure import Range
from graphopt.solvers.branching.half_spaces import EPSILON, least_value

SWEEPS = 3  # of coordinate descent, before the free coordinates are solved for
SOLVES = 3
RIDGE = 1e-13  # relative; where the quadratic function is flat, any point does


class LinesBelow(NamedTuple):
    """``slope @ x + constant`` is at most the function, in each of B boxes.

    Attributes
    ----------
    slope, constant : array, (B, n) and (B,)
        A constant of minus infinity, with slope 0, where there is no line.
    least : array, (B, n)
        Where the quadratic function below was found to be least.
    convex : array of bool, (B,)
        Whether nothing bends downwards: the function is convex on the box.
    """

    slope: np.ndarray
    constant: np.ndarray
    least: np.ndarray
    convex: np.ndarray


def lines_below(
    value: np.ndarray,
    gradient: Range,
    hessian: HessianBelow,
    point: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> LinesBelow:
    """Return lines below functions over boxes.

    Parameters
    ----------
    value : array, (B,)
        Lower bounds of the functions at `point`.
    gradient : (lower, upper)
        Bounds of their gradients there: two arrays (B, n).
    hessian : HessianBelow
        Over the whole boxes.
    point, lower, upper : array, (B, n)
        A point of each box, and its ends.
    """
    n = point.shape[1]
    # in units of the farther end: d = scale * u, each coordinate of u between -1 and 1
    scale = np.maximum(upper - point, point - lower) * (1.0 + 2 * EPSILON)
    unit = np.where(scale > 0, scale, 1.0)
    low, high = (lower - point) / unit, (upper - point) / unit
    with np.errstate(all="ignore"):
        middle = 0.5 * gradient[0] + 0.5 * gradient[1]
        slope = scale * np.where(np.isfinite(middle), middle, 0.0)  # where it is not, all is lost
        known = np.isfinite(hessian.radius).all(axis=(1, 2))
        lost = (scale * (0.5 * gradient[1] - 0.5 * gradient[0])).sum(axis=1)
        matrix = scale[:, :, None] * np.where(known[:, None, None], hessian.centre, 0.0) * scale[:, None]
        spread = scale * (np.where(known[:, None, None], hessian.radius, 0.0) @ scale[:, :, None])[:, :, 0]
    entries, bends = np.abs(matrix).sum(axis=(1, 2)), spread.sum(axis=1)
    matrix[:, np.arange(n), np.arange(n)] -= spread
    M, shift, short = convexified(matrix)
    slope = slope - 0.5 * shift * (low + high)
    u = _least_point(M, slope, low, high)
    bent = (M @ u[:, :, None])[:, :, 0]
    constant = value - lost + 0.5 * (shift * low * high).sum(axis=1) - 0.5 * (u * bent).sum(axis=1)
    size = np.abs(value) + lost + np.abs(slope).sum(axis=1) + bends + 2.0 * shift.sum(axis=1)
    size += (np.abs(M) @ np.abs(u)[:, :, None]).sum(axis=(1, 2))
    constant = constant - 2 * n * short - 8 * EPSILON * ((n + 8) * size + entries)
    steep = np.where(scale > 0, (slope + bent) / unit, 0.0)
    moved = steep * point
    constant = constant - moved.sum(axis=1) - (n + 8) * EPSILON * np.abs(moved).sum(axis=1)
    none = ~known | ~np.isfinite(constant) | ~np.isfinite(steep).all(axis=1)
    found = LinesBelow(
        np.where(none[:, None], 0.0, steep),
        np.where(none, -np.inf, constant),
        np.clip(point + scale * u, lower, upper),
        ~none & (hessian.convex | ~(shift > 0).any(axis=1)),
    )
    return _or_tangents(found, value, gradient, hessian.convex, point, lower, upper)


def _or_tangents(
    found: LinesBelow,
    value: np.ndarray,
    gradient: Range,
    convex: np.ndarray,
    point: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> LinesBelow:
    """Return tangents instead of the lines `found` where these are better and functions are `convex`."""
    if not convex.any():
        return found
    with np.errstate(all="ignore"):
        slope = 0.5 * gradient[0] + 0.5 * gradient[1]
        reach = np.maximum(upper - point, point - lower) * (1.0 + 2 * EPSILON)
        moved = slope * point
        constant = value - (reach * (0.5 * gradient[1] - 0.5 * gradient[0])).sum(axis=1) - moved.sum(axis=1)
        size = np.abs(value) + np.abs(moved).sum(axis=1) + (np.abs(slope) * reach).sum(axis=1)
        constant = constant - 8 * (point.shape[1] + 8) * EPSILON * size
    usable = convex & np.isfinite(constant) & np.isfinite(slope).all(axis=1)
    slope, constant = np.where(usable[:, None], slope, 0.0), np.where(usable, constant, -np.inf)
    better = least_value(slope, constant, lower, upper) > least_value(
        found.slope, found.constant, lower, upper
    )
    return found._replace(
        slope=np.where(better[:, None], slope, found.slope),
        constant=np.where(better, constant, found.constant),
        convex=found.convex | better,
    )


class Convexified(NamedTuple):
    """``matrix + diag(shift)``, at least ``-short`` times the unit matrix: (B, n, n), (B, n) and (B,)."""

    matrix: np.ndarray
    shift: np.ndarray
    short: np.ndarray


def convexified(matrix: np.ndarray) -> Convexified:
    """Return symmetric matrices (B, n, n) with as much added to their diagonals as makes them convex.

    The part of negative eigenvalues is dominated by the sums of its rows (S. A. Gershgorin). How far the
    computed eigenvalues and vectors are from making up the matrix is measured, not trusted.
    """
    n = matrix.shape[1]
    eigenvalues, vectors = np.linalg.eigh(matrix)
    positive = (vectors * np.maximum(eigenvalues, 0.0)[:, None]) @ vectors.swapaxes(1, 2)
    negative = (vectors * np.maximum(-eigenvalues, 0.0)[:, None]) @ vectors.swapaxes(1, 2)
    negative = 0.5 * (negative + negative.swapaxes(1, 2))
    shift = np.abs(negative).sum(axis=2) * (1.0 + n * EPSILON)
    rest = matrix - positive + negative
    total = np.abs(eigenvalues).sum(axis=1) + np.sqrt(np.square(matrix).sum(axis=(1, 2)))
    short = np.sqrt(np.square(rest).sum(axis=(1, 2))) + 4 * (n + 8) * EPSILON * total
    small = shift.sum(axis=1) <= short  # nothing but rounding
    shift[small] = 0.0
    short = np.where(small, short + np.sqrt(np.square(negative).sum(axis=(1, 2))), short)
    convex = matrix.copy()
    convex[:, np.arange(n), np.arange(n)] += shift
    return Convexified(convex, shift, short)


def _least_point(M: np.ndarray, slope: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return where ``slope @ u + u @ M @ u / 2`` is about least between `low` and `high`: (B, n).

    Coordinate descent tells which coordinates end at bounds, linear equations the others.
    """
    n = slope.shape[1]
    u, steep = np.clip(np.zeros_like(slope), low, high), slope.copy()
    diagonal = M[:, np.arange(n), np.arange(n)]
    bends = diagonal > 0
    safe = np.where(bends, diagonal, 1.0)
    for _ in range(SWEEPS):
        for i in range(n):
            step = np.where(bends[:, i], steep[:, i] / safe[:, i], 4.0 * np.sign(steep[:, i]))
            aim = np.clip(u[:, i] - step, low[:, i], high[:, i])
            steep += M[:, i] * (aim - u[:, i])[:, None]
            u[:, i] = aim
    ridge = RIDGE * np.maximum(diagonal.max(axis=1, initial=0.0), 1e-300)
    best, least = u, _negative_bound(slope, M, u, low, high)
    for _ in range(SOLVES):
        steep = slope + (M @ u[:, :, None])[:, :, 0]
        held = ((u <= low) & (steep >= 0)) | ((u >= high) & (steep <= 0)) | (low == high)
        free = ~held
        system = np.where(free[:, :, None] & free[:, None], M, 0.0)
        system[:, np.arange(n), np.arange(n)] += np.where(free, ridge[:, None], 1.0)
        try:
            step = np.linalg.solve(system, np.where(free, -steep, 0.0)[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:
            break
        u = np.clip(u + np.where(np.isfinite(step), step, 0.0), low, high)
        found = _negative_bound(slope, M, u, low, high)
        better = found < least
        best, least = np.where(better[:, None], u, best), np.where(better, found, least)
    return best


def _negative_bound(
    slope: np.ndarray, M: np.ndarray, u: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Return minus the least value of the tangent at u: (B,)."""
    bent = (M @ u[:, :, None])[:, :, 0]
    steep = slope + bent
    value = ((slope + 0.5 * bent) * u).sum(axis=1)
    return -(value + np.where(steep > 0, steep * (low - u), steep * (high - u)).sum(axis=1))
