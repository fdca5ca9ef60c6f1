"""Better lines for one bound: tangents moved to where the bound is taken.

The least value of a lower bound is taken at a corner of the box. There each relaxed argument has a value, and
the bound rises most where the tangent of an element touches at that value; but then the corner changes.
Moving part of the way, and less in every round, is fictitious play (G. W. Brown, 1951) between corner and
tangents. The bound may rise or fall; the best of each row is kept. The aim is that of the optimised slopes of
K. Xu et al., "Fast and complete: enabling complete verification with rapid and massively parallel incomplete
verifiers", 2021.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.elementwise.relaxations import Lines, best_points
from graphopt.enclosures.linear.backward import Backward, LowerLines, Step
from graphopt.structure.forms import Form, times


def searched_lines(back: Backward, form: Form, magnitude: np.ndarray, rounds: int) -> list[LowerLines]:
    """Return lines below `form` and its negative, for lots of boxes, after rounds of moving tangents.

    Parameters
    ----------
    back : Backward
        Of all groups.
    form : Form
        An output, of m elements.
    magnitude : array, (B, m)
        The sum of the magnitudes of its terms.
    rounds : int
        How often tangents are moved.
    """
    weights, constant = back.rows(form, magnitude)
    return [_searched(back, weights, constant[some], some, rounds) for some in back.lots(constant.shape[1])]


def _searched(
    back: Backward, weights: dict[int, np.ndarray], constant: np.ndarray, some: slice, rounds: int
) -> LowerLines:
    """Return the best lines that were met for each row, over some of the boxes."""
    seen: dict[int, np.ndarray] = {}
    best = found = back.carried(weights, constant, some, seen=seen)
    lines = {g: back.lines(g, some) for g in seen}
    points: dict[int, np.ndarray] = {}
    steps: dict[int, Step] = {}
    for count in range(rounds):
        share = 0.5 / np.sqrt(count + 1.0)
        with np.errstate(all="ignore"):  # an argument that is not finite leaves a flat line
            arguments = _arguments_at_the_least(back, found, seen, lines, some)
        for g, z in arguments.items():
            wanted = best_points(back.program.groups[g].function, z)
            before = points[g] if g in points else back.resting_points(g, some)
            points[g] = before + share * (wanted - before)
            lines[g] = back.lines(g, some, points[g])
            steps[g] = Step.of(lines[g], back.tolerance)
        found = back.carried(weights, constant, some, steps, seen)
        best = _better(best, found)
    return best


def _arguments_at_the_least(
    back: Backward, found: LowerLines, seen: dict[int, np.ndarray], lines: dict[int, Lines], some: slice
) -> dict[int, np.ndarray]:
    """Return the argument of each group of one argument where each row of `found` is least, the lines taken
    for the functions: (B, rows, size)."""
    lower, upper = (side[some, None] for side in back.box)
    values = {0: np.where(found.slope > 0, lower, upper)}
    arguments = {}
    for g in sorted(seen):
        inside = [_values_of(form, values) for form in back.program.groups[g].arguments]
        below = seen[g] > 0
        values[g] = np.where(below, lines[g].lower_constant, lines[g].upper_constant)
        for z, low, high in zip(inside, lines[g].lower_slopes, lines[g].upper_slopes, strict=True):
            values[g] = values[g] + np.where(below, low, high) * z
        if len(inside) == 1:
            arguments[g] = inside[0]
    return arguments


def _values_of(form: Form, values: dict[int, np.ndarray]) -> np.ndarray:
    """Return `form` where groups have `values`, (B, rows, size)."""
    boxes, rows = values[0].shape[:2]
    total = np.zeros((boxes * rows, form.size)) + form.constant
    for g, matrix in form.terms.items():
        total += times(values[g].reshape(boxes * rows, -1), matrix.T)
    return total.reshape(boxes, rows, form.size)


def _better(first: LowerLines, second: LowerLines) -> LowerLines:
    """Return of each row the lines with the greater bound."""
    rises = second.bound > first.bound
    return LowerLines(
        np.where(rises[:, :, None], second.slope, first.slope),
        np.where(rises, second.constant, first.constant),
        np.where(rises, second.bound, first.bound),
    )
