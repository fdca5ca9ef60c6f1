"""Affine forms: a flat vector as a constant and a weighted sum of other flat vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Matrix = Any
"""A dense array, or a ``scipy.sparse.csr_array`` where most entries are zero: (rows, columns)."""

DENSE_BELOW = 4096  # entries up to which a dense matrix is as fast as a sparse one
SPARSE_BELOW = 0.1  # share of entries that are not zero, below which a matrix is kept sparse


@dataclass(frozen=True, eq=False)
class Form:
    """``constant + sum over g of terms[g] @ values[g]``: (size,).

    Attributes
    ----------
    constant : array, (size,)
        In float64.
    terms : mapping from the number of a group to a matrix, (size, size of the group)
        Groups that do not matter have no entry.
    """

    constant: np.ndarray
    terms: Mapping[int, Matrix] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.constant.size

    def __call__(self, values: Sequence[np.ndarray]) -> np.ndarray:
        """Return the form at `values`, one array (B, size of the group) per group: (B, size)."""
        rows = len(values[0])
        total = np.repeat(self.constant[None], rows, axis=0)
        for group, matrix in self.terms.items():
            total += times(values[group], matrix.T)
        return total


def constant_form(values: np.ndarray) -> Form:
    """Return the form that is `values` whatever the groups are."""
    return Form(np.array(values, dtype=np.float64).ravel())


def placed(form: Form, index: np.ndarray, size: int) -> Form:
    """Return the form of `size` elements with those of `form` at the places `index`, 0 elsewhere."""
    constant = np.zeros(size)
    constant[index] = form.constant
    return Form(constant, {g: _rows_placed(m, index, size) for g, m in form.terms.items()})


def group_form(group: int, size: int) -> Form:
    """Return the form that is the group itself."""
    return Form(np.zeros(size), {group: compact(_identity(size))})


def taken(form: Form, index: np.ndarray) -> Form:
    """Return the elements of `form` at the flat positions `index`, repeats allowed: (index.size,)."""
    index = np.asarray(index).ravel()
    return Form(form.constant[index], {g: compact(m[index]) for g, m in form.terms.items()})


def joined(forms: Sequence[Form]) -> Form:
    """Return the forms one after the other."""
    if len(forms) == 1:
        return forms[0]
    size, terms = sum(f.size for f in forms), {}
    for group in dict.fromkeys(g for form in forms for g in form.terms):
        width = next(f.terms[group].shape[1] for f in forms if group in f.terms)
        if size * width <= DENSE_BELOW:
            terms[group] = np.vstack(
                [dense(f.terms[group]) if group in f.terms else np.zeros((f.size, width)) for f in forms]
            )
            continue
        terms[group] = compact(_stacked(forms, group, (size, width)))
    return Form(np.concatenate([f.constant for f in forms]), terms)


def _stacked(forms: Sequence[Form], group: int, shape: tuple[int, int]) -> Matrix:
    """Return the matrices of `group` in `forms` one below the other, sparse."""
    from scipy import sparse

    data, rows, columns, start = [], [], [], 0
    for form in forms:
        if group in form.terms:
            entries = sparse.coo_array(form.terms[group])
            data.append(entries.data)
            rows.append(entries.coords[0] + start)
            columns.append(entries.coords[1])
        start += form.size
    places = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.concatenate(data), places), shape=shape)


def added(first: Form, second: Form) -> Form:
    """Return the sum of two forms of one size."""
    terms = dict(first.terms)
    for group, matrix in second.terms.items():
        terms[group] = compact(terms[group] + matrix) if group in terms else matrix
    return Form(first.constant + second.constant, terms)


def shifted(form: Form, numbers: np.ndarray | float) -> Form:
    """Return `form` with numbers, one or (size,), added to it."""
    return Form(form.constant + numbers, form.terms)


def scaled(form: Form, factors: np.ndarray | float) -> Form:
    """Return `form` with each element multiplied by its number of `factors`, (size,), or all by one."""
    factors = np.broadcast_to(np.asarray(factors, dtype=np.float64), (form.size,))
    return Form(form.constant * factors, {g: _row_scaled(m, factors) for g, m in form.terms.items()})


def transformed(matrix: Matrix, form: Form) -> Form:
    """Return ``matrix @ form``: (rows of the matrix,)."""
    terms = {g: compact(_product(matrix, m)) for g, m in form.terms.items()}
    return Form(np.asarray(matrix @ form.constant), terms)


def substituted(form: Form, groups: Mapping[int, Form]) -> Form:
    """Return `form` with groups replaced by the forms they are equal to."""
    result = Form(form.constant, {g: m for g, m in form.terms.items() if g not in groups})
    for group, matrix in form.terms.items():
        if group in groups:
            result = added(result, transformed(matrix, groups[group]))
    return result


def times(rows: np.ndarray, matrix: Matrix) -> np.ndarray:
    """Return ``rows @ matrix`` for any number of leading axes of `rows`, the matrix dense or sparse."""
    if isinstance(matrix, np.ndarray):
        return rows @ matrix
    flat = rows.reshape(-1, rows.shape[-1])
    return np.ascontiguousarray((matrix.T @ flat.T).T).reshape(*rows.shape[:-1], matrix.shape[1])


def dense(matrix: Matrix) -> np.ndarray:
    """Return `matrix` as a dense array."""
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


def compact(matrix: Matrix) -> Matrix:
    """Return `matrix` dense where it is small or full, else sparse."""
    rows, columns = matrix.shape
    if isinstance(matrix, np.ndarray):
        if rows * columns <= DENSE_BELOW or np.count_nonzero(matrix) > SPARSE_BELOW * rows * columns:
            return np.ascontiguousarray(matrix)
        from scipy import sparse

        return sparse.csr_array(matrix)
    if rows * columns <= DENSE_BELOW or matrix.nnz > SPARSE_BELOW * rows * columns:
        return np.ascontiguousarray(matrix.toarray())
    return matrix


def _identity(size: int) -> Matrix:
    """Return the unit matrix, sparse where it is large."""
    if size * size <= DENSE_BELOW:
        return np.eye(size)
    from scipy import sparse

    return sparse.eye_array(size, format="csr")


def _rows_placed(matrix: Matrix, index: np.ndarray, size: int) -> Matrix:
    """Return a matrix of `size` rows with those of `matrix` at the places `index`."""
    width = matrix.shape[1]
    if isinstance(matrix, np.ndarray) and size * width <= DENSE_BELOW:
        rows = np.zeros((size, width))
        rows[index] = matrix
        return rows
    from scipy import sparse

    ones = np.ones(len(index))
    selection = sparse.csr_array((ones, (index, np.arange(len(index)))), shape=(size, len(index)))
    return compact(_product(selection, matrix))


def _row_scaled(matrix: Matrix, factors: np.ndarray) -> Matrix:
    """Return `matrix` with its rows multiplied by `factors`."""
    if isinstance(matrix, np.ndarray):
        return matrix * factors[:, None]
    from scipy import sparse

    return sparse.csr_array(sparse.diags_array(factors) @ matrix)


def _product(left: Matrix, right: Matrix) -> Matrix:
    """Return the product of two matrices."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left @ right
    if isinstance(right, np.ndarray):
        return left @ right
    if isinstance(left, np.ndarray):
        return (right.T @ left.T).T
    return left @ right
