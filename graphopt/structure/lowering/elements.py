"""Arrays of forms: what a variable of the graph is while the graph is lowered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from graphopt.structure.forms import Form, Matrix, compact, constant_form, joined, taken, transformed


@dataclass(frozen=True, eq=False)
class Elements:
    """An array whose elements are those of a form.

    Attributes
    ----------
    form : Form
        Its elements in C order.
    shape : tuple of int
    test : str
        ``""`` for numbers. ``">"`` and ``">="`` are for truth values: whether the elements of the form are
        above 0, or not below it.
    """

    form: Form
    shape: tuple[int, ...]
    test: str = ""

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)


Value = Any
"""Elements, or the array that a variable is whatever the decisions are (or what is no array: a slice)."""


def is_form(value: Value) -> bool:
    """Return whether `value` depends on the decisions."""
    return isinstance(value, Elements)


def form_of(value: Value) -> Form:
    """Return the flat form of a value."""
    return value.form if isinstance(value, Elements) else constant_form(value)


def shape_of(value: Value) -> tuple[int, ...]:
    """Return the shape of a value."""
    return value.shape if isinstance(value, Elements) else np.shape(value)


def value_of(form: Form, shape: Sequence[int], test: str = "") -> Value:
    """Return the value with the elements of `form`: an array where it is constant."""
    terms = {
        g: m for g, m in form.terms.items() if (m.any() if isinstance(m, np.ndarray) else m.count_nonzero())
    }
    if terms:
        return Elements(Form(form.constant, terms), tuple(shape), test)
    constant = form.constant.reshape(tuple(shape))
    return {"": constant, ">": constant > 0, ">=": constant >= 0}[test]


def numbered(values: Sequence[Value]) -> list[np.ndarray]:
    """Return an array of the shape of each value: where its elements stand in all of them joined."""
    arrays, start = [], 0
    for value in values:
        shape = shape_of(value)
        arrays.append(np.arange(start, start + prod(shape)).reshape(shape))
        start += prod(shape)
    return arrays


class MixedTruth(ValueError):
    """Numbers and truth values that depend on the decisions, in one array."""


def picked(values: Sequence[Value], positions: np.ndarray) -> Value:
    """Return the elements of the joined `values` at `positions`, in the shape of `positions`."""
    tests = {v.test for v in values if isinstance(v, Elements)}
    if "" in tests and len(tests) > 1:
        raise MixedTruth
    truth = bool(tests - {""})
    form = joined([_truth_of(v) if truth and not is_form(v) else form_of(v) for v in values])
    flat = np.asarray(positions).ravel()
    if flat.size != form.size or not np.array_equal(flat, np.arange(form.size)):
        form = taken(form, flat)
    return value_of(form, np.shape(positions), max(tests, default=""))


def _truth_of(constant: np.ndarray) -> Form:
    """Return constant truth values as numbers above and below 0."""
    if not np.isin(constant, (0, 1)).all():
        raise MixedTruth
    return constant_form(np.where(constant, 1.0, -1.0))


def broadcast(values: Sequence[Value]) -> tuple[list[Value], tuple[int, ...]]:
    """Return `values` stretched to their common shape, and the shape."""
    shape = np.broadcast_shapes(*(shape_of(v) for v in values))
    return [stretched(v, shape) for v in values], shape


def stretched(value: Value, shape: tuple[int, ...]) -> Value:
    """Return `value` broadcast to `shape`."""
    if shape_of(value) == shape:
        return value
    if not isinstance(value, Elements):
        return np.broadcast_to(value, shape)
    return picked([value], np.broadcast_to(numbered([value])[0], shape))


def linear(value: Elements, function: Callable[[np.ndarray], np.ndarray]) -> Value:
    """Return a linear function of `value`.

    Parameters
    ----------
    function : callable
        It takes arrays (k, *shape) and returns arrays (k, *new shape), each of the k by itself.
    """
    form = value.form
    constant = np.asarray(function(form.constant.reshape(1, *value.shape)))
    terms = {}
    for group, matrix in form.terms.items():
        terms[group] = _columns_through(matrix, value.shape, function)
    return value_of(Form(constant.ravel().astype(np.float64), terms), constant.shape[1:])


def combined(value: Elements, matrix: Matrix, shape: Sequence[int]) -> Value:
    """Return ``matrix @ value`` in `shape`."""
    return value_of(transformed(matrix, value.form), shape)


_MOST = 1 << 22  # numbers that a linear function is given at once


def _columns_through(matrix: Matrix, shape: tuple[int, ...], function: Callable) -> Matrix:
    """Return the matrix whose columns, in `shape`, went through `function`."""
    rows, columns = matrix.shape
    step = max(1, _MOST // max(rows, 1))
    blocks = []
    for start in range(0, columns, step):
        block = matrix[:, start : start + step]
        block = block if isinstance(block, np.ndarray) else block.toarray()
        made = np.asarray(function(np.ascontiguousarray(block.T).reshape(-1, *shape)))
        blocks.append(compact(np.ascontiguousarray(made.reshape(len(made), -1).T)))
    if len(blocks) == 1:
        return blocks[0]
    from scipy import sparse

    return compact(sparse.hstack([sparse.csr_array(b) for b in blocks], format="csr"))
