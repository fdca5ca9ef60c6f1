"""Decisions that are one of a list, as whole numbers: which of the list they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graphopt.structure.forms import Form, added, group_form, substituted, transformed
from graphopt.structure.program import Group, Program


def over_places(program: Program, choices: Mapping[int, np.ndarray]) -> Program:
    """Return `program` over places in the lists instead of values.

    A decision with sorted choices ``v`` becomes a whole number k from 0 to ``len(v) - 1``; its value
    ``v[k]`` is piecewise linear in k, ``v[0] + (v[1] - v[0]) k`` and a relu for each later bend. The other
    decisions stay as they are.
    """
    n = program.size
    slope, constant = np.ones(n), np.zeros(n)
    bends: list[tuple[int, float, float]] = []  # decision, where, change of slope
    for i, values in choices.items():
        steps = np.diff(values)
        constant[i], slope[i] = values[0], steps[0] if steps.size else 0.0
        bends += [(i, float(k), change) for k, change in enumerate(np.diff(steps), start=1) if change]
    x = Form(constant, {0: np.diag(slope)})
    shift = 0
    groups = [Group("input", n)]
    if bends:
        shift = 1
        where, at, change = (np.array(column) for column in zip(*bends, strict=True))
        rows = np.arange(len(bends))
        picked = np.zeros((len(bends), n))
        picked[rows, where] = 1.0
        groups.append(Group("relu", len(bends), (Form(-at, {0: picked}),), name="choices"))
        spread = np.zeros((n, len(bends)))
        spread[where, rows] = change
        x = added(x, transformed(spread, group_form(1, len(bends))))

    def moved(form: Form) -> Form:
        """Return `form` with the values in the place of the decisions, later groups renumbered."""
        later = Form(form.constant, {g + shift: m for g, m in form.terms.items() if g})
        if 0 not in form.terms:
            return later
        return added(later, substituted(Form(np.zeros(form.size), {0: form.terms[0]}), {0: x}))

    for group in program.groups[1:]:
        arguments = tuple(moved(a) for a in group.arguments)
        groups.append(Group(group.function, group.size, arguments, group.parameter, group.name))
    return Program(tuple(groups), tuple(moved(output) for output in program.outputs))


def places(x: np.ndarray, choices: Mapping[int, np.ndarray]) -> np.ndarray:
    """Return `x` (n,) with each value of a list replaced by the place of the nearest one in its list."""
    found = np.array(x, dtype=np.float64)
    for i, values in choices.items():
        found[i] = np.argmin(np.abs(values - found[i]))
    return found


def chosen(x: np.ndarray, choices: Mapping[int, np.ndarray]) -> np.ndarray:
    """Return `x` (..., n) with places in the lists replaced by the values there: the inverse of `places`."""
    found = np.array(x, dtype=np.float64)
    for i, values in choices.items():
        found[..., i] = values[np.round(found[..., i]).astype(int)]
    return found
