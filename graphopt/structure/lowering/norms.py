"""Numbers over the root of a sum of squares: layer normalisation, and directions of vectors.

As products with a reciprocal of a root they may be anything, as far as bounds of the factors tell. But what
is normalised cannot be longer than one, and weighted sums of it are normalised themselves:
``sum of a_i x_i / sqrt(v)`` is ``(sum of a_i x_i) / sqrt(v)``, one function of two numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from graphopt.structure.forms import (
    Form,
    Matrix,
    added,
    constant_form,
    dense,
    group_form,
    placed,
    scaled,
    substituted,
    taken,
    transformed,
)
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.simplification import simplified
from graphopt.structure.program import Group, Program

MOST_ENTRIES = 1 << 20
"""Of the matrix of a sum of squares, up to which it is decomposed; larger ones have no limit."""

ROUNDING = 64 * np.finfo(np.float64).eps
"""Of a matrix, as a share of its largest entry."""


@dataclass(frozen=True, eq=False)
class Norm:
    """``sqrt(total)``, a sum of squares and perhaps a positive number.

    Attributes
    ----------
    total : Form
        Of one element.
    weights : array, (k,)
        Of the squares, above 0.
    roots : Form, (k,)
        What they are squares of.
    known : dict
        Decompositions of S.
    """

    total: Form
    weights: np.ndarray
    roots: Form
    known: dict[tuple, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def limits(self, x: Form) -> np.ndarray:
        """Return the largest values of ``x / sqrt(total)`` by magnitude, infinite where none is known.

        The roots are a matrix S times the values below them, so is each x a row g: the largest value of
        ``(g u) ** 2 / |S u| ** 2`` is ``|g S^+| ** 2``, if g lies in the span of the rows of S.
        """
        pairs = {group: m.shape[1] for form in (x, self.roots) for group, m in form.terms.items()}
        widths = dict(sorted(pairs.items()))
        if self.roots.size * (1 + sum(widths.values())) > MOST_ENTRIES:
            return np.full(x.size, np.inf)
        values, right = self._decomposed(widths)
        g = _matrix(x, widths)
        shares = g @ right.T
        rest = np.abs(g - shares @ right).max(axis=1, initial=0.0)
        found = np.sqrt(np.square(shares / values).sum(axis=1)) * (1.0 + 1e-9)
        small = ROUNDING * self.roots.size * np.abs(g).max(axis=1, initial=0.0)
        return np.where(rest <= small, found, np.inf)

    def _decomposed(self, widths: Mapping[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the singular values of S that are not rounding, and their right vectors."""
        key = tuple(widths.items())
        if key not in self.known:
            S = np.sqrt(self.weights)[:, None] * _matrix(self.roots, widths)
            _, values, right = np.linalg.svd(S, full_matrices=False)
            kept = values > ROUNDING * len(S) * values.max(initial=0.0)
            self.known[key] = values[kept], right[kept]
        return self.known[key]


@dataclass(frozen=True, eq=False)
class Normalized:
    """The elements of a product group that are ``x / sqrt(total)`` of one norm.

    Attributes
    ----------
    columns : array of int
        Which elements of the group.
    values : Form
        What x is.
    norm : Norm
    """

    columns: np.ndarray
    values: Form
    norm: Norm


def with_norms(program: Program) -> Program:
    """Return `program` with quotients by norms, and weighted sums of them, as functions ``"normalized"``."""
    if not {"sqrt", "reciprocal", "product"} <= {group.function for group in program.groups}:
        return program
    norms: dict[tuple[int, int], Norm | None] = {}
    parts = {
        g: _normalized(program, group, norms)
        for g, group in enumerate(program.groups)
        if group.function == "product"
    }
    if not any(parts.values()):
        return program
    build = Builder(program.size)
    whole: dict[int, Form] = {0: group_form(0, program.size)}

    def moved(form: Form) -> Form:
        result = substituted(form, whole)
        for g, matrix in form.terms.items():
            for part in parts.get(g, []):
                found = _sums(build, part, matrix, moved)
                result = result if found is None else added(result, found)
        return result

    for g, group in enumerate(program.groups[1:], 1):
        build.name = group.name
        gone = (
            np.concatenate([p.columns for p in parts.get(g, [])]) if parts.get(g) else np.zeros(0, dtype=int)
        )
        kept = np.setdiff1d(np.arange(group.size), gone)
        whole[g] = constant_form(np.zeros(group.size))
        if kept.size:
            arguments = [moved(taken(a, kept)) for a in group.arguments]
            values = build.apply(group.function, *arguments, parameter=group.parameter)
            whole[g] = placed(values, kept, group.size)
    outputs = tuple(moved(output) for output in program.outputs)
    return simplified(Program(tuple(build.groups), outputs))


