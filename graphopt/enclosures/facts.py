"""What bounds ask of a form again and again, worked out once for each."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from graphopt.structure.forms import Form, Matrix


@dataclass(frozen=True, eq=False)
class Copies:
    """The elements of a form that are an element of one group, or its negative: there is nothing to round.

    Attributes
    ----------
    group : int
    rows, columns : array of int
        Element ``rows[i]`` of the form is element ``columns[i]`` of the group.
    negative : array of bool
    """

    group: int
    rows: np.ndarray
    columns: np.ndarray
    negative: np.ndarray


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known about a form.

    Attributes
    ----------
    absolute : dict of int to matrix
        Its terms' magnitudes.
    copies : tuple of Copies
    terms : dict of int to array, (size,)
        How many elements of each group every element is a sum of.
    slices : dict of int to slice
        The groups of which the form takes one run of elements as they are (and adds the other terms).
    """

    absolute: dict[int, Matrix]
    copies: tuple[Copies, ...]
    terms: dict[int, np.ndarray]
    slices: dict[int, slice]


_known: WeakKeyDictionary[Form, Facts] = WeakKeyDictionary()


def facts_of(form: Form) -> Facts:
    """Return what is known about `form`, found when first asked for."""
    facts = _known.get(form)
    if facts is None:
        facts = _known[form] = _find(form)
    return facts


def _find(form: Form) -> Facts:
    absolute = {g: abs(m) for g, m in form.terms.items()}
    terms = {g: np.asarray((m != 0).sum(axis=1)).ravel() for g, m in form.terms.items()}
    alone = (form.constant == 0) & (sum(terms.values(), np.zeros(form.size, dtype=int)) == 1)
    copies, slices = [], {}
    for g, matrix in form.terms.items():
        rows = np.flatnonzero(terms[g] == 1)
        if not rows.size:
            continue
        columns = np.asarray(absolute[g][rows].argmax(axis=1)).ravel()
        factors = np.asarray(matrix[rows, columns]).ravel()
        if rows.size == form.size and (factors == 1).all() and (np.diff(columns) == 1).all():
            slices[g] = slice(int(columns[0]), int(columns[-1]) + 1)
        exact = alone[rows] & (np.abs(factors) == 1)
        if exact.any():
            copies.append(Copies(g, rows[exact], columns[exact], factors[exact] < 0))
    return Facts(absolute, tuple(copies), terms, slices)
