"""Decisions that take one value of a list, written with whole numbers for methods that know only these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphopt.solvers.proof import Proof
from graphopt.structure.forms import Form, substituted
from graphopt.structure.program import Group, Program

ROUNDING = 1e-12  # relative: what the same cost may differ by, computed from other decisions
EVEN = 1e-12  # relative difference of steps up to which a list counts as evenly spaced


@dataclass(frozen=True, eq=False)
class Encoded:
    """A program over other decisions that costs the same, and the way back.

    Attributes
    ----------
    program, lower, upper, integer, limits
        As the exact methods take them.
    decoded : callable
        Returns the original decisions (n,) of new ones.
    encoded : callable
        Returns new decisions for original ones, each choice the nearest.
    """

    program: Program
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    limits: tuple[tuple[Any, Any], ...]
    decoded: Callable[[np.ndarray], np.ndarray]
    encoded: Callable[[np.ndarray], np.ndarray]

    def proof(self, found: Proof, program: Program) -> Proof:
        """Return `found`, about this program, as one about the original `program`: the value is its own."""
        if found.x is None:
            return found
        x = self.decoded(found.x)
        value = float(program(x[None])[0][0, 0])
        bound = found.lower_bound - ROUNDING * max(1.0, abs(found.lower_bound))
        return replace(found, x=x, value=value, lower_bound=min(bound, value))


def one_hot(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray | None = None,
    choices: Mapping[int, np.ndarray],
    limits: Sequence[tuple[Any, Any]] = (),
) -> Encoded:
    """Return `program` with a binary decision for each value of a list, one of which is 1: for MILP.

    The decision is their sum weighted with the values, so nothing becomes less linear than it was. The last
    output and limit say that the binaries of each decision sum to 1.
    """
    n = program.size
    lists = _within(choices, lower, upper)
    plain = [j for j in range(n) if j not in lists]
    places = list(lists)
    sizes = [lists[j].size for j in places]
    starts = len(plain) + np.cumsum([0, *sizes])
    matrix = np.zeros((n, starts[-1]))
    matrix[plain, np.arange(len(plain))] = 1.0
    sums = np.zeros((len(places), starts[-1]))
    for k, j in enumerate(places):
        columns = slice(starts[k], starts[k + 1])
        matrix[j, columns] = lists[j]
        sums[k, columns] = 1.0
    over = _over(program, Form(np.zeros(n), {0: matrix}), starts[-1])
    outputs = (*over.outputs, Form(np.zeros(len(places)), {0: sums}))
    mask = np.zeros(n, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    binaries = starts[-1] - len(plain)

    def decoded(z: np.ndarray) -> np.ndarray:
        x = np.empty(n)
        x[plain] = z[: len(plain)]
        for k, j in enumerate(places):
            x[j] = lists[j][np.argmax(z[starts[k] : starts[k + 1]])]
        return x

    def encoded(x: np.ndarray) -> np.ndarray:
        z = np.zeros(starts[-1])
        z[: len(plain)] = x[plain]
        for k, j in enumerate(places):
            z[starts[k] + _nearest(lists[j], x[j])] = 1.0
        return z

    return Encoded(
        Program(over.groups, outputs),
        np.concatenate([np.asarray(lower, dtype=np.float64)[plain], np.zeros(binaries)]),
        np.concatenate([np.asarray(upper, dtype=np.float64)[plain], np.ones(binaries)]),
        np.concatenate([mask[plain], np.ones(binaries, dtype=bool)]),
        (*limits, (np.ones(len(places)), np.ones(len(places)))),
        decoded,
        encoded,
    )


def indexed(
    program: Program,
    lower: np.ndarray,
    upper: np.ndarray,
    *,
    integer: np.ndarray | None = None,
    choices: Mapping[int, np.ndarray],
    limits: Sequence[tuple[Any, Any]] = (),
) -> Encoded:
    """Return `program` over the places in the lists, whole numbers from 0 on: for branch and bound.

    An evenly spaced list is affine in the place; another one bends at each place where its step changes, and
    each bend is a relu.
    """
    n = program.size
    lists = _within(choices, lower, upper)
    low, high = np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64)
    mask = np.zeros(n, dtype=bool) if integer is None else np.array(integer, dtype=bool)
    scale, constant = np.ones(n), np.zeros(n)
    bends: list[tuple[int, int, float]] = []
    for j, values in lists.items():
        steps = np.diff(values)
        low[j], high[j], mask[j] = 0.0, values.size - 1.0, True
        constant[j], scale[j] = values[0], steps[0] if steps.size else 0.0
        changes = np.diff(steps)
        for k in np.flatnonzero(np.abs(changes) > EVEN * np.abs(values).max()):
            bends.append((j, int(k) + 1, float(changes[k])))
    form = Form(constant, {0: np.diag(scale)})
    extra: tuple[Group, ...] = ()
    if bends:
        select, onto = np.zeros((len(bends), n)), np.zeros((n, len(bends)))
        for row, (j, _, change) in enumerate(bends):
            select[row, j], onto[j, row] = 1.0, change
        arguments = Form(-np.array([float(k) for _, k, _ in bends]), {0: select})
        extra = (Group("relu", len(bends), (arguments,), name="choices"),)
        form = Form(constant, {0: np.diag(scale), 1: onto})

    def decoded(z: np.ndarray) -> np.ndarray:
        x = np.array(z, dtype=np.float64)
        for j, values in lists.items():
            x[j] = values[round(float(z[j]))]
        return x

    def encoded(x: np.ndarray) -> np.ndarray:
        z = np.array(x, dtype=np.float64)
        for j, values in lists.items():
            z[j] = _nearest(values, x[j])
        return z

    return Encoded(_over(program, form, n, extra), low, high, mask, tuple(limits), decoded, encoded)


def _within(choices: Mapping[int, np.ndarray], lower: np.ndarray, upper: np.ndarray) -> dict[int, np.ndarray]:
    """Return the sorted values of each list that lie within the bounds."""
    lists = {j: np.unique(np.asarray(values, dtype=np.float64)) for j, values in choices.items()}
    return {j: values[(values >= lower[j]) & (values <= upper[j])] for j, values in lists.items()}


def _nearest(values: np.ndarray, x: float) -> int:
    """Return the place of the value nearest to `x`."""
    return int(np.argmin(np.abs(values - x)))


def _over(program: Program, decisions: Form, size: int, extra: tuple[Group, ...] = ()) -> Program:
    """Return `program` with its decisions replaced by a form of `size` new ones and of the groups `extra`."""
    shift = len(extra)

    def moved(form: Form) -> Form:
        later = Form(form.constant, {g + shift if g else -1: m for g, m in form.terms.items()})
        return substituted(later, {-1: decisions})

    groups = [replace(g, arguments=tuple(moved(a) for a in g.arguments)) for g in program.groups[1:]]
    return Program(
        (Group("input", size), *extra, *groups), tuple(moved(output) for output in program.outputs)
    )
