"""Relus as decisions of their own: a cost with kinks bounded by a smooth one under limits.

``relu(z)`` is replaced by a number t with ``t >= z`` and ``t >= 0``. Whatever was possible before still is,
so the least cost is no greater; where the cost does not fall as relus grow, it is the same. Near a minimum at
a kink the tangents of the cost say little, the multipliers of the new limits all: they are the slopes between
those of the two sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.branching.half_spaces import least_value
from graphopt.solvers.branching.incumbents import descended_within
from graphopt.solvers.branching.lagrangian import Lagrangian
from graphopt.solvers.limits import Limits
from graphopt.solvers.linear.program import linear_program
from graphopt.structure.forms import Form, Matrix, added, dense, scaled
from graphopt.structure.program import Group, Program, Structure

STEPS = 4  # of Newton's method
LARGEST = 300  # decisions, relus among them, up to which a solver for dense problems is used


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A question without relus.

    Attributes
    ----------
    program : Program
        Over the old decisions, then the relus' values; after the old outputs come those values less their
        arguments.
    limits : Limits
        Of the outputs after the cost.
    lower, upper : array, (n + relus,)
    """

    program: Program
    limits: Limits
    lower: np.ndarray
    upper: np.ndarray


def bound_without_kinks(
    program: Program, limits: Limits, lower: np.ndarray, upper: np.ndarray, x: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return a lower bound of the cost in a box where the limits are kept, and a point that may be better
    than x.

    Parameters
    ----------
    program : Program
        With relus.
    limits : Limits
        Of the outputs after the cost.
    lower, upper : array, (n,)
    x : array, (n,)
        A good point. The bound is right whatever it is, and close where the cost is convex.
    """
    n = program.size
    smoothed = without_relus(program, limits, lower, upper)
    box = smoothed.lower, smoothed.upper
    if smoothed.program.structure is Structure.AFFINE:
        cuts = np.cumsum([output.size for output in smoothed.program.outputs[1:]])[:-1]
        sides = (np.split(side, cuts) for side in (smoothed.limits.least, smoothed.limits.greatest))
        proof = linear_program(smoothed.program, *box, limits=list(zip(*sides, strict=True)))
        return proof.lower_bound, x if proof.x is None else proof.x[:n]
    if box[0].size > LARGEST:
        return -np.inf, x
    values = program.values(x[None])
    relus = [values[g][0] for g, group in enumerate(program.groups) if group.function == "relu"]
    start = np.clip(np.concatenate([x, *relus]), *box)
    end = descended_within(smoothed.program, smoothed.limits, start, *box)
    lagrangian = Lagrangian(smoothed.program, smoothed.limits, *box)
    lower, upper = box[0][None], box[1][None]
    enclosure = linear_bounds(smoothed.program, lower, upper).enclosure
    best = -np.inf
    for _ in range(STEPS):
        lagrangian.look(end)
        lines = lagrangian.lines(enclosure, end[None], lower, upper)
        bound = float(least_value(lines.slope, lines.constant, lower, upper)[0])
        if not bound > best:
            break
        best, end = bound, lagrangian.newton_point(end)
    return best, end[:n]


def without_relus(program: Program, limits: Limits, lower: np.ndarray, upper: np.ndarray) -> Smoothed:
    """Return the question with every relu replaced by a decision that is at least 0 and its argument."""
    relus = [g for g, group in enumerate(program.groups) if group.function == "relu"]
    ends = np.cumsum([program.size, *(program.groups[g].size for g in relus)])
    places = {g: slice(int(a), int(b)) for g, a, b in zip(relus, ends[:-1], ends[1:], strict=True)}
    kept = [g for g in range(1, len(program.groups)) if g not in places]
    number = {g: k for k, g in enumerate(kept, 1)}
    width = int(ends[-1])

    def moved(form: Form) -> Form:
        terms: dict[int, Matrix] = {number[h]: m for h, m in form.terms.items() if h in number}
        columns = np.zeros((form.size, width))
        for h, matrix in form.terms.items():
            if h not in number:
                columns[:, places[h] if h else slice(0, program.size)] = dense(matrix)
        if columns.any():
            terms[0] = columns
        return Form(form.constant, terms)

    groups = [Group("input", width)]
    for g in kept:
        old = program.groups[g]
        groups.append(
            Group(old.function, old.size, tuple(map(moved, old.arguments)), old.parameter, old.name)
        )
    rises = []
    for g in relus:
        values = Form(np.zeros(program.groups[g].size), {0: np.eye(width)[places[g]]})
        rises.append(added(values, scaled(moved(program.groups[g].arguments[0]), -1.0)))
    outputs = (*map(moved, program.outputs), *rises)
    more = width - program.size
    rows = Limits(
        np.concatenate([limits.lower, np.zeros(more)]),
        np.concatenate([limits.upper, np.full(more, np.inf)]),
        np.concatenate([limits.slack_lower, np.zeros(more)]),
        np.concatenate([limits.slack_upper, np.zeros(more)]),
    )
    found = linear_bounds(program, lower[None], upper[None]).enclosure
    tops = [found.values[g][1][0] for g in relus]
    return Smoothed(
        Program(tuple(groups), outputs),
        rows,
        np.concatenate([lower, np.zeros(more)]),
        np.concatenate([upper, *tops]),
    )
