"""Images, slopes and lines of curves over intervals, from the pieces on which they bend one way.

On a piece where a curve is convex its tangents lie below it and its chord above. So the extremes of the curve
less any line are known to rounding: what is computed here is as tight as for functions with rules of their
own, for every curve.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.bends import Piece, pieces_of
from graphopt.enclosures.curve_ranges import curve_ranges
from graphopt.enclosures.enclosure import Range
from graphopt.structure.curve import Curve

ROUNDS = 6
"""Of moving the points where a line is to touch."""

NARROW = 1e-6
"""Intervals below this width take the slope in their middle: that of the chord is lost to rounding."""


def curve_image(curve: Curve, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return bounds of the values of `curve` in intervals: arrays of one shape."""
    flat_lower, flat_upper = np.ravel(lower), np.ravel(upper)
    least, most = Span(curve, flat_lower, flat_upper).extent(np.zeros(flat_lower.size))
    return least.reshape(lower.shape), most.reshape(lower.shape)


def curve_slopes(curve: Curve, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return bounds of the slopes of `curve` in intervals: arrays of one shape."""
    low, high = np.ravel(lower), np.ravel(upper)
    least, most = np.full(low.size, np.inf), np.full(low.size, -np.inf)
    for piece in pieces_of(curve):
        here = np.flatnonzero((piece.lower <= high) & (piece.upper >= low))
        if not here.size:
            continue
        a, b = np.maximum(low[here], piece.lower), np.minimum(high[here], piece.upper)
        if piece.sign:
            ends = [curve_ranges(curve, z, z, 1)[1] for z in (a, b)]
            below, above = np.minimum(ends[0][0], ends[1][0]), np.maximum(ends[0][1], ends[1][1])
        else:
            below, above = curve_ranges(curve, a, b, 1)[1]
        least[here] = np.minimum(least[here], below - piece.slack)
        most[here] = np.maximum(most[here], above + piece.slack)
    return least.reshape(lower.shape), most.reshape(lower.shape)


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
    constants = span.extent(slopes[0])[0], span.extent(slopes[1])[1]
    return tuple(a.reshape(shape) for a in (slopes[0], constants[0], slopes[1], constants[1]))  # type: ignore[return-value]


class Span:
    """A curve over intervals, (N,)."""

    def __init__(self, curve: Curve, lower: np.ndarray, upper: np.ndarray) -> None:
        self.curve, self.lower, self.upper = curve, lower, upper
        self.pieces = pieces_of(curve)
        self.ends = [curve_ranges(curve, z, z)[0] for z in (lower, upper)]

    def extent(self, slope: np.ndarray) -> Range:
        """Return the least and the greatest value of ``f(z) - slope z``: two arrays (N,)."""
        least, most = np.full(slope.size, np.inf), np.full(slope.size, -np.inf)
        with np.errstate(all="ignore"):
            for piece in self.pieces:
                here = np.flatnonzero((piece.lower <= self.upper) & (piece.upper >= self.lower))
                if here.size:
                    low, high = (self._bent if piece.sign else self._anyhow)(piece, here, slope[here])
                    least[here] = np.minimum(least[here], np.where(np.isnan(low), -np.inf, low))
                    most[here] = np.maximum(most[here], np.where(np.isnan(high), np.inf, high))
        return least, most

    def _anyhow(self, piece: Piece, here: np.ndarray, slope: np.ndarray) -> Range:
        """Return the extent over a part of the intervals of which only ranges are known."""
        a, b = np.maximum(self.lower[here], piece.lower), np.minimum(self.upper[here], piece.upper)
        value, steep = curve_ranges(self.curve, a, b, 1)
        risen = np.stack([slope * a, slope * b])
        low, high = value[0] - risen.max(axis=0), value[1] - risen.min(axis=0)
        middle, radius = 0.5 * a + 0.5 * b, 0.5 * b - 0.5 * a
        centre = curve_ranges(self.curve, middle, middle)[0]
        moved = radius * np.maximum(np.abs(steep[0] - slope), np.abs(steep[1] - slope))
        below, above = centre[0] - slope * middle - moved, centre[1] - slope * middle + moved
        return np.fmax(low, below), np.fmin(high, above)

    def _bent(self, piece: Piece, here: np.ndarray, slope: np.ndarray) -> Range:
        """Return the extent over a part of the intervals where the curve bends one way: on one side that of
        the ends, on the other that of the tangent where the slopes are equal."""
        a, b = np.maximum(self.lower[here], piece.lower), np.minimum(self.upper[here], piece.upper)
        wrong = piece.slack * (b - a)
        at_a, at_b = self._at(a, 0, here), self._at(b, 1, here)
        ends = [(at[0] - slope * z, at[1] - slope * z) for at, z in ((at_a, a), (at_b, b))]
        touch = np.clip(piece.nearer(self.curve, slope, piece.where(slope)), a, b)
        value, steep = curve_ranges(self.curve, touch, touch, 1)
        if piece.sign > 0:
            tangent = np.minimum((steep[1] - slope) * (a - touch), (steep[0] - slope) * (b - touch))
            low = value[0] - slope * touch + np.where(a < b, tangent, 0.0) - wrong
            return low, np.maximum(ends[0][1], ends[1][1]) + wrong
        tangent = np.maximum((steep[0] - slope) * (a - touch), (steep[1] - slope) * (b - touch))
        high = value[1] - slope * touch + np.where(a < b, tangent, 0.0) + wrong
        return np.minimum(ends[0][0], ends[1][0]) - wrong, high

    def _at(self, z: np.ndarray, end: int, here: np.ndarray) -> Range:
        """Return the values at one end of parts of the intervals."""
        own = z == (self.lower, self.upper)[end][here]
        known = self.ends[end]
        if own.all():
            return known[0][here], known[1][here]
        edge = z[~own][:1]
        other = curve_ranges(self.curve, edge, edge)[0]
        return np.where(own, known[0][here], other[0]), np.where(own, known[1][here], other[1])

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
