"""Linear bounds of a program over boxes, carried backwards from the outputs to the inputs.

H. Zhang, T.-W. Weng, P.-Y. Chen, C.-J. Hsieh and L. Daniel, "Efficient neural network robustness
certification with general activation functions", 2018 (CROWN), on any graph of groups, products included. The
arguments of every nonlinear group are bounded the same way first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graphopt.enclosures.enclosure import Enclosure, Range, meet
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.images import image
from graphopt.enclosures.intervals import box_of, form_range
from graphopt.enclosures.relaxations import Lines, relax
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.structure.forms import Form, dense, times
from graphopt.structure.program import Program

WORKING_SET = 1 << 16  # numbers in the largest array: boxes are worked on in lots that stay in the cache
TINY_WIDTH = 1e-9  # relative width below which intervals need no tightening


@dataclass(frozen=True, eq=False)
class LinearBounds:
    """Bounds of a program's outputs over B boxes of n decisions, as numbers and as linear functions.

    The outputs are flat and one after the other, m rows. For every x of box b and every row i,
    ``slope_lower[b, i] @ x + constant_lower[b, i]`` is at most row i at x, and
    ``slope_upper[b, i] @ x + constant_upper[b, i]`` at least.

    Attributes
    ----------
    enclosure : Enclosure
        Of everything the program computes, as tight as it became.
    lower, upper : array, (B, m)
        Bounds over the whole box, never looser than those of intervals.
    slope_lower, slope_upper : array, (B, m, n)
    constant_lower, constant_upper : array, (B, m)
        Infinite, with slope 0, where there is no bound.
    """

    enclosure: Enclosure
    lower: np.ndarray
    upper: np.ndarray
    slope_lower: np.ndarray
    slope_upper: np.ndarray
    constant_lower: np.ndarray
    constant_upper: np.ndarray


def linear_bounds(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    outputs: Sequence[int] | None = None,
    within: Enclosure | None = None,
    refine: bool = True,
) -> LinearBounds:
    """Return linear bounds of outputs of `program` over boxes.

    Parameters
    ----------
    lower, upper : array, (B, n)
        The boxes, ``lower <= upper``.
    outputs : sequence of int, optional
        Which outputs, at least one; all by default.
    within : Enclosure, optional
        Of boxes that contain these, one each: every bound is intersected with it.
    refine : bool
        Bound the arguments of nonlinear groups by linear bounds too, not only by intervals: slower and much
        tighter.
    """
    outputs = range(len(program.outputs)) if outputs is None else outputs
    box = box_of(lower, upper)
    back = _Backward(program, box)
    arguments: list[tuple[Range, ...]] = [()]
    for g, group in enumerate(program.groups[1:], 1):
        ranges, errors = [], []
        for k, form in enumerate(group.arguments):
            lower, upper, magnitude = form_range(form, back.values)
            found = meet((lower, upper), None if within is None else within.arguments[g][k])
            if refine:
                rows = _worth_refining(program, group.function, form, found, magnitude)
                if rows.size:
                    found = back.refined(form, rows, found, magnitude)
            ranges.append(found)
            errors.append(back.tolerance * magnitude)
        arguments.append(tuple(ranges))
        values = meet(
            image(group.function, group.parameter, ranges), None if within is None else within.values[g]
        )
        back.append(relax(group.function, group.parameter, ranges, values, errors), values)
    found_outputs: list[Range] = []
    lines: dict[int, tuple[np.ndarray, ...]] = {}
    for k, form in enumerate(program.outputs):
        lower, upper, magnitude = form_range(form, back.values)
        found = meet((lower, upper), None if within is None else within.outputs[k])
        if k in outputs:
            slope, constant, bound = back.both_sides(form, magnitude)
            m = form.size
            found = meet(found, (bound[:, :m], -bound[:, m:]))
            lines[k] = (*found, *_usable(slope, constant, found))
        found_outputs.append(found)
    enclosure = Enclosure(tuple(arguments), tuple(back.values), tuple(found_outputs))
    return LinearBounds(
        enclosure, *(np.concatenate(part, axis=1) for part in zip(*(lines[k] for k in outputs)))
    )


def _usable(slope: np.ndarray, constant: np.ndarray, found: Range) -> tuple[np.ndarray, ...]:
    """Return slopes and constants of both sides, flat at the bounds `found` where there is no line."""
    m = found[0].shape[1]
    wrong = ~(np.isfinite(constant) & np.isfinite(slope).all(axis=2))
    flat = np.concatenate([found[0], -found[1]], axis=1)
    slope, constant = np.where(wrong[:, :, None], 0.0, slope), np.where(wrong, flat, constant)
    return slope[:, :m], -slope[:, m:], constant[:, :m], -constant[:, m:]


def _worth_refining(
    program: Program, function: str, form: Form, found: Range, magnitude: np.ndarray
) -> np.ndarray:
    """Return the rows of an argument that a linear bound may tighten, to some use."""
    if set(form.terms) <= {0}:
        return np.arange(0)  # affine in the inputs: the interval is exact
    lower, upper = found
    wide = upper - lower > TINY_WIDTH * np.minimum(magnitude, 1.0)
    wide |= ~np.isfinite(magnitude)
    if function == "relu":
        wide &= (lower < 0) & (upper > 0)
    rows = wide.any(axis=0)
    if rows.any():
        rows &= ~_copies(program, form)
    return np.flatnonzero(rows)


def _copies(program: Program, form: Form) -> np.ndarray:
    """Return which rows of `form` are a multiple of one value of a function of one argument, or of one input:
    its interval is as tight as can be already."""
    terms = np.zeros(form.size, dtype=int)
    for group, count in facts_of(form).terms.items():
        terms += count * (2 if program.groups[group].function == "product" else 1)
    return terms <= 1


@dataclass(eq=False)
class _Step:
    """The lines of a group as middle and half difference, so that both signs of a weight cost one pass:
    ``max(A, 0) * lower + min(A, 0) * upper = A * middle - abs(A) * half``."""

    slopes: tuple[tuple[np.ndarray, np.ndarray | None], ...]
    constant: tuple[np.ndarray, np.ndarray]
    no_lower: np.ndarray | None
    no_upper: np.ndarray | None


class _Backward:
    """What is needed to carry weights of groups back to weights of the inputs, group by group."""

    def __init__(self, program: Program, box: Range):
        self.program, self.values = program, [box]
        self.tolerance = program_tolerance(program)
        self.steps: list[_Step | None] = [None]
        with np.errstate(invalid="ignore"):  # a box without an end has no centre, and no linear bound
            self.centre, self.radius = 0.5 * box[0] + 0.5 * box[1], 0.5 * box[1] - 0.5 * box[0]
        self.widest = max(group.size for group in program.groups)
        self.reach = np.maximum(np.abs(box[0]), np.abs(box[1]))

    def append(self, lines: Lines, values: Range) -> None:
        """Add the lines and the values of the next group."""
        self.values.append(values)
        slopes = []
        for low, high in zip(lines.lower_slopes, lines.upper_slopes, strict=True):
            half = 0.5 * high - 0.5 * low
            slopes.append((0.5 * low + 0.5 * high, half if half.any() else None))
        low, high = lines.lower_constant, lines.upper_constant
        no_lower, no_upper = ~np.isfinite(low), ~np.isfinite(high)
        low, high = np.where(no_lower, 0.0, low), np.where(no_upper, 0.0, high)
        lost = self.tolerance * np.maximum(np.abs(low), np.abs(high))  # when the products are summed
        self.steps.append(
            _Step(
                tuple(slopes),
                (0.5 * low + 0.5 * high, 0.5 * high - 0.5 * low + lost),
                no_lower if no_lower.any() else None,
                no_upper if no_upper.any() else None,
            )
        )

    def refined(self, form: Form, rows: np.ndarray, found: Range, magnitude: np.ndarray) -> Range:
        """Return `found` with the rows of `form` tightened by linear bounds."""
        part = Form(form.constant[rows], {g: m[rows] for g, m in form.terms.items()})
        bound = np.concatenate([bound for _, _, bound in self.lots(part, magnitude[:, rows])])
        lower, upper = found[0].copy(), found[1].copy()
        m = rows.size
        lower[:, rows], upper[:, rows] = meet((lower[:, rows], upper[:, rows]), (bound[:, :m], -bound[:, m:]))
        return lower, upper

    def both_sides(self, form: Form, magnitude: np.ndarray) -> list[np.ndarray]:
        """Return slopes (B, 2 m, n), constants and lower bounds (B, 2 m) of `form` and of ``-form``."""
        return [np.concatenate(parts) for parts in zip(*self.lots(form, magnitude), strict=True)]

    def lots(self, form: Form, magnitude: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield what `both_sides` returns for some boxes after the other."""
        weights = {g: np.concatenate([dense(m), -dense(m)])[None] for g, m in form.terms.items()}
        lost = self.tolerance * magnitude
        constant = np.concatenate([form.constant - lost, -form.constant - lost], axis=1)
        lot = max(1, WORKING_SET // max(1, constant.shape[1] * self.widest))
        for start in range(0, max(1, len(constant)), lot):
            some = slice(start, start + lot)
            with np.errstate(all="ignore"):
                slope, line = self.carried(dict(weights), constant[some], some)
                bound = (
                    line
                    + (slope @ self.centre[some, :, None])[:, :, 0]
                    - (np.abs(slope) @ self.radius[some, :, None])[:, :, 0]
                )
                bound -= 8 * EPS * np.abs(line)
            bound[np.isnan(bound)] = -np.inf
            yield slope, line, bound

    def carried(
        self, weights: dict[int, np.ndarray], constant: np.ndarray, some: slice
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return slopes and constants of lower bounds of ``sum of weights[g] @ values[g] + constant`` over
        some of the boxes."""
        lost = np.zeros(constant.shape, dtype=bool)
        for g in range(max(weights, default=0), 0, -1):
            if g not in weights:
                continue
            A, step = weights.pop(g), self.steps[g]
            assert step is not None
            absolute = np.abs(A)
            middle, half = step.constant
            constant = (
                constant + (A @ middle[some, :, None])[:, :, 0] - (absolute @ half[some, :, None])[:, :, 0]
            )
            if step.no_lower is not None:
                lost |= ((A > 0) & step.no_lower[some, None]).any(axis=2)
            if step.no_upper is not None:
                lost |= ((A < 0) & step.no_upper[some, None]).any(axis=2)
            for (slope, spread), form in zip(step.slopes, self.program.groups[g].arguments, strict=True):
                T = A * slope[some, None, :]
                if spread is not None:
                    T -= absolute * spread[some, None, :]
                if form.constant.any():
                    constant = constant + T @ form.constant
                for h in form.terms:
                    added = _times(T, form, h)
                    weights[h] = weights[h] + added if h in weights else added
        slope = np.broadcast_to(weights.get(0, 0.0), (*constant.shape, self.program.size))
        constant = constant - self.tolerance * (np.abs(slope) @ self.reach[some, :, None])[:, :, 0]
        constant = constant - self.tolerance * np.abs(constant)
        constant[lost] = -np.inf
        return slope, constant


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
