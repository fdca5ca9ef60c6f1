"""Programs made smaller: what nothing needs is left out, groups of one function and level are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from graphopt.structure.forms import DENSE_BELOW, Form, Matrix, compact, joined, taken
from graphopt.structure.lowering.rows import distinct_rows
from graphopt.structure.program import Group, Program


def simplified(program: Program) -> Program:
    """Return a program with the same outputs, of fewer and larger groups."""
    return levelled(without_idle(program))


def without_idle(program: Program) -> Program:
    """Return `program` without the elements that no output depends on; the decisions all stay."""
    needed = [np.zeros(group.size, dtype=bool) for group in program.groups]
    for output in program.outputs:
        _need(needed, output)
    for number in reversed(range(1, len(program.groups))):
        for argument in program.groups[number].arguments:
            if needed[number].all():
                _need(needed, argument)
            elif needed[number].any():
                _need(needed, taken(argument, np.flatnonzero(needed[number])))
    needed[0][:] = True
    kept = {g: np.flatnonzero(mask) for g, mask in enumerate(needed) if mask.any()}
    kept.setdefault(0, np.zeros(0, dtype=int))
    new = {g: k for k, g in enumerate(kept)}

    def moved(form: Form, rows: np.ndarray | None = None) -> Form:
        if rows is not None and len(rows) < form.size:
            form = taken(form, rows)
        terms = {}
        for g, matrix in form.terms.items():
            if g in kept:
                terms[new[g]] = matrix if len(kept[g]) == matrix.shape[1] else compact(matrix[:, kept[g]])
        return Form(form.constant, terms)

    groups = []
    for g, rows in kept.items():
        old = program.groups[g]
        arguments = tuple(moved(a, rows) for a in old.arguments)
        groups.append(Group(old.function, len(rows), arguments, old.parameter, old.name))
    return Program(tuple(groups), tuple(moved(output) for output in program.outputs))


def _need(needed: list[np.ndarray], form: Form) -> None:
    """Mark the elements of groups that `form` depends on."""
    for g, matrix in form.terms.items():
        if isinstance(matrix, np.ndarray):
            needed[g] |= matrix.any(axis=0)
        else:
            needed[g][matrix.indices[matrix.data != 0]] = True


def levelled(program: Program) -> Program:
    """Return `program` with the groups of one function that do not depend on each other joined.

    Elements that are equal are one.
    """
    level = [0]
    for group in program.groups[1:]:
        level.append(1 + max((level[g] for a in group.arguments for g in a.terms), default=0))
    alike: dict[tuple, list[int]] = {}
    for g, group in enumerate(program.groups):
        alike.setdefault((level[g], group.function, group.parameter), []).append(g)
    members = [alike[key] for key in sorted(alike, key=lambda key: key[0])]
    if members == [[g] for g in range(len(program.groups))]:
        return program
    place: dict[int, tuple[int, np.ndarray]] = {}  # number of the new group, and of each element in it
    groups: list[Group] = []

    def moved(form: Form) -> Form:
        return Form(form.constant, _widened(form.terms, place, groups))

    for several in members:
        first = program.groups[several[0]]
        arguments = tuple(
            joined([moved(program.groups[g].arguments[k]) for g in several])
            for k in range(len(first.arguments))
        )
        sizes = [program.groups[g].size for g in several]
        kept = numbers = np.arange(sum(sizes))
        if len(several) > 1:
            kept, numbers = distinct_rows(arguments)
            if len(kept) < len(numbers):
                arguments = tuple(taken(a, kept) for a in arguments)
        for g, part in zip(several, np.split(numbers, np.cumsum(sizes)[:-1])):
            place[g] = len(groups), part
        names = dict.fromkeys(program.groups[g].name for g in several)
        groups.append(Group(first.function, len(kept), arguments, first.parameter, ", ".join(names)))
    return Program(tuple(groups), tuple(moved(output) for output in program.outputs))


def _widened(
    terms: Mapping[int, Matrix], place: Mapping[int, tuple[int, np.ndarray]], groups: Sequence[Group]
) -> dict[int, Matrix]:
    """Return the terms over joined groups: each old group is some elements of a new one."""
    by_group: dict[int, list[tuple[np.ndarray, Matrix]]] = {}
    for g, matrix in terms.items():
        k, columns = place[g]
        by_group.setdefault(k, []).append((columns, matrix))
    return {k: _spread(parts, groups[k].size) for k, parts in by_group.items()}


def _spread(parts: list[tuple[np.ndarray, Matrix]], width: int) -> Matrix:
    """Return the sum of matrices of `width` columns, each part with its columns at the numbers given."""
    columns, matrix = parts[0]
    if len(parts) == 1 and len(columns) == width and np.array_equal(columns, np.arange(width)):
        return matrix
    rows = matrix.shape[0]
    if all(isinstance(m, np.ndarray) for _, m in parts) and rows * width <= DENSE_BELOW:
        whole = np.zeros((rows, width))
        for columns, matrix in parts:
            np.add.at(whole, (slice(None), columns), matrix)
        return whole
    from scipy import sparse

    entries = [(columns, sparse.coo_array(matrix)) for columns, matrix in parts]
    data = np.concatenate([m.data for _, m in entries])
    row = np.concatenate([m.coords[0] for _, m in entries])
    column = np.concatenate([columns[m.coords[1]] for columns, m in entries])
    return compact(sparse.csr_array((data, (row, column)), shape=(rows, width)))
