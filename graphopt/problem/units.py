"""Units in which the numbers of a problem are near one, be the caller's nanometres or gigawatts."""

from __future__ import annotations

import numpy as np

NARROWEST, WIDEST = 1.0, 4.0  # widths, in their units, of boxes of decisions that do not have the unit 1
REACH = 200.0  # how far from zero, in units, values of rows say what their size is
MATTERS = 0.01  # influence of a step that is a unit
NEARBY = 3  # points within one of the point next to zero
SAMPLES = 16  # points of the box, besides its two outermost corners
FINEST = 1e-6  # least scale of a row, relative to its values: what lies far below is lost in rounding


def decision_units(lower: np.ndarray, upper: np.ndarray, influence: np.ndarray | None = None) -> np.ndarray:
    """Return the unit of each decision, (n,): 1, unless its box is narrow or very wide in that unit.

    A narrower box is `NARROWEST` units wide. A wider one than `WIDEST` may just be careless: the unit is more
    than 1 only where a step of one does not matter, and then no larger than a step that does, so that the box
    is `WIDEST` units wide or more. Units are powers of two: nothing is rounded by them. Of a decision without
    both bounds only such steps are known.

    Parameters
    ----------
    influence : array, (n,), optional
        How much a step of one can change cost and rows, relative to their sizes.
    """
    with np.errstate(over="ignore", divide="ignore"):
        width = upper - lower
        matters = np.inf if influence is None else np.where(influence < MATTERS, 1.0 / influence, 1.0)
    endless = ~np.isfinite(width) & np.isfinite(matters)
    known = np.isfinite(width) & (width > 0)
    width = np.where(known, width, 1.0)
    unit = np.clip(1.0, np.minimum(width / WIDEST, matters), width / NARROWEST)
    return power_of_two(np.where(known, unit, np.where(endless, matters, 1.0)))


def points_of_interest(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return points at which the influence of decisions is looked at, (k, n): `NEARBY` within one of the
    point next to zero, the middle of the box, and as many spread over it.
    """
    points, _ = sample_points(lower, upper)
    anchor = np.clip(0.0, lower, upper)
    near = anchor + np.random.default_rng(1).uniform(-1.0, 1.0, (NEARBY, lower.size))
    return np.clip(np.vstack([near, np.mean(points[:2], axis=0), points[2 : 2 + NEARBY]]), lower, upper)


def power_of_two(size: np.ndarray) -> np.ndarray:
    """Return the power of two next to each positive number."""
    return np.exp2(np.round(np.log2(size)))


def sample_points(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return points spread over a box, (k, n): always the same ones.

    The second array is None, or where some decision lacks a bound the same points with such decisions moved;
    in the first they stay where they are.
    """
    unit = np.random.default_rng(0).random((SAMPLES, lower.size))
    unit = np.concatenate([np.zeros((1, lower.size)), np.ones((1, lower.size)), unit])
    bounded = np.isfinite(lower) & np.isfinite(upper)
    anchor = np.clip(0.0, lower, upper)
    low, high = np.where(bounded, lower, anchor), np.where(bounded, upper, anchor)
    points = np.clip((1.0 - unit) * low + unit * high, lower, upper)
    if bounded.all():
        return points, None
    away = np.where(upper > anchor, 1.0, -1.0) * np.maximum(1.0, np.abs(anchor)) * (1.0 + unit)
    return points, np.clip(np.where(bounded, points, anchor + away), lower, upper)


def row_ranges(values: np.ndarray, moved: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return how far apart the values of each row are over the box, and their typical size: (m,) each.

    Parameters
    ----------
    values, moved : array, (k, m)
        At the two kinds of `sample_points`. A row that a decision without bounds changes has no range: inf,
        as has one that is constant or not a finite number at most of the points.
    """
    finite = np.isfinite(values)
    enough = 2 * finite.sum(axis=0) > len(values)
    known = np.where(finite | ~enough, values, np.nan)
    known = np.where(enough, known, 0.0)
    with np.errstate(over="ignore"):
        found = np.nanmax(known, axis=0) - np.nanmin(known, axis=0)
    fixed = np.ones(len(found), dtype=bool)
    if moved is not None:
        fixed = np.all((values == moved) | (np.isnan(values) & np.isnan(moved)), axis=0)
    found = np.where(enough & fixed & (found > 0), found, np.inf)
    return found, np.nanmedian(np.abs(known), axis=0)


def limit_sizes(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the size of the larger of two limits, those that are infinite left out."""
    return np.maximum(
        np.where(np.isfinite(lower), np.abs(lower), 0.0), np.where(np.isfinite(upper), np.abs(upper), 0.0)
    )


def usual_scales(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the scales of rows of which only the limits are known: the size of the limit, or 1 if larger."""
    return np.maximum(1.0, limit_sizes(lower, upper))


def row_scales(lower: np.ndarray, upper: np.ndarray, ranges: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return what a breach of each row counts relative to, (m,).

    It is the size of the row's limit, 1 where that is zero; but no more than the row's range over the box,
    and no less than `FINEST` of its typical value. So it follows the unit of a row whose range is known, and
    is at most `usual_scales` unless the values are a million times larger. Those stand where the range is not
    known.

    Parameters
    ----------
    lower, upper : array, (m,)
        Limits.
    ranges, size : array, (m,)
        Of `row_ranges`.
    """
    limit = limit_sizes(lower, upper)
    scale = np.minimum(np.where(limit > 0, limit, 1.0), ranges)
    return np.where(np.isfinite(ranges), np.maximum(scale, FINEST * size), usual_scales(lower, upper))
