"""Linear bounds of a program over boxes, carried backwards from the outputs to the inputs.

H. Zhang, T.-W. Weng, P.-Y. Chen, C.-J. Hsieh and L. Daniel, "Efficient neural network robustness
certification with general activation functions", 2018 (CROWN), on any graph of groups, products included. The
arguments of every nonlinear group are bounded the same way first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphopt.enclosures.elementwise.images import image
from graphopt.enclosures.enclosure import Enclosure, Range, meet
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.intervals import box_of, form_range
from graphopt.enclosures.linear.backward import Backward, Known, LowerLines
from graphopt.enclosures.linear.blends import BlendRanges
from graphopt.enclosures.linear.products import range_of, spans_of
from graphopt.enclosures.linear.slope_search import searched_lines
from graphopt.enclosures.quadratic.models import TaylorModels
from graphopt.structure.forms import Form
from graphopt.structure.program import Program

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
    rounds: int = 0,
    second_order: bool = False,
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
    rounds : int
        How often the lines of nonlinear elements are chosen anew for the outputs' bounds (see
        `graphopt.enclosures.linear.slope_search`).
    second_order : bool
        Bound arguments and outputs by quadratic models too (see `graphopt.enclosures.quadratic.models`), if
        the boxes and decisions are not too many: tighter where boxes are small, in recurrences above all.
    """
    outputs = range(len(program.outputs)) if outputs is None else outputs
    back = Backward(program, box_of(lower, upper))
    blends = BlendRanges(program)
    models = TaylorModels(program, back.box, alive=second_order)
    arguments: list[tuple[Range, ...]] = [()]
    for g, group in enumerate(program.groups[1:], 1):
        ranges, magnitudes = [], []
        for k, form in enumerate(group.arguments):
            low, high, magnitude = form_range(form, back.values)
            found = blends.narrowed(form, (low, high), magnitude, back.values)
            found = meet(found, None if within is None else within.arguments[g][k])
            found = models.narrowed(form, found)
            if refine:
                rows = _worth_refining(program, group.function, form, found, magnitude)
                if rows.size:
                    found = _refined(back, form, rows, found, magnitude)
            ranges.append(found)
            magnitudes.append(magnitude)
        arguments.append(tuple(ranges))
        values = meet(
            image(group.function, group.parameter, ranges), None if within is None else within.values[g]
        )
        spans = None
        if refine and group.function == "product":
            spans = models.narrowed_spans(spans_of(back, group, ranges, magnitudes))
            values = meet(values, range_of(spans))
        models.append(ranges, values)
        back.append(Known(ranges, [back.tolerance * m for m in magnitudes], values, spans))
        blends.append(back.values)
    found_outputs: list[Range] = []
    lines: dict[int, tuple[np.ndarray, ...]] = {}
    for k, form in enumerate(program.outputs):
        low, high, magnitude = form_range(form, back.values)
        found = blends.narrowed(form, (low, high), magnitude, back.values)
        found = meet(found, None if within is None else within.outputs[k])
        found = models.narrowed(form, found)
        if k in outputs:
            lots = list(searched_lines(back, form, magnitude, rounds))
            found = meet(found, _both_sides([lot.bound for lot in lots]))
            lines[k] = (*found, *_usable(lots, found))
        found_outputs.append(found)
    enclosure = Enclosure(tuple(arguments), tuple(back.values), tuple(found_outputs))
    return LinearBounds(
        enclosure, *(np.concatenate(part, axis=1) for part in zip(*(lines[k] for k in outputs)))
    )


def _refined(back: Backward, form: Form, rows: np.ndarray, found: Range, magnitude: np.ndarray) -> Range:
    """Return `found` with the rows of `form` tightened by linear bounds."""
    part = Form(form.constant[rows], {g: m[rows] for g, m in form.terms.items()})
    bound = _both_sides([lot.bound for lot in back.lower_lines(part, magnitude[:, rows])])
    lower, upper = found[0].copy(), found[1].copy()
    lower[:, rows], upper[:, rows] = meet((lower[:, rows], upper[:, rows]), bound)
    return lower, upper


def _both_sides(parts: list[np.ndarray]) -> Range:
    """Return lower and upper from what is below rows and below their negatives, lots of boxes joined."""
    below, negative = np.split(np.concatenate(parts), 2, axis=1)
    return below, -negative


def _usable(lots: list[LowerLines], found: Range) -> tuple[np.ndarray, ...]:
    """Return slopes and constants of both sides, flat at the bounds `found` where there is no line."""
    slope = np.concatenate([lot.slope for lot in lots])
    constant = np.concatenate([lot.constant for lot in lots])
    wrong = ~(np.isfinite(constant) & np.isfinite(slope).all(axis=2))
    flat = np.concatenate([found[0], -found[1]], axis=1)
    slope, constant = np.where(wrong[:, :, None], 0.0, slope), np.where(wrong, flat, constant)
    return (*_both_sides([slope]), *_both_sides([constant]))


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
        terms += count * (len(program.groups[group].arguments) or 1)
    return terms <= 1
