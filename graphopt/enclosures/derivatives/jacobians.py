"""Interval Jacobians of the arguments of nonlinear groups, carried forwards through the program."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphopt.enclosures.elementwise.slopes import slope_ranges
from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.structure.forms import Form, dense, times
from graphopt.structure.program import Program


class Jacobian(NamedTuple):
    """Derivatives of a flat vector by each of n decisions: ``centre`` plus or minus ``radius``.

    Attributes
    ----------
    centre, radius : array, (B or 1, n, size)
        One row for each decision. The radius is infinite or NaN where nothing is known.
    """

    centre: np.ndarray
    radius: np.ndarray


def argument_jacobians(program: Program, enclosure: Enclosure) -> list[tuple[Jacobian, ...]]:
    """Return the Jacobians of the arguments of each group over the boxes of `enclosure`.

    Parameters
    ----------
    enclosure : Enclosure
        Of `program` over B boxes.

    Returns
    -------
    list of tuple of Jacobian
        For every group one for each argument; none for the decisions. Those that are affine in the decisions
        are exact, and one for all boxes. At kinks of relu: Clarke's generalised Jacobian.
    """
    tolerance = program_tolerance(program)
    arguments: list[tuple[Jacobian, ...]] = [()]
    values: list[Jacobian | None] = [None]
    with np.errstate(all="ignore"):
        for g, group in enumerate(program.groups[1:], 1):
            inside = tuple(_of_form(form, values, tolerance) for form in group.arguments)
            slopes = slope_ranges(group.function, group.parameter, enclosure.arguments[g])
            parts = [_multiplied(slope, jacobian) for slope, jacobian in zip(slopes, inside, strict=True)]
            arguments.append(inside)
            values.append(Jacobian(*(sum(part[1:], part[0]) for part in zip(*parts, strict=True))))
    return arguments


def _of_form(form: Form, values: list[Jacobian | None], tolerance: float) -> Jacobian:
    """Return the Jacobian of a form of groups whose Jacobians are `values`."""
    if 0 in form.terms:
        centre = dense(form.terms[0]).T[None]
        if len(form.terms) == 1:
            return Jacobian(centre, np.zeros_like(centre))
        radius = tolerance * np.abs(centre)
    else:
        centre = radius = np.zeros(1)
    absolute = facts_of(form).absolute
    for g, matrix in form.terms.items():
        found = values[g]
        if found is None:
            continue
        centre = centre + times(found.centre, matrix.T)
        spread = found.radius + tolerance * (np.abs(found.centre) + found.radius)
        radius = radius + times(spread, absolute[g].T)
    return Jacobian(centre, radius)


def _multiplied(slope: Range, jacobian: Jacobian) -> Jacobian:
    """Return the Jacobian of elements from that of their arguments."""
    middle = 0.5 * slope[0] + 0.5 * slope[1]
    half = np.maximum(slope[1] - middle, middle - slope[0]) * (1.0 + 4 * EPS)
    middle, half = middle[:, None], half[:, None]
    size = np.abs(jacobian.centre)
    centre = middle * jacobian.centre
    radius = (np.abs(middle) + half) * jacobian.radius + half * size
    return Jacobian(centre, radius + 4 * EPS * (np.abs(centre) + radius))
