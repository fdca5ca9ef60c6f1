"""Where a curve bends which way: pieces of the line on which it is convex or concave, proved by intervals.

The line is cut in two, again and again, until an interval bound of the second derivative has one sign in each
cell. Cells of one sign are joined. What is left are cells of a width near rounding: inflections, which join
the piece beside them, and kinks, which are pieces of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from graphopt.enclosures.elementwise.curve_ranges import curve_ranges
from graphopt.structure.curve import Curve

CORE = 8.0
"""Cells begin with a quarter from here to its negative, and double in width outside."""

DOUBLINGS = 37
"""How often: up to 1e12. Beyond, nothing is said."""

FLAT = 1e-14
"""A change of slope, relative to the slope, that is rounding."""

SMOOTH = 1e-9
"""The most that the slope may change the wrong way at an inflection; more is a kink."""

FINEST = 2.0**-46
"""Cells of this width, relative to max(1, |z|), are not cut any more."""

MOST_CELLS, MOST_PIECES = 600, 40
"""Of a level, and of a curve; beyond, those farthest from 0 are not looked at."""

STEPS = 512
"""Of the table of slopes, per unit in the core."""


@dataclass(frozen=True, eq=False)
class Piece:
    """An interval on which a curve bends one way.

    Attributes
    ----------
    lower, upper : float
    sign : int
        1 where the slope rises, -1 where it falls, 0 where nothing is known.
    slack : float
        How much the slope may yet change the other way, all over the piece.
    slopes, places : array
        A table: the slopes, multiplied with `sign` rising, and where they are. To look for points only.
    """

    lower: float
    upper: float
    sign: int
    slack: float
    slopes: np.ndarray
    places: np.ndarray

    def where(self, slope: np.ndarray) -> np.ndarray:
        """Return about where the curve has this slope, an end of the piece if nowhere."""
        return np.interp(self.sign * slope, self.slopes, self.places)

    def nearer(self, slope: np.ndarray, z: np.ndarray, at_z: np.ndarray) -> np.ndarray:
        """Return where the curve has this slope after a step of Newton's method from z, which is `where`;
        the slope `at_z` is known."""
        place = np.clip(np.searchsorted(self.slopes, self.sign * slope), 1, self.slopes.size - 1)
        rise = self.slopes[place] - self.slopes[place - 1]
        run = self.places[place] - self.places[place - 1]
        step = np.where(rise > 0, self.sign * (slope - at_z) * run / rise, 0.0)
        return np.where(np.abs(step) <= run, z + step, z)


@lru_cache(maxsize=256)
def pieces_of(curve: Curve) -> tuple[Piece, ...]:
    """Return pieces from end to end, the outermost without end and of sign 0."""
    lower, upper, sign, slack = _cells(curve)
    runs: list[list] = [[-np.inf, lower[0], 0, 0.0]]
    for cell in (*zip(lower, upper, sign, slack, strict=True), (upper[-1], np.inf, 0, 0.0)):
        low, high, bends, wrong = float(cell[0]), float(cell[1]), int(cell[2]), float(cell[3])
        last = runs[-1]
        level = bends == LEVEL and wrong <= SMOOTH and last[2] and last[3] <= SMOOTH
        if level or (bends == last[2] and bends != LEVEL):
            last[1], last[3] = high, last[3] + wrong
        elif last[2] == LEVEL and last[3] <= SMOOTH and bends in (-1, 1):
            last[1:] = [high, bends, last[3] + wrong]
        else:
            runs.append([low, high, bends, wrong])
    return tuple(_piece(curve, *run) for run in _nearest(runs))


LEVEL = 2  # a cell in which the slope does not change but for its slack


def _cells(curve: Curve) -> tuple[np.ndarray, ...]:
    """Return ends, signs and slacks of cells side by side."""
    outside = CORE * 2.0 ** np.arange(1, DOUBLINGS + 1)
    edges = np.concatenate([-outside[::-1], np.linspace(-CORE, CORE, int(8 * CORE) + 1), outside])
    lower, upper, done = edges[:-1], edges[1:], []
    while lower.size:
        _, slope, bend = curve_ranges(curve, lower, upper, 2)
        width, change = upper - lower, slope[1] - slope[0]
        with np.errstate(all="ignore"):
            nowhere = ~np.isfinite([curve.value(z) for z in (lower, 0.5 * (lower + upper), upper)]).any(
                axis=0
            )
            turned = np.maximum(np.abs(bend[0]), np.abs(bend[1])) * width
        steep = np.maximum(1.0, np.minimum(np.abs(slope[0]), np.abs(slope[1])))
        sign = np.where(bend[0] >= 0, 1, np.where(bend[1] <= 0, -1, 0))
        sign = np.where(np.isfinite(turned) & (turned <= FLAT * steep), LEVEL, sign)
        finest = (width <= FINEST * np.maximum(1.0, np.abs(lower))) & (sign == 0)
        sign = np.where(finest & np.isfinite(change), LEVEL, sign)
        slack = np.where(finest, change, np.where(sign == LEVEL, turned, 0.0))
        sign, slack = np.where(nowhere, 0, sign), np.where(nowhere | (sign == 0), 0.0, slack)
        open_ = (sign == 0) & ~nowhere & ~finest
        if open_.sum() > MOST_CELLS:
            distance = np.where(open_, np.minimum(np.abs(lower), np.abs(upper)), np.inf)
            open_ &= distance <= np.partition(distance, MOST_CELLS)[MOST_CELLS]
        done.append((lower[~open_], upper[~open_], sign[~open_], slack[~open_]))
        lower, upper = lower[open_], upper[open_]
        middle = 0.5 * (lower + upper)
        lower, upper = np.concatenate([lower, middle]), np.concatenate([middle, upper])
    columns = [np.concatenate(column) for column in zip(*done, strict=True)]
    order = np.argsort(columns[0])
    return tuple(column[order] for column in columns)


def _nearest(runs: list[list]) -> list[list]:
    """Return the runs nearest to 0; those outside are one, of which nothing is known."""
    if len(runs) <= MOST_PIECES:
        return runs
    zero = next(k for k, run in enumerate(runs) if run[1] >= 0)
    first = min(max(zero - MOST_PIECES // 2, 0), len(runs) - MOST_PIECES)
    kept = runs[first : first + MOST_PIECES]
    before = [[-np.inf, kept[0][0], 0, 0.0]] if kept[0][0] > -np.inf else []
    after = [[kept[-1][1], np.inf, 0, 0.0]] if kept[-1][1] < np.inf else []
    return before + kept + after


def _piece(curve: Curve, lower: float, upper: float, sign: int, slack: float) -> Piece:
    sign = 1 if sign == LEVEL else sign
    if not sign:
        return Piece(lower, upper, 0, 0.0, np.zeros(1), np.zeros(1))
    low, high = max(lower, -CORE), min(upper, CORE)
    parts = [np.array([lower, upper])]
    if low < high:
        parts.append(np.linspace(low, high, int(STEPS * (high - low)) + 16))
    for side in (-1.0, 1.0):
        far = side * CORE * 2.0 ** np.linspace(0.0, DOUBLINGS, 32 * DOUBLINGS)
        parts.append(far[(far > lower) & (far < upper)])
    places = np.unique(np.concatenate(parts))
    with np.errstate(all="ignore"):
        slopes = np.maximum.accumulate(np.nan_to_num(sign * curve.slope(places)))
    return Piece(lower, upper, sign, slack, slopes, places)
