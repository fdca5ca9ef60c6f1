"""Images, slopes and lines of curves over intervals, from the pieces on which they bend one way.

On a piece where a curve is convex its tangents lie below it and its chord above. So the extremes of the curve
less any line are known to rounding: what is computed here is as tight as for functions with rules of their
own, for every curve.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from graphopt.enclosures.elementwise.bends import Piece, pieces_of
from graphopt.enclosures.elementwise.curve_ranges import curve_ranges, value_beside_jumps
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.rounding import EPS
from graphopt.structure.curve import Curve

ROUNDS = 6
"""Of moving the points where a line is to touch."""

SHARES = 8
"""Of intervals on which a curve bends in ways that are not known."""

NARROW = 1e-6
"""Intervals below this width take the slope in their middle: that of the chord is lost to rounding."""


def curve_image(curve: Curve, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return bounds of the values of `curve` in intervals: arrays of one shape."""
    flat_lower, flat_upper = np.ravel(lower), np.ravel(upper)
    level = np.zeros(flat_lower.size)
    least, most = Span(curve, flat_lower, flat_upper).extent(level, level)
    return least.reshape(lower.shape), most.reshape(lower.shape)


def curve_slopes(curve: Curve, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return bounds of the slopes of `curve` in intervals: arrays of one shape."""
    low, high = np.ravel(lower), np.ravel(upper)
    least, most = np.full(low.size, np.inf), np.full(low.size, -np.inf)
    ends = _at_both(curve, low, high, 1)
    for piece in pieces_of(curve):
        here = np.flatnonzero((piece.lower <= high) & (piece.upper >= low))
        if not here.size:
            continue
        a, b = np.maximum(low[here], piece.lower), np.minimum(high[here], piece.upper)
        if piece.sign:
            at_a = _known(curve, a, low[here], ends[0], here, 1)
            at_b = _known(curve, b, high[here], ends[1], here, 1)
            below, above = np.minimum(at_a[0], at_b[0]), np.maximum(at_a[1], at_b[1])
        else:
            below, above = curve_ranges(curve, a, b, 1)[1]
        least[here] = np.minimum(least[here], below - piece.slack)
        most[here] = np.maximum(most[here], above + piece.slack)
    return least.reshape(lower.shape), most.reshape(lower.shape)


def _at_both(curve: Curve, lower: np.ndarray, upper: np.ndarray, order: int) -> list[Range]:
    """Return bounds of a derivative of `curve`, or for order 0 of the curve, at both ends of intervals."""
    below, above = curve_ranges(curve, *[np.concatenate([lower, upper])] * 2, order)[order]
    return list(zip(np.split(below, 2), np.split(above, 2), strict=True))


def _known(
    curve: Curve, z: np.ndarray, end: np.ndarray, at_end: Range, here: np.ndarray, order: int
) -> Range:
    """Return what is known at z, which is an end of intervals or all the same edge of a piece."""
    own, low, high = z == end, at_end[0][here], at_end[1][here]
    if own.all():
        return low, high
    edge = _at_edge(curve, float(z[~own][0]), order)
    return np.where(own, low, edge[0]), np.where(own, high, edge[1])


@lru_cache(maxsize=4096)
def _at_edge(curve: Curve, z: float, order: int) -> tuple[float, float]:
    """Return bounds of a derivative of `curve` at a number."""
    below, above = curve_ranges(curve, np.full(1, z), np.full(1, z), order)[order]
    return float(below[0]), float(above[0])


def curve_lines(
    curve: Curve, lower: np.ndarray, upper: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return slope and constant of a line below `curve` and of one above, over intervals.

    At `points` they are as near to the curve as lines can be, but for what the search for them leaves.
    """
    lower, upper, points = np.broadcast_arrays(lower, upper, points)
    shape = points.shape
    low, high, z = lower.ravel(), upper.ravel(), np.clip(points, lower, upper).ravel()
    span = Span(curve, low, high)
    slopes = [span.supporting(z, side) for side in (-1, 1)]
    constants = span.extent(*slopes)
    return tuple(a.reshape(shape) for a in (slopes[0], constants[0], slopes[1], constants[1]))  # type: ignore[return-value]


class Part(NamedTuple):
    """Parts of some intervals on one piece, and slopes of lines."""

    piece: Piece
    here: np.ndarray
    a: np.ndarray
    b: np.ndarray
    slope: np.ndarray


class Span:
    """A curve over intervals, (N,)."""

    def __init__(self, curve: Curve, lower: np.ndarray, upper: np.ndarray) -> None:
        self.curve, self.lower, self.upper = curve, lower, upper
        self.pieces = pieces_of(curve)
        self.ends = _at_both(curve, lower, upper, 0)

    def extent(self, under: np.ndarray, over: np.ndarray) -> Range:
        """Return the least value of ``f(z) - under z`` and the greatest of ``f(z) - over z``: arrays (N,)."""
        least, most = np.full(under.size, np.inf), np.full(over.size, -np.inf)

        def found(here: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
            least[here] = np.minimum(least[here], np.where(np.isnan(low), -np.inf, low))
            most[here] = np.maximum(most[here], np.where(np.isnan(high), np.inf, high))

        touching: list[Part] = []
        with np.errstate(all="ignore"):
            for piece in self.pieces:
                here = np.flatnonzero((piece.lower <= self.upper) & (piece.upper >= self.lower))
                if not here.size:
                    continue
                a, b = np.maximum(self.lower[here], piece.lower), np.minimum(self.upper[here], piece.upper)
                if not piece.sign:
                    found(here, *self._anyhow(a, b, under[here], over[here]))
                    continue
                at_a = _known(self.curve, a, self.lower[here], self.ends[0], here, 0)
                at_b = _known(self.curve, b, self.upper[here], self.ends[1], here, 0)
                ends = (at_a, a), (at_b, b)
                wrong = piece.slack * (b - a)
                if piece.sign > 0:  # above is the chord, below the tangent of the same slope
                    touching.append(Part(piece, here, a, b, under[here]))
                    most_here = np.maximum(*(at[1] - over[here] * z for at, z in ends)) + wrong
                    found(here, np.full(here.size, np.inf), most_here)
                else:
                    touching.append(Part(piece, here, a, b, over[here]))
                    least_here = np.minimum(*(at[0] - under[here] * z for at, z in ends)) - wrong
                    found(here, least_here, np.full(here.size, -np.inf))
            for part, low, high in self._tangents(touching):
                found(part.here, low, high)
        return least, most

    def _anyhow(self, a: np.ndarray, b: np.ndarray, under: np.ndarray, over: np.ndarray) -> Range:
        """Return the extent over parts of intervals of which only ranges are known, wide ones in shares."""
        with np.errstate(invalid="ignore"):
            wide = np.isfinite(b - a) & (b - a > NARROW)
        edges = np.where(wide, a + np.linspace(0.0, 1.0, SHARES + 1)[:, None] * (b - a), a)
        edges[-1] = b
        a, b = (edges[:-1], edges[1:]) if wide.any() else (a[None], b[None])
        value, (_, steep) = value_beside_jumps(self.curve, a, b), curve_ranges(self.curve, a, b, 1)
        middle = 0.5 * a + 0.5 * b
        radius = np.maximum(b - middle, middle - a) * (1.0 + 4 * EPS)  # the middle is rounded
        centre = curve_ranges(self.curve, middle, middle)[0]

        def moved(slope: np.ndarray) -> np.ndarray:
            return radius * np.maximum(np.abs(steep[0] - slope), np.abs(steep[1] - slope))

        low = value[0] - np.maximum(under * a, under * b), centre[0] - under * middle - moved(under)
        high = value[1] - np.minimum(over * a, over * b), centre[1] - over * middle + moved(over)
        return np.fmax(*low).min(axis=0), np.fmin(*high).max(axis=0)

    def _tangents(self, parts: list[Part]) -> Iterator[tuple[Part, np.ndarray, np.ndarray]]:
        """Yield parts with the least and the greatest value of the curve less a line, the one that is not
        beyond a tangent infinite: the values of the tangent where the slopes are equal, at the ends."""
        if not parts:
            return
        places = [part.piece.where(part.slope) for part in parts]
        cuts = np.cumsum([part.here.size for part in parts])[:-1]
        slopes = np.split(self.curve.slope(np.concatenate(places)), cuts)
        touch = np.concatenate(
            [
                np.clip(part.piece.nearer(part.slope, z, slope), part.a, part.b)
                for part, z, slope in zip(parts, places, slopes, strict=True)
            ]
        )
        value, steep = curve_ranges(self.curve, touch, touch, 1)
        columns = [np.split(column, cuts) for column in (touch, *value, *steep)]
        for part, z, below, above, flat, steepest in zip(parts, *columns, strict=True):
            sign, wrong = part.piece.sign, part.piece.slack * (part.b - part.a)
            rises = steepest if sign > 0 else flat, flat if sign > 0 else steepest
            ends = (rises[0] - part.slope) * (part.a - z), (rises[1] - part.slope) * (part.b - z)
            ends = tuple(np.where(part.a < part.b, end, 0.0) for end in ends)
            wrong += 8 * EPS * np.maximum(*np.abs(ends))
            if sign > 0:
                yield part, below - part.slope * z + np.minimum(*ends) - wrong, np.full(z.size, -np.inf)
            else:
                yield part, np.full(z.size, np.inf), above - part.slope * z + np.maximum(*ends) + wrong

    def supporting(self, points: np.ndarray, side: int) -> np.ndarray:
        """Return the slopes of lines above (side 1) or below (-1) that are as near as can be at `points`.

        Those of the concave hull there: the line through two points of the curve, one on each side, moved
        outwards to where the curve is farthest beyond it until it is nowhere.
        """
        curve, width = self.curve, self.upper - self.lower
        with np.errstate(all="ignore"):
            tangent = curve.slope(points)
            a, b = self.lower.copy(), self.upper.copy()
            at_a, at_b = side * curve.value(a), side * curve.value(b)
            slope = np.where(width > NARROW, side * (at_b - at_a) / width, tangent)
            one = self._alone()
            slope = np.where(one == side, slope, np.where(one == -side, tangent, slope))
            some = np.flatnonzero((one == 0) & (width > NARROW))
            if some.size:
                slope[some] = side * self._hull(some, points[some], side, tangent[some])
        return np.where(np.isfinite(slope), slope, 0.0)

    def _alone(self) -> np.ndarray:
        """Return the sign of the piece that an interval lies in, 0 if there are several."""
        found = np.zeros(self.lower.size, dtype=int)
        for piece in self.pieces:
            found[(piece.lower <= self.lower) & (self.upper <= piece.upper)] = piece.sign
        return found

    def _hull(self, some: np.ndarray, points: np.ndarray, side: int, tangent: np.ndarray) -> np.ndarray:
        """Return the slope of the concave hull of ``side * f`` at points of some of the intervals."""
        curve, low, high = self.curve, self.lower[some], self.upper[some]

        def farthest(slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            places = [low, high]
            for piece in self.pieces:
                if piece.upper > low.min() and piece.lower < high.max():
                    bends = piece.sign * side < 0
                    wanted = piece.where(side * slope) if bends else np.full(low.size, piece.upper)
                    places.append(np.clip(wanted, low, high))
            z = np.stack(places)
            values = side * curve.value(z)
            beyond = values - slope * z
            best = np.argmax(np.where(np.isnan(beyond), -np.inf, beyond), axis=0)
            columns = np.arange(low.size)
            return z[best, columns], values[best, columns]

        a, b = low.copy(), high.copy()
        at_a, at_b = side * curve.value(a), side * curve.value(b)
        slope = (at_b - at_a) / (b - a)
        for _ in range(ROUNDS):
            z, value = farthest(slope)
            left = z <= points
            a, at_a = np.where(left, z, a), np.where(left, value, at_a)
            b, at_b = np.where(left, b, z), np.where(left, at_b, value)
            apart = b - a > 1e-9 * (high - low)
            slope = np.where(apart, (at_b - at_a) / (b - a), side * tangent)
        return slope
