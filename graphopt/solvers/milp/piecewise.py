"""Programs of relu as arrays: one column for each neuron that may be on or off, the others replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphopt.enclosures.enclosure import Enclosure
from graphopt.solvers.linear.model import LinearModel
from graphopt.structure.forms import Form, times
from graphopt.structure.program import Program

NEAR = 1e-6  # HiGHS's feasibility tolerance


@dataclass(frozen=True, eq=False)
class Affine:
    """``matrix @ columns + constant``: (m,)."""

    matrix: np.ndarray
    constant: np.ndarray


@dataclass(frozen=True, eq=False)
class Piecewise:
    """A piecewise linear program over the columns (decisions, neurons that may be on or off).

    ``neuron[i] = max(0, argument[i])`` where the argument is affine in the columns before it and lies
    between ``argument_lower[i] < 0`` and ``argument_upper[i] > 0``.

    Attributes
    ----------
    groups : array of int, (u,)
        The group each neuron is of.
    places : array of int, (u,)
        Its place there.
    cost, limited : Affine
        The cost, and the values that have limits.
    row_lower, row_upper : array
        Their limits.
    lower, upper : array, (n,)
        The box of the decisions.
    """

    groups: np.ndarray
    places: np.ndarray
    argument: Affine
    argument_lower: np.ndarray
    argument_upper: np.ndarray
    cost: Affine
    limited: Affine
    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @property
    def neurons(self) -> int:
        """How many neurons may be on or off."""
        return self.groups.size

    def relaxation(self, cutoff: float = np.inf) -> LinearModel:
        """Return the linear program over all columns that holds every neuron in its triangle.

        R. Ehlers, "Formal verification of piece-wise linear feed-forward neural networks", 2017. With a
        `cutoff`, points that cost more are left out.
        """
        low, high = self.argument_lower, self.argument_upper
        own = np.eye(self.neurons, self.argument.matrix.shape[1], k=self.lower.size)
        slope = high / (high - low)
        above = self.argument.matrix - own  # argument - neuron <= 0
        chord = own - slope[:, None] * self.argument.matrix  # neuron <= slope * (argument - low)
        limits = [-self.argument.constant, slope * (self.argument.constant - low)]
        return self._model([above, chord], limits, cutoff)

    def mixed(self, cutoff: float = np.inf) -> LinearModel:
        """Return the program with one more column for each neuron, 1 where it is on and 0 where it is off.

        The column switches between two limits of the neuron through bounds of its argument ("big M"):
        V. Tjeng, K. Xiao and R. Tedrake, "Evaluating robustness of neural networks with mixed integer
        programming", 2019.
        """
        u, none = self.neurons, np.zeros((self.neurons, self.neurons))
        own = np.eye(u, self.argument.matrix.shape[1], k=self.lower.size)
        rows = [
            np.hstack([self.argument.matrix - own, none]),
            np.hstack([own - self.argument.matrix, -np.diag(self.argument_lower)]),
            np.hstack([own, -np.diag(self.argument_upper)]),
        ]
        limits = [-self.argument.constant, self.argument.constant - self.argument_lower, np.zeros(u)]
        return self._model(rows, limits, cutoff, switches=u)

    def _model(
        self, rows: list[np.ndarray], limits: list[np.ndarray], cutoff: float, switches: int = 0
    ) -> LinearModel:
        from scipy import sparse

        def wide(matrix: np.ndarray) -> np.ndarray:
            return np.hstack([matrix, np.zeros((len(matrix), switches))])

        upper = np.concatenate(limits)
        blocks, low, high = [*rows], [np.full(upper.size, -np.inf)], [upper]
        if self.limited.constant.size:
            blocks.append(wide(self.limited.matrix))
            low.append(self.row_lower - self.limited.constant)
            high.append(self.row_upper - self.limited.constant)
        if np.isfinite(cutoff):
            blocks.append(wide(self.cost.matrix))
            low.append(np.array([-np.inf]))
            high.append(cutoff - self.cost.constant)
        return LinearModel(
            np.append(self.cost.matrix[0], np.zeros(switches)),
            float(self.cost.constant[0]),
            sparse.csr_array(np.vstack(blocks)),
            np.concatenate(low),
            np.concatenate(high),
            np.concatenate([self.lower, np.zeros(self.neurons + switches)]),
            np.concatenate([self.upper, self.argument_upper, np.ones(switches)]),
        )

    def before(self, group: int) -> Piecewise:
        """Return the part that the arguments of `group` depend on, without cost and limits."""
        kept = np.flatnonzero(self.groups < group)
        columns = self.lower.size + kept.size
        return replace(
            self,
            groups=self.groups[kept],
            places=self.places[kept],
            argument=Affine(self.argument.matrix[kept, :columns], self.argument.constant[kept]),
            argument_lower=self.argument_lower[kept],
            argument_upper=self.argument_upper[kept],
            cost=Affine(np.zeros((1, columns)), np.zeros(1)),
            limited=Affine(np.zeros((0, columns)), np.zeros(0)),
            row_lower=np.zeros(0),
            row_upper=np.zeros(0),
        )


def piecewise(
    program: Program, enclosure: Enclosure, limits: Sequence[tuple[Any, Any]] | None = None
) -> Piecewise:
    """Return a program of relu as arrays, from bounds of everything it computes over one box.

    Without `limits` its outputs after the cost are not limited.
    """
    limits = [(-np.inf, np.inf)] * (len(program.outputs) - 1) if limits is None else limits
    n = program.size
    ranges = [(low[0], high[0]) for of_group in enclosure.arguments[1:] for low, high in of_group]
    unsettled = [np.flatnonzero((low < 0) & (high > 0)) for low, high in ranges]
    total = n + sum(places.size for places in unsettled)
    values = [Affine(np.eye(n, total), np.zeros(n))]
    arguments: list[Affine] = []
    column = n
    for group, (low, _), places in zip(program.groups[1:], ranges, unsettled, strict=True):
        argument = over_columns(group.arguments[0], values, total)
        arguments.append(Affine(argument.matrix[places], argument.constant[places]))
        on = low >= 0
        matrix, constant = np.where(on[:, None], argument.matrix, 0.0), np.where(on, argument.constant, 0.0)
        matrix[places, column + np.arange(places.size)] = 1.0
        column += places.size
        values.append(Affine(matrix, constant))
    empty, no_rows = np.zeros(0), np.zeros((0, total))
    limited = [over_columns(form, values, total) for form in program.outputs[1:]]
    sides = [
        [
            np.broadcast_to(pair[side], form.size)
            for pair, form in zip(limits, program.outputs[1:], strict=True)
        ]
        for side in (0, 1)
    ]
    return Piecewise(
        groups=np.concatenate(
            [np.full(p.size, g) for g, p in enumerate(unsettled, 1)] or [empty.astype(int)]
        ),
        places=np.concatenate(unsettled or [empty.astype(int)]),
        argument=Affine(
            np.concatenate([no_rows, *(a.matrix for a in arguments)]),
            np.concatenate([empty, *(a.constant for a in arguments)]),
        ),
        argument_lower=np.concatenate([empty, *(low[p] for (low, _), p in zip(ranges, unsettled))]),
        argument_upper=np.concatenate([empty, *(high[p] for (_, high), p in zip(ranges, unsettled))]),
        cost=over_columns(program.outputs[0], values, total),
        limited=Affine(
            np.concatenate([no_rows, *(a.matrix for a in limited)]),
            np.concatenate([empty, *(a.constant for a in limited)]),
        ),
        row_lower=np.concatenate([empty, *sides[0]]),
        row_upper=np.concatenate([empty, *sides[1]]),
        lower=enclosure.values[0][0][0],
        upper=enclosure.values[0][1][0],
    )


def started_from(pieces: Piecewise, mixed: LinearModel, program: Program, x: np.ndarray) -> np.ndarray | None:
    """Return the columns of `mixed`, made by ``pieces.mixed`` for `program`, at the point `x`; None where it
    does not lie in the part that `mixed` is of."""
    values = program.values(x[None])
    neurons = np.array([values[g][0, k] for g, k in zip(pieces.groups, pieces.places, strict=True)])
    columns = np.concatenate([x, neurons, neurons > 0])
    inside = np.all((columns >= mixed.lower - NEAR) & (columns <= mixed.upper + NEAR))
    return columns if inside and mixed.violation(columns) <= NEAR else None


def over_columns(form: Form, values: Sequence[Affine], columns: int) -> Affine:
    """Return `form`, the values of each group given over `columns`."""
    matrix, constant = np.zeros((form.size, columns)), form.constant.copy()
    for group, weights in form.terms.items():
        matrix += times(values[group].matrix.T, weights.T).T
        constant += weights @ values[group].constant
    return Affine(matrix, constant)
