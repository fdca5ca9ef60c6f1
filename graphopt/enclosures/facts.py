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
    """

    absolute: dict[int, Matrix]
    copies: tuple[Copies, ...]
    terms: dict[int, np.ndarray]


_known: WeakKeyDictionary[Form, Facts] = WeakKeyDictionary()


def facts_of(form: Form) -> Facts:
    """Return what is known about `form`, found when first asked for."""
    facts = _known.get(form)
    if facts is None:
        facts = _known[form] = _find(form)
    return facts


def _find(form: Form) -> Facts:
    terms = {g: np.asarray((m != 0).sum(axis=1)).ravel() for g, m in form.terms.items()}
    alone = (form.constant == 0) & (sum(terms.values(), np.zeros(form.size, dtype=int)) == 1)
    copies = []
    for g, matrix in form.terms.items():
        rows = np.flatnonzero(alone & (terms[g] == 1))
        if not rows.size:
            continue
        part = matrix[rows]
        columns = np.asarray(abs(part).argmax(axis=1)).ravel()
        factors = np.asarray(part[np.arange(rows.size), columns]).ravel()
        same = np.abs(factors) == 1
        if same.any():
            copies.append(Copies(g, rows[same], columns[same], factors[same] < 0))
    return Facts({g: abs(m) for g, m in form.terms.items()}, tuple(copies), terms)
