"""What is to be seen of the elements of a form: which move, which are alike, which keep their sign."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np

from graphopt.structure.forms import Form, Matrix, scaled, times

TOLERANCE = 16 * np.finfo(np.float64).eps  # of what is the same but for rounding


def moving_rows(form: Form) -> np.ndarray:
    """Return which elements depend on any group: (size,) of bool."""
    moving = np.zeros(form.size, dtype=bool)
    for matrix in form.terms.values():
        moving |= _nonzero(matrix) > 0
    return moving


def _nonzero(matrix: Matrix) -> np.ndarray:
    """Return the number of entries of each row that are not zero."""
    if isinstance(matrix, np.ndarray):
        return np.count_nonzero(matrix, axis=1)
    return np.bincount(_rows(matrix)[matrix.data != 0], minlength=matrix.shape[0])


def _rows(matrix: Matrix) -> np.ndarray:
    """Return the row of each stored entry of a sparse matrix."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def marks(form: Form) -> np.ndarray:
    """Return a number for each element that equal elements share, and others hardly ever do: (size,)."""
    found = form.constant * np.pi
    for group, matrix in form.terms.items():
        found = found + times(_random(group, matrix.shape[1])[None], matrix.T)[0]
    return found


@lru_cache(maxsize=256)
def _random(group: int, size: int) -> np.ndarray:
    """Return random numbers for the elements of a group, always the same."""
    return np.random.default_rng(group).standard_normal(size)


def distinct_rows(forms: Sequence[Form]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first place of each distinct element of `forms`, seen together, and each element's number.

    ``x[first][number] == x`` for each form.
    """
    size = forms[0].size
    if size == 1:
        return np.zeros(1, dtype=int), np.zeros(1, dtype=int)
    together = np.sum([np.sqrt(2.0 * k + 1.0) * marks(form) for k, form in enumerate(forms)], axis=0)
    order = np.argsort(together, kind="stable")
    close = np.diff(together[order]) == 0
    if not close.any():
        return np.arange(size), np.arange(size)
    owner = np.arange(size)
    places = np.flatnonzero(close)
    same = np.logical_and.reduce([_same_rows(form, order[places], order[places + 1]) for form in forms])
    for k in places[same]:
        owner[order[k + 1]] = owner[order[k]]
    first, number = np.unique(owner, return_inverse=True)
    return first, number


def _same_rows(form: Form, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return whether the elements at the places `one` are those at the places `other`."""
    same = form.constant[one] == form.constant[other]
    for matrix in form.terms.values():
        difference = matrix[one] - matrix[other]
        same &= _nonzero(difference) == 0
    return same


def ratio(x: Form, y: Form) -> np.ndarray:
    """Return the number k of each element with ``x = k * y``, NaN where there is none: (size,)."""
    above = x.constant * y.constant
    below, largest = y.constant**2, np.abs(x.constant)
    for group in {*x.terms, *y.terms}:
        a, b = x.terms.get(group), y.terms.get(group)
        if b is not None:
            below = below + _row_sums(_elementwise(b, b))
        if a is not None:
            largest = np.maximum(largest, _row_maxima(a))
        if a is not None and b is not None:
            above = above + _row_sums(_elementwise(a, b))
    with np.errstate(all="ignore"):
        factor = above / below
    clean = np.where(np.isfinite(factor), factor, 0.0)
    left = np.abs(x.constant - clean * y.constant)
    for group in {*x.terms, *y.terms}:
        a, b = x.terms.get(group), y.terms.get(group)
        if b is None:
            rest = a
        else:
            b = scaled(Form(np.zeros(x.size), {group: b}), -clean).terms[group]
            rest = b if a is None else a + b
        left = np.maximum(left, _row_maxima(rest))
    rounded = np.round(clean)
    clean = np.where(np.abs(clean - rounded) <= TOLERANCE * np.abs(rounded), rounded, clean)
    return np.where((left <= TOLERANCE * largest) & (clean != 0), clean, np.nan)


def _elementwise(a: Matrix, b: Matrix) -> Matrix:
    """Return the product of two matrices element by element."""
    if isinstance(a, np.ndarray):
        return a * b if isinstance(b, np.ndarray) else b.multiply(a)
    return a.multiply(b)


def _row_sums(matrix: Matrix) -> np.ndarray:
    return np.asarray(matrix.sum(axis=1)).ravel()


def _row_maxima(matrix: Matrix) -> np.ndarray:
    """Return the largest magnitude in each row."""
    if matrix.shape[1] == 0:
        return np.zeros(matrix.shape[0])
    largest = abs(matrix).max(axis=1)
    return (largest if isinstance(largest, np.ndarray) else largest.toarray()).ravel()


def sign_known(form: Form, never_negative: Collection[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return which elements are never below 0, and which are never above, as their coefficients show."""
    below, above = form.constant < 0, form.constant > 0
    for group, matrix in form.terms.items():
        some = _nonzero(matrix) > 0
        if group not in never_negative:
            below, above = below | some, above | some
        else:
            below, above = (
                below | (_row_extreme(matrix, "min") < 0),
                above | (_row_extreme(matrix, "max") > 0),
            )
    return ~below, ~above


def _row_extreme(matrix: Matrix, which: str) -> np.ndarray:
    found = getattr(matrix, which)(axis=1)
    return (found if isinstance(found, np.ndarray) else found.toarray()).ravel()