def _matrix(form: Form, widths: Mapping[int, int]) -> np.ndarray:
    """Return the constant and the weights of `form` by groups of these widths, side by side."""
    columns = [form.constant[:, None]]
    for g, width in widths.items():
        columns.append(dense(form.terms[g]) if g in form.terms else np.zeros((form.size, width)))
    return np.concatenate(columns, axis=1)


def _sums(build: Builder, part: Normalized, matrix: Matrix, moved: Callable[[Form], Form]) -> Form | None:
    """Return ``matrix @ values`` of the normalised elements alone, None where they do not matter."""
    weights = dense(matrix[:, part.columns])
    rows = np.flatnonzero(weights.any(axis=1))
    if not rows.size:
        return None
    x = transformed(weights[rows], part.values)
    limits = part.norm.limits(x)
    known = np.isfinite(limits) & (limits > 0)
    size = np.where(known, limits, 1.0)
    x, total = moved(scaled(x, 1.0 / size)), moved(taken(part.norm.total, np.zeros(rows.size, dtype=int)))
    result = constant_form(np.zeros(rows.size))
    for limit, some in ((1.0, np.flatnonzero(known)), (np.inf, np.flatnonzero(~known))):
        if some.size:
            values = build.apply("normalized", taken(x, some), taken(total, some), parameter=limit)
            result = added(result, placed(values, some, rows.size))
    return placed(scaled(result, size), rows, matrix.shape[0])


def _normalized(
    program: Program, group: Group, norms: dict[tuple[int, int], Norm | None]
) -> list[Normalized]:
    """Return the elements of a product group that are quotients by norms."""
    found: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
    for i in range(group.size):
        for side, other in ((0, 1), (1, 0)):
            root = _root(program, group.arguments[side], i)
            if root is None:
                continue
            key, weight = root
            if key not in norms:
                norms[key] = _norm(program, *key)
            if norms[key] is not None:
                found.setdefault(key, []).append((i, other, weight))
                break
    result = []
    for key, elements in found.items():
        norm = norms[key]
        assert norm is not None
        columns = np.array([i for i, _, _ in elements])
        values = constant_form(np.zeros(len(elements)))
        for k, (i, other, weight) in enumerate(elements):
            row = scaled(taken(group.arguments[other], np.array([i])), weight)
            values = added(values, placed(row, np.array([k]), len(elements)))
        result.append(Normalized(columns, values, norm))
    return result


def _root(program: Program, form: Form, row: int) -> tuple[tuple[int, int], float] | None:
    """Return the root that a row is 1 over, group and element, and how often; None if it is not."""
    inverse = _alone(form, row)
    if inverse is None or program.groups[inverse[0]].function != "reciprocal":
        return None
    root = _alone(program.groups[inverse[0]].arguments[0], inverse[1])
    if root is None or program.groups[root[0]].function != "sqrt":
        return None
    return root[:2], inverse[2] / root[2]


def _norm(program: Program, group: int, element: int) -> Norm | None:
    """Return the norm that an element of a group of roots is, None if it is of no sum of squares."""
    total = taken(program.groups[group].arguments[0], np.array([element]))
    if total.constant[0] < 0 or len(total.terms) != 1:
        return None
    ((squares, matrix),) = total.terms.items()
    weights = dense(matrix)[0]
    columns = np.flatnonzero(weights)
    if program.groups[squares].function != "square" or (weights < 0).any():
        return None
    return Norm(total, weights[columns], taken(program.groups[squares].arguments[0], columns))


def _alone(form: Form, row: int) -> tuple[int, int, float] | None:
    """Return the group, the element and the weight of a row that is one element and no more."""
    found = None
    for g, matrix in form.terms.items():
        entries = dense(matrix[[row]])[0]
        columns = np.flatnonzero(entries)
        if len(columns) > 1 or (len(columns) and found is not None):
            return None
        if len(columns):
            found = g, int(columns[0]), float(entries[columns[0]])
    return None if form.constant[row] else found
