"""Sums ``n + z (b - n)`` with z from 0 to 1, as the states of gated units are: they stay between n and b.

Taken apart, as a value and a product, their intervals grow with every step of a recurrence.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from graphopt.enclosures.enclosure import Range, meet
from graphopt.enclosures.facts import facts_of
from graphopt.enclosures.intervals import form_range
from graphopt.enclosures.rounding import form_tolerance
from graphopt.structure.forms import Form, Matrix, added, dense, group_form, joined, taken
from graphopt.structure.program import Group, Program


@dataclass(frozen=True, eq=False)
class Blend:
    """The sum of group `kept`, n, and group `product`, which is ``z (b - n)``; `other` is the form b, and
    `tolerance` the relative error of computing ``b - n``."""

    kept: int
    product: int
    other: Form
    tolerance: float


class BlendRanges:
    """The ranges of the blends of a program so far."""

    def __init__(self, program: Program) -> None:
        self._groups = len(program.groups)
        self._blends, self._forms = _found_in(program)
        self._found: list[Range] = []

    def append(self, values: list[Range]) -> None:
        """Add the blends that the groups with `values` complete."""
        for blend in self._blends[len(self._found) :]:
            if blend.product >= len(values):
                return
            low, high, magnitude = form_range(blend.other, values)
            lower, upper = self.narrowed(blend.other, (low, high), magnitude, values)
            first, last = values[blend.kept]
            lost = 2.0 * blend.tolerance * (magnitude + np.maximum(np.abs(first), np.abs(last)))
            self._found.append((np.minimum(first, lower) - lost, np.maximum(last, upper) + lost))

    def narrowed(self, form: Form, found: Range, magnitude: np.ndarray, values: list[Range]) -> Range:
        """Return the range `found` of a form, as far as blends in it narrow it.

        Parameters
        ----------
        magnitude : array, (B, size)
            The sum of the magnitudes of the form's terms.
        values : list of (lower, upper)
            Of the groups so far.
        """
        over = self._forms.get(form)
        if over is None:
            return found
        empty = values[0][0][:, :0]
        padded = [*values, *[(empty, empty)] * (self._groups - len(values)), *self._found]
        lower, upper, _ = form_range(over, padded)
        lost = form_tolerance(form) * magnitude
        return meet(found, (lower - lost, upper + lost))


_known: WeakKeyDictionary[Program, tuple[list[Blend], dict[Form, Form]]] = WeakKeyDictionary()


def _found_in(program: Program) -> tuple[list[Blend], dict[Form, Form]]:
    """Return the blends, in the order of their products, and the forms that hold some, written over them: the
    k-th blend is a group behind all others."""
    if program not in _known:
        blends = [b for g, group in enumerate(program.groups) for b in _blend(program, g, group)]
        forms = [*(a for group in program.groups for a in group.arguments), *program.outputs]
        forms += [blend.other for blend in blends]
        _known[program] = blends, {f: over for f in forms if (over := _over(program, blends, f)) is not f}
    return _known[program]


def _blend(program: Program, g: int, group: Group) -> list[Blend]:
    """Return the blend whose product is this group, if it is one."""
    if group.function != "product":
        return []
    x, y = group.arguments
    first, second = _gates(program, x), _gates(program, y)
    if not (first | second).all():
        return []
    places = np.arange(group.size)
    change = taken(joined([x, y]), np.where(first, places + group.size, places))
    for kept, matrix in change.terms.items():
        if kept and matrix.shape[0] == matrix.shape[1] and _is_identity(-matrix):
            other = added(change, group_form(kept, group.size))
            terms = {h: m for h, m in other.terms.items() if h != kept}
            return [Blend(kept, g, Form(other.constant, terms), form_tolerance(change))]
    return []


def _gates(program: Program, form: Form) -> np.ndarray:
    """Return which elements are values of a sigmoid."""
    found = np.zeros(form.size, dtype=bool)
    for copies in facts_of(form).copies:
        if program.groups[copies.group].function == "sigmoid":
            found[copies.rows[~copies.negative]] = True
    return found


def _is_identity(matrix: Matrix) -> bool:
    return bool((dense(matrix) == np.eye(matrix.shape[0])).all())


def _over(program: Program, blends: list[Blend], form: Form) -> Form:
    """Return `form` over blends; itself where it holds none."""
    terms = dict(form.terms)
    for k, blend in enumerate(blends):
        first, second = terms.get(blend.kept), terms.get(blend.product)
        if first is None or second is None or first.shape != second.shape:
            continue
        if abs(first - second).max() == 0:
            terms[len(program.groups) + k] = terms.pop(blend.product)
            del terms[blend.kept]
    return form if len(terms) == len(form.terms) else Form(form.constant, terms)
