"""Weights of a program's values carried back to weights of its inputs, group by group, over many boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graphopt.enclosures.elementwise.relaxations import Lines, Spans, relax, resting_points
from graphopt.enclosures.enclosure import Range
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.structure.forms import Form, dense, times
from graphopt.structure.program import Program

WORKING_SET = 1 << 16  # numbers in the largest array: boxes are worked on in lots that stay in the cache


@dataclass(frozen=True, eq=False)
class LowerLines:
    """Linear functions of the inputs below rows of a form and below the same rows negated, for B boxes.

    Attributes
    ----------
    slope : array, (B, 2 m, n)
    constant : array, (B, 2 m)
        Minus infinity, or with a slope that is not finite, where there is none.
    bound : array, (B, 2 m)
        The least values of the lines in the boxes.
    """

    slope: np.ndarray
    constant: np.ndarray
    bound: np.ndarray


@dataclass(frozen=True, eq=False)
class Step:
    """The lines of a group as middle and half difference, so that both signs of a weight cost one pass:
    ``max(A, 0) * lower + min(A, 0) * upper = A * middle - abs(A) * half``. Arrays (B, rows or 1, size)."""

    slopes: tuple[tuple[np.ndarray, np.ndarray | None], ...]
    middle: np.ndarray
    half: np.ndarray
    no_lower: np.ndarray | None
    no_upper: np.ndarray | None

    @classmethod
    def of(cls, lines: Lines, tolerance: float) -> Step:
        """Return the step for `lines` of shape (B, rows or 1, size)."""
        slopes = []
        for low, high in zip(lines.lower_slopes, lines.upper_slopes, strict=True):
            half = 0.5 * high - 0.5 * low
            slopes.append((0.5 * low + 0.5 * high, half if half.any() else None))
        low, high = lines.lower_constant, lines.upper_constant
        no_lower, no_upper = ~np.isfinite(low), ~np.isfinite(high)
        low, high = np.where(no_lower, 0.0, low), np.where(no_upper, 0.0, high)
        lost = tolerance * np.maximum(np.abs(low), np.abs(high))  # when the products are summed
        return cls(
            tuple(slopes),
            0.5 * low + 0.5 * high,
            0.5 * high - 0.5 * low + lost,
            no_lower if no_lower.any() else None,
            no_upper if no_upper.any() else None,
        )

    def boxes(self, some: slice) -> Step:
        """Return the step for some of the boxes."""

        def taken(array: np.ndarray | None) -> np.ndarray | None:
            return None if array is None else array[some]

        return Step(
            tuple((slope[some], taken(spread)) for slope, spread in self.slopes),
            self.middle[some],
            self.half[some],
            taken(self.no_lower),
            taken(self.no_upper),
        )


@dataclass(frozen=True, eq=False)
class Known:
    """What is known about a group: the ranges and the rounding errors of its arguments, the range of its
    values; of the factors of a product also their spans."""

    ranges: Sequence[Range]
    errors: Sequence[np.ndarray]
    values: Range
    spans: Spans | None = None


class Backward:
    """The groups of a program whose lines are known so far, over boxes.

    Attributes
    ----------
    program : Program
    box : (lower, upper)
        Two arrays (B, n).
    known : list of Known
        For each group so far; nothing but the values for the inputs.
    """

    def __init__(self, program: Program, box: Range) -> None:
        self.program, self.box = program, box
        self.tolerance = program_tolerance(program)
        self.known = [Known((), (), box)]
        self.steps: list[Step | None] = [None]
        self._widest = max(group.size for group in program.groups)
        self._reach = np.maximum(np.abs(box[0]), np.abs(box[1]))
        with np.errstate(invalid="ignore"):  # a box without an end has no centre, and no linear bound
            self._centre, self._radius = 0.5 * box[0] + 0.5 * box[1], 0.5 * box[1] - 0.5 * box[0]

    @property
    def values(self) -> list[Range]:
        """The ranges of the groups' values."""
        return [known.values for known in self.known]

    def append(self, known: Known) -> None:
        """Add the next group."""
        self.known.append(known)
        lines = self.lines(len(self.known) - 1, slice(None))
        self.steps.append(Step.of(lines, self.tolerance))

    def lines(self, g: int, some: slice, points: np.ndarray | None = None) -> Lines:
        """Return lines of a group over some of the boxes, (B, rows, size): one row, or one for each row of
        `points` (see `graphopt.enclosures.elementwise.relaxations.relax`)."""
        group, known = self.program.groups[g], self.known[g]

        def one_row(found: Range) -> Range:
            return found[0][some, None], found[1][some, None]

        ranges, errors = [one_row(r) for r in known.ranges], [e[some, None] for e in known.errors]
        spans = known.spans and Spans(
            known.spans.scale[some, None], one_row(known.spans.total), one_row(known.spans.difference)
        )
        return relax(group.function, group.parameter, ranges, one_row(known.values), errors, points, spans)

    def resting_points(self, g: int, some: slice) -> np.ndarray:
        """Return the points at which the lines of a group are taken by default: (B, 1, size)."""
        lower, upper = self.known[g].ranges[0]
        return resting_points(self.program.groups[g].function, lower[some, None], upper[some, None])

    def rows(self, form: Form, magnitude: np.ndarray) -> tuple[dict[int, np.ndarray], np.ndarray]:
        """Return the weights of `form` and of its negative, (1, 2 m, size) by group, and their constants with
        the rounding error of evaluating the form taken off, (B, 2 m)."""
        weights = {g: np.concatenate([dense(m), -dense(m)])[None] for g, m in form.terms.items()}
        lost = self.tolerance * magnitude
        return weights, np.concatenate([form.constant - lost, -form.constant - lost], axis=1)

    def lots(self, rows: int) -> Iterator[slice]:
        """Yield the boxes in lots for work on so many rows each."""
        boxes = len(self.box[0])
        lot = max(1, WORKING_SET // max(1, rows * self._widest))
        yield from (slice(start, start + lot) for start in range(0, max(1, boxes), lot))

    def lower_lines(self, form: Form, magnitude: np.ndarray) -> Iterator[LowerLines]:
        """Yield lines below `form` and its negative, for one lot of boxes after the other."""
        weights, constant = self.rows(form, magnitude)
        for some in self.lots(constant.shape[1]):
            yield self.carried(weights, constant[some], some)

    def carried(
        self,
        weights: Mapping[int, np.ndarray],
        constant: np.ndarray,
        some: slice,
        steps: Mapping[int, Step] | None = None,
        seen: dict[int, np.ndarray] | None = None,
    ) -> LowerLines:
        """Return lines below ``sum of weights[g] @ values[g] + constant`` over some of the boxes.

        Parameters
        ----------
        weights : mapping from group to array, (B or 1, rows, size)
        constant : array, (B, rows)
        some : slice
        steps : mapping from group to Step, optional
            For these boxes, instead of those that were appended.
        seen : dict, optional
            Is given the weights of each group.
        """
        weights, start = dict(weights), constant
        lost = np.zeros(constant.shape, dtype=bool)
        with np.errstate(all="ignore"):
            for g in range(max(weights, default=0), 0, -1):
                if g not in weights:
                    continue
                A, step = weights.pop(g), self._step(g, some, steps)
                if seen is not None:
                    seen[g] = A
                absolute = np.abs(A)
                constant = constant + _dot(A, step.middle) - _dot(absolute, step.half)
                if step.no_lower is not None:
                    lost |= ((A > 0) & step.no_lower).any(axis=2)
                if step.no_upper is not None:
                    lost |= ((A < 0) & step.no_upper).any(axis=2)
                for (slope, spread), form in zip(step.slopes, self.program.groups[g].arguments, strict=True):
                    T = A * slope
                    if spread is not None:
                        T -= absolute * spread
                    if form.constant.any():
                        constant = constant + T @ form.constant
                    for h in form.terms:
                        added = _times(T, form, h)
                        weights[h] = weights[h] + added if h in weights else added
            slope = np.broadcast_to(weights.get(0, 0.0), (*start.shape, self.program.size))
            absolute = np.abs(slope)
            constant = constant - self.tolerance * _dot(absolute, self._reach[some, None])
            constant = constant - self.tolerance * np.abs(constant)
            constant[lost] = -np.inf
            bound = constant + _dot(slope, self._centre[some, None])
            bound -= _dot(absolute, self._radius[some, None])
            bound -= 8 * EPS * np.abs(constant)
        bound[np.isnan(bound)] = -np.inf
        return LowerLines(slope, constant, bound)

    def _step(self, g: int, some: slice, steps: Mapping[int, Step] | None) -> Step:
        if steps is not None and g in steps:
            return steps[g]
        step = self.steps[g]
        assert step is not None
        return step.boxes(some)


def _dot(weights: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the sums of ``weights * numbers`` over the last axis: (B, rows)."""
    if numbers.shape[1] == 1:
        return (weights @ numbers[:, 0, :, None])[:, :, 0]
    return (weights * numbers).sum(axis=2)


def _times(rows: np.ndarray, form: Form, group: int) -> np.ndarray:
    """Return ``rows @ form.terms[group]`` in one product: (B, m, size) -> (B, m, size of the group)."""
    matrix, run = form.terms[group], facts_of(form).slices.get(group)
    if run is None:
        flat = times(rows.reshape(-1, rows.shape[-1]), matrix)
        return flat.reshape(*rows.shape[:-1], flat.shape[-1])
    if matrix.shape[1] == rows.shape[-1]:
        return rows
    moved = np.zeros((*rows.shape[:-1], matrix.shape[1]))
    moved[..., run] = rows
    return moved
