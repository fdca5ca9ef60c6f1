"""Decisions that take one value of a list, as binaries of which one is 1: for mixed-integer programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphopt.solvers.proof import Proof
from graphopt.structure.forms import Form, substituted
from graphopt.structure.program import Group, Program

ROUNDING = 1e-12  # relative: what the same cost may differ by, computed from other decisions


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
    """Return `program` with a binary decision for each value of a list, one of which is 1.

    The decision is their sum weighted with the values, so an affine program stays affine whatever the list.
    The last output and limit say that the binaries of each decision sum to 1.
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


def _within(choices: Mapping[int, np.ndarray], lower: np.ndarray, upper: np.ndarray) -> dict[int, np.ndarray]:
    """Return the sorted values of each list that lie within the bounds."""
    lists = {j: np.unique(np.asarray(values, dtype=np.float64)) for j, values in choices.items()}
    return {j: values[(values >= lower[j]) & (values <= upper[j])] for j, values in lists.items()}


def _nearest(values: np.ndarray, x: float) -> int:
    """Return the place of the value nearest to `x`."""
    return int(np.argmin(np.abs(values - x)))


def _over(program: Program, decisions: Form, size: int) -> Program:
    """Return `program` with its decisions replaced by a form of `size` new ones."""

    def moved(form: Form) -> Form:
        old = Form(form.constant, {g if g else -1: m for g, m in form.terms.items()})
        return substituted(old, {-1: decisions})

    groups = [replace(g, arguments=tuple(moved(a) for a in g.arguments)) for g in program.groups[1:]]
    return Program((Group("input", size), *groups), tuple(moved(output) for output in program.outputs))
