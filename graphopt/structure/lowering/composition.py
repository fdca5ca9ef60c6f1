"""Functions of functions of one number, read as one curve where the inner one is needed for nothing else."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from graphopt.structure.curve import Curve, Step, single
from graphopt.structure.forms import (
    Form,
    Matrix,
    added,
    constant_form,
    group_form,
    placed,
    substituted,
    taken,
)
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.simplification import simplified
from graphopt.structure.program import Group, Program

MOST_STEPS = 12
"""Of a curve: bounds of longer ones take longer than they are worth."""


MOST_CURVES = 16
"""Of elements that differ only in numbers."""


class Part(NamedTuple):
    """Elements of a group that are computed alike, and of what."""

    rows: np.ndarray
    function: str
    parameter: Any
    argument: Form


def composed(program: Program) -> Program:
    """Return `program` with functions of functions as curves; what is piecewise linear stays."""
    uses = _uses(program)
    parts: list[list[Part]] = [[]]
    for group in program.groups[1:]:
        parts.append(_parts(program, group, parts, uses) if len(group.arguments) == 1 else [])
    if all(
        len(some) < 2 and all(p.function == g.function for p in some)
        for some, g in zip(parts, program.groups)
    ):
        return program
    build = Builder(program.size)
    whole: dict[int, Form] = {0: group_form(0, program.size)}
    for g, group in enumerate(program.groups[1:], 1):
        build.name = group.name
        if not parts[g]:
            arguments = [substituted(a, whole) for a in group.arguments]
            whole[g] = build.apply(group.function, *arguments, parameter=group.parameter)
            continue
        whole[g] = constant_form(np.zeros(group.size))
        for part in parts[g]:
            made = build.apply(part.function, substituted(part.argument, whole), parameter=part.parameter)
            whole[g] = added(whole[g], placed(made, part.rows, group.size))
    outputs = tuple(substituted(output, whole) for output in program.outputs)
    return simplified(Program(tuple(build.groups), outputs))


def _parts(program: Program, group: Group, parts: list[list[Part]], uses: list[np.ndarray]) -> list[Part]:
    """Return the parts of a group of one argument: those that are functions of a function are curves."""
    (form,) = group.arguments
    rest = np.ones(group.size, dtype=bool)
    found: list[Part] = []
    count = sum((_counts(m, 1) for m in form.terms.values()), np.zeros(group.size, dtype=int))
    for h, matrix in form.terms.items():
        rows = np.flatnonzero((count == 1) & (_counts(matrix, 1) == 1))
        if not parts[h] or not rows.size:
            continue
        columns, weights = _only(matrix, rows)
        once = uses[h][columns] == 1
        rows, columns, weights = rows[once], columns[once], weights[once]
        for inner in parts[h]:
            place = np.full(program.groups[h].size, -1)
            place[inner.rows] = np.arange(len(inner.rows))
            here = np.flatnonzero(place[columns] >= 0)
            keys = np.stack([form.constant[rows[here]], weights[here]])
            for k, (constant, weight) in enumerate(np.unique(keys, axis=1).T):
                some = here[(keys[0] == constant) & (keys[1] == weight)]
                curve = _together(group, inner, float(constant), float(weight))
                if curve is None or k >= MOST_CURVES:
                    break
                found.append(Part(rows[some], "curve", curve, taken(inner.argument, place[columns[some]])))
                rest[rows[some]] = False
    if rest.any():
        kept = np.flatnonzero(rest)
        found.append(Part(kept, group.function, group.parameter, form if rest.all() else taken(form, kept)))
    return found


def _only(matrix: Matrix, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and the values of the only entries of rows."""
    if isinstance(matrix, np.ndarray):
        columns = np.abs(matrix[rows]).argmax(axis=1)
        return columns, matrix[rows, columns]
    block = matrix[rows]
    block.eliminate_zeros()
    return block.indices, block.data


def _together(outer: Group, inner: Part, constant: float, weight: float) -> Curve | None:
    """Return the curve of ``outer(constant + weight * inner)``, None where it is better not one."""
    if outer.function == inner.function == "relu":
        return None
    first, second = (
        part.parameter
        if part.function == "curve"
        else Curve((Step(part.function, part.parameter, (single(0),)),), single(1))
        for part in (outer, inner)
    )
    if len(first.steps) + len(second.steps) > MOST_STEPS:
        return None
    return first.before(second, constant, weight)


def _uses(program: Program) -> list[np.ndarray]:
    """Return how many elements of forms depend on each element of each group."""
    uses = [np.zeros(group.size, dtype=int) for group in program.groups]
    for form in (*(a for group in program.groups for a in group.arguments), *program.outputs):
        for g, matrix in form.terms.items():
            uses[g] += _counts(matrix, 0)
    return uses


def _counts(matrix: Matrix, axis: int) -> np.ndarray:
    """Return how many entries are not zero, along an axis."""
    if isinstance(matrix, np.ndarray):
        return np.count_nonzero(matrix, axis=axis)
    return np.asarray((matrix != 0).sum(axis=axis)).ravel()
