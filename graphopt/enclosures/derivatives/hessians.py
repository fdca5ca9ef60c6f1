"""Quadratic forms below the Hessian of weighted sums of a program's outputs, over boxes.

The Hessian is the sum over all nonlinear elements of the element's second derivative, times what the element
matters to the sum (its adjoint), times the outer product of the Jacobian of its argument with itself. Where
that weight is positive the term bends upwards in every direction: only the weights' least values matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from graphopt.enclosures.derivatives.adjoints import adjoint_bounds, multiplied
from graphopt.enclosures.derivatives.jacobians import Jacobian, argument_jacobians
from graphopt.enclosures.derivatives.log_sums import log_sums
from graphopt.enclosures.elementwise.curvatures import curvature_range
from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.enclosures.rounding import program_tolerance
from graphopt.structure.program import Program


class HessianBelow(NamedTuple):
    """``d @ H @ d >= d @ centre @ d - |d| @ radius @ |d|`` for all directions d and all Hessians H in a box.

    Attributes
    ----------
    centre, radius : array, (B, n, n)
        Symmetric; infinite radius where nothing is known.
    convex : array of bool, (B,)
        Whether no term bends downwards: the sum is convex on the box, kinks or not.
    """

    centre: np.ndarray
    radius: np.ndarray
    convex: np.ndarray


def hessian_below(program: Program, enclosure: Enclosure, weights: Mapping[int, np.ndarray]) -> HessianBelow:
    """Return quadratic forms below the Hessian of a weighted sum of outputs.

    Parameters
    ----------
    enclosure : Enclosure
        Of `program` over B boxes.
    weights : mapping from output to array, (size of the output,)
        The sum.
    """
    tolerance = program_tolerance(program)
    boxes, n = len(enclosure.values[0][0]), program.size
    terms = _terms(program, enclosure, weights)
    jacobians = argument_jacobians(program, enclosure)
    centre, radius = np.zeros((boxes, n, n)), np.zeros((boxes, n, n))
    lost = np.zeros(boxes, dtype=bool)
    with np.errstate(all="ignore"):
        for g, (lower, upper) in terms.items():
            if program.groups[g].function == "product":
                first, second = jacobians[g]
                middle, spread = _product(first, second, (lower, upper), tolerance)
            else:
                endless = np.isneginf(lower)
                lost |= endless.any(axis=1)
                middle, spread = _squares(jacobians[g][0], np.where(endless, 0.0, lower), tolerance)
            centre += middle
            radius += spread
        lost |= ~(np.isfinite(centre) & np.isfinite(radius)).all(axis=(1, 2))
    centre[lost], radius[lost] = 0.0, np.inf
    return HessianBelow(centre, radius, _convex(program, terms, boxes))


def convex_by_signs(
    program: Program, enclosure: Enclosure, weights: Mapping[int, np.ndarray]
) -> HessianBelow:
    """Return only where nothing bends downwards, at the price of a gradient: see `hessian_below`.

    These are the rules of disciplined convex programming (M. Grant, S. Boyd and Y. Ye, 2006): sums, with
    weights of the right sign, of convex functions of affine arguments, and increasing convex functions of
    those.
    """
    boxes = len(enclosure.values[0][0])
    shape = (boxes, program.size, program.size)
    known = _convex(program, _terms(program, enclosure, weights), boxes)
    return HessianBelow(np.broadcast_to(0.0, shape), np.broadcast_to(np.inf, shape), known)


def _terms(program: Program, enclosure: Enclosure, weights: Mapping[int, np.ndarray]) -> dict[int, Range]:
    """Return bounds of what the elements of each group weigh in the Hessian: adjoints times second
    derivatives, arrays (B or 1, size); for products the adjoints alone."""
    terms = {}
    found = adjoint_bounds(program, enclosure, {k: row[None] for k, row in weights.items()})
    for g, (lower, upper) in found.items():
        group, adjoint = program.groups[g], (lower[:, 0], upper[:, 0])
        if group.function == "product":
            terms[g] = adjoint
        elif g:
            bend = curvature_range(group.function, group.parameter, enclosure.arguments[g])
            with np.errstate(all="ignore"):
                terms[g] = multiplied(adjoint, bend)
    logs, exponentials = log_sums(program)
    if logs:  # where all are wanted small, they and their exponentials bend upwards together
        small = [(found[g][0][:, 0] >= 0).all(axis=1) for g in logs if g in found]
        upwards = (
            np.logical_and.reduce(np.broadcast_arrays(*small))[:, None] if small else np.ones((1, 1), bool)
        )
        for g in (*logs, *exponentials):
            if g in terms:
                low, high = terms[g]
                terms[g] = np.where(upwards, 0.0, low), np.where(upwards, 0.0, high)
    return terms


def _convex(program: Program, terms: Mapping[int, Range], boxes: int) -> np.ndarray:
    """Return in which boxes no term bends downwards: (B,)."""
    convex = np.ones(boxes, dtype=bool)
    for g, (lower, upper) in terms.items():
        if program.groups[g].function == "product":
            convex &= ((lower == 0) & (upper == 0)).all(axis=1)
        else:
            convex &= (lower >= 0).all(axis=1)
    return convex


def _squares(jacobian: Jacobian, weight: np.ndarray, tolerance: float) -> Range:
    """Return centre and radius of the sum of ``weight`` times the squares of the elements' derivatives."""
    middle, size = jacobian.centre, np.abs(jacobian.centre)
    reach, w = size + jacobian.radius, np.abs(weight)[:, None]
    centre = (middle * weight[:, None]) @ middle.swapaxes(1, 2)
    most = (reach * w) @ reach.swapaxes(1, 2)
    if not jacobian.radius.any():
        return centre, tolerance * most
    return centre, (1.0 + tolerance) * most - (1.0 - 2 * tolerance) * ((size * w) @ size.swapaxes(1, 2))


def _product(first: Jacobian, second: Jacobian, adjoint: Range, tolerance: float) -> Range:
    """Return centre and radius of the sum of the adjoints times twice the products of derivatives."""
    middle = (0.5 * adjoint[0] + 0.5 * adjoint[1])[:, None]
    half = (0.5 * adjoint[1] - 0.5 * adjoint[0])[:, None] * (1.0 + tolerance)
    sizes = [np.abs(j.centre) for j in (first, second)]
    reaches = [size + j.radius for size, j in zip(sizes, (first, second), strict=True)]
    cross = (middle * first.centre) @ second.centre.swapaxes(1, 2)
    most = (np.abs(middle) * reaches[0]) @ reaches[1].swapaxes(1, 2)
    least = (np.abs(middle) * sizes[0]) @ sizes[1].swapaxes(1, 2)
    centre = cross + cross.swapaxes(1, 2)
    radius = (1.0 + tolerance) * most - (1.0 - 2 * tolerance) * least
    radius = radius + radius.swapaxes(1, 2)
    # a weight that may be off by half: 2 |x y| <= t x ** 2 + y ** 2 / t
    lengths = [np.sqrt(np.square(reach).sum(axis=1, keepdims=True)) for reach in reaches]
    t = np.clip(lengths[1] / lengths[0], 1e-30, 1e30)
    t = np.where(np.isnan(t), 1.0, t)
    for jacobian, share in ((first, t), (second, 1.0 / t)):
        middle, spread = _squares(jacobian, -(half * share)[:, 0], 2 * tolerance)
        centre, radius = centre + middle, radius + spread
    return centre, radius
