"""Neurons that may be on or off, layer after layer, and linear bounds carried back through them.

Bounds with slopes and prices of phases as free multipliers are those of S. Wang and others, "Beta-CROWN:
efficient bound propagation with per-neuron split constraints for neural network robustness verification",
NeurIPS 2021. What they say holds in exact arithmetic: rounding errors are taken off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.enclosures.rounding import EPS, program_tolerance
from graphopt.solvers.limits import Limits
from graphopt.solvers.milp.piecewise import Affine, Piecewise, piecewise
from graphopt.solvers.phases.nodes import Nodes
from graphopt.structure.forms import Form
from graphopt.structure.program import Program

WORKING_SET = 1 << 20  # numbers in the largest array


@dataclass(frozen=True, eq=False)
class Block:
    """Neurons ``start`` to ``stop``, whose arguments are ``matrix @ (columns before them) + constant``."""

    start: int
    stop: int
    matrix: np.ndarray


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines around relu over B nodes with u neurons, arrays (B, u).

    Attributes
    ----------
    undecided : array of bool
        Which neurons may be on or off.
    sign : array
        1 for neurons that are on, -1 for those that are off, else 0.
    upper_slope, upper_constant : array
        The chord above; for decided neurons the function itself.
    """

    undecided: np.ndarray
    sign: np.ndarray
    upper_slope: np.ndarray
    upper_constant: np.ndarray

    @classmethod
    def of(cls, low: np.ndarray, high: np.ndarray) -> Lines:
        """Return the lines for arguments between `low` and `high`."""
        on, off = low >= 0, high <= 0
        undecided = ~(on | off)
        slope = np.where(undecided, high / np.where(undecided, high - low, 1.0), on)
        constant = np.where(undecided, -low * slope, 0.0)
        return cls(undecided, np.where(on, 1.0, np.where(off, -1.0, 0.0)), slope, constant)

    def rows(self, index: Any) -> Lines:
        """Return the lines of the nodes at `index`."""
        return Lines(
            self.undecided[index], self.sign[index], self.upper_slope[index], self.upper_constant[index]
        )


@dataclass(frozen=True, eq=False)
class Below:
    """Linear functions ``slope @ x + constant`` below the cost, over B nodes.

    Attributes
    ----------
    bound : array, (B,)
        The least value in the box.
    slope, constant : array, (B, n) and (B,)
    weights : array, (B, u)
        Of the neurons, when their lines were chosen.
    """

    bound: np.ndarray
    slope: np.ndarray
    constant: np.ndarray
    weights: np.ndarray

    def rows(self, index: Any) -> Below:
        """Return the functions of the nodes at `index`."""
        return Below(self.bound[index], self.slope[index], self.constant[index], self.weights[index])


class Neurons:
    """A program of relu over one box: its decisions and its u neurons that may be on or off there.

    Attributes
    ----------
    pieces : Piecewise
    blocks : list of Block
        Neurons that do not depend on each other, in their order.
    limited : array, (m, columns)
        With `shifts`, (m,): the rows ``limited @ columns + shifts`` are at most 0 at accepted points.
    limit_units : array, (m,)
        What the price of such a row is measured in.
    sizes : array, (u,)
        The largest sum of magnitudes that may be met when an argument is computed.
    """

    def __init__(self, program: Program, enclosure: Enclosure, limits: Limits) -> None:
        self.pieces: Piecewise = piecewise(program, enclosure)
        pieces, magnitudes = self.pieces, piecewise(_absolute(program), enclosure)
        self.n, self.u = pieces.lower.size, pieces.neurons
        self.columns = self.n + self.u
        self.tolerance = program_tolerance(program) + 4.0 * EPS * (self.columns + 16)
        self.cost, self.cost_constant = pieces.cost.matrix[0], float(pieces.cost.constant[0])
        reach = np.concatenate(
            [np.maximum(np.abs(pieces.lower), np.abs(pieces.upper)), pieces.argument_upper]
        )
        largest = np.maximum(-pieces.argument_lower, pieces.argument_upper)
        self.sizes = np.maximum(_size(magnitudes.argument, reach), largest)
        self.cost_size = float(_size(magnitudes.cost, reach)[0])
        above, below = np.flatnonzero(np.isfinite(limits.upper)), np.flatnonzero(np.isfinite(limits.lower))
        rows, constants = pieces.limited.matrix, pieces.limited.constant
        self.limited = np.concatenate([rows[above], -rows[below]])
        self.shifts = np.concatenate(
            [constants[above] - limits.greatest[above], limits.least[below] - constants[below]]
        )
        sizes = _size(magnitudes.limited, reach)
        self.limited_sizes = np.concatenate([sizes[above], sizes[below]]) + np.abs(self.shifts)
        width = np.concatenate([pieces.upper - pieces.lower, pieces.argument_upper])
        spans = np.abs(self.limited) @ width
        self.limit_units = (np.abs(self.cost) @ width) / np.where(spans > 0, spans, np.inf)
        self.blocks = [
            Block(int(of[0]), int(of[-1]) + 1, pieces.argument.matrix[of[0] : of[-1] + 1, : self.n + of[0]])
            for of in (np.flatnonzero(pieces.groups == g) for g in np.unique(pieces.groups))
        ]

    @cached_property
    def direct(self) -> np.ndarray:
        """The neurons whose arguments depend on the decisions alone."""
        return np.flatnonzero(~self.pieces.argument.matrix[:, self.n :].any(axis=1))

    @property
    def root(self) -> Nodes:
        """The whole box as one node, its bound not known."""
        low, high = self.pieces.argument_lower[None], self.pieces.argument_upper[None]
        slopes, prices = np.where(high > -low, 1.0, 0.0), np.zeros((1, self.shifts.size))
        multipliers = np.concatenate([slopes, prices], axis=1)
        box = self.pieces.lower[None], self.pieces.upper[None]
        return Nodes(*box, low, high, multipliers, np.array([-np.inf]))

    def below(self, nodes: Nodes, lines: Lines) -> Below:
        """Return linear functions below the cost in `nodes`, wherever phases and limits hold.

        The multiplier of an undecided neuron is the slope of its line below, between 0 and 1; that of a
        decided one the price of its phase, and the others those of the limits, zero or more.
        """
        of_neurons, of_limits = nodes.multipliers[:, : self.u], nodes.multipliers[:, self.u :]
        lower_slope = np.where(lines.undecided, of_neurons, lines.upper_slope)
        price = of_neurons * lines.sign
        rest = self.cost + of_limits @ self.limited
        constant = self.cost_constant + of_limits @ self.shifts
        lost = self.cost_size + of_limits @ self.limited_sizes
        weights, carried = np.empty_like(of_neurons), np.empty_like(of_neurons)
        for block in reversed(self.blocks):
            own = slice(block.start, block.stop)
            A = rest[:, self.n + block.start : self.n + block.stop]
            T = A * np.where(A > 0, lower_slope[:, own], lines.upper_slope[:, own]) - price[:, own]
            weights[:, own], carried[:, own] = A, T
            rest[:, : self.n + block.start] += T @ block.matrix
        slope = rest[:, : self.n]
        constant += (np.minimum(weights, 0.0) * lines.upper_constant).sum(axis=1)
        constant += carried @ self.pieces.argument.constant
        lost += 2.0 * ((np.abs(weights) + np.abs(price)) @ self.sizes)
        constant -= self.tolerance * lost
        bound = constant + np.minimum(slope * nodes.lower, slope * nodes.upper).sum(axis=1)
        return Below(bound, slope, constant, weights)

    def at_the_least(self, nodes: Nodes, lines: Lines, below: Below) -> tuple[np.ndarray, np.ndarray]:
        """Return all columns where `below` is least, the lines taken for relu, and the arguments there:
        (B, columns) and (B, u)."""
        lower_slope = np.where(lines.undecided, nodes.multipliers[:, : self.u], lines.upper_slope)
        columns, arguments = np.empty((len(nodes), self.columns)), np.empty_like(below.weights)
        columns[:, : self.n] = np.where(below.slope > 0, nodes.lower, nodes.upper)
        for block in self.blocks:
            own = slice(block.start, block.stop)
            z = columns[:, : self.n + block.start] @ block.matrix.T + self.pieces.argument.constant[own]
            arguments[:, own] = z
            columns[:, self.n + block.start : self.n + block.stop] = np.where(
                below.weights[:, own] > 0,
                lower_slope[:, own] * z,
                lines.upper_slope[:, own] * z + lines.upper_constant[:, own],
            )
        return columns, arguments

    def narrowed(self, nodes: Nodes) -> Nodes:
        """Return the nodes with ranges of arguments that follow from their boxes and phases, without those
        that hold no point."""
        low, high = nodes.low.copy(), nodes.high.copy()
        for number, block in enumerate(self.blocks):
            own = slice(block.start, block.stop)
            places = block.start + np.flatnonzero(((low[:, own] < 0) & (high[:, own] > 0)).any(axis=0))
            for some in self._lots(len(nodes), 2 * places.size):
                box = nodes.lower[some], nodes.upper[some]
                least, most = self._ranges(number, places, box, low[some], high[some])
                low[some, places] = np.maximum(low[some, places], least)
                high[some, places] = np.minimum(high[some, places], most)
        multipliers = nodes.multipliers.copy()
        multipliers[:, : self.u][nodes.undecided & ~((low < 0) & (high > 0))] = 0.0  # a slope is no price
        found = replace(nodes, low=low, high=high, multipliers=multipliers)
        return found.rows((low <= high).all(axis=1))

    def _lots(self, nodes: int, rows: int) -> Iterator[slice]:
        lot = max(1, WORKING_SET // max(1, rows * self.columns))
        yield from (slice(start, start + lot) for start in range(0, nodes if rows else 0, lot))

    def _ranges(
        self, number: int, places: np.ndarray, box: Range, low: np.ndarray, high: np.ndarray
    ) -> Range:
        """Return bounds of the arguments of neurons `places` of a block, (B, places) twice."""
        first = self.blocks[number]
        rows = first.matrix[places - first.start]
        boxes = len(low)
        rest = np.repeat(np.concatenate([rows, -rows])[None], boxes, axis=0)
        known = self.pieces.argument.constant[places]
        constant = np.repeat(np.concatenate([known, -known])[None], boxes, axis=0)
        lost = np.repeat(np.tile(self.sizes[places], 2)[None], boxes, axis=0)
        lines = Lines.of(low, high)
        lower_slope = np.where(lines.undecided, high > -low, lines.upper_slope)
        middle, half = 0.5 * (lower_slope + lines.upper_slope), 0.5 * (lines.upper_slope - lower_slope)
        for block in reversed(self.blocks[:number]):
            own = slice(block.start, block.stop)
            A = rest[:, :, self.n + block.start : self.n + block.stop]
            if not A.any():
                continue
            absolute = np.abs(A)
            T = A * middle[:, None, own] - absolute * half[:, None, own]
            constant += ((A - absolute) @ (0.5 * lines.upper_constant[:, own, None]))[:, :, 0]
            constant += T @ self.pieces.argument.constant[own]
            lost += 2.0 * (absolute @ self.sizes[own])
            added = T.reshape(-1, T.shape[2]) @ block.matrix
            rest[:, :, : self.n + block.start] += added.reshape(boxes, -1, added.shape[1])
        slope = rest[:, :, : self.n]
        centre, radius = 0.5 * (box[0] + box[1]), 0.5 * (box[1] - box[0])
        bound = constant - self.tolerance * lost
        bound += (slope @ centre[:, :, None])[:, :, 0] - (np.abs(slope) @ radius[:, :, None])[:, :, 0]
        return bound[:, : places.size], -bound[:, places.size :]


def _absolute(program: Program) -> Program:
    """Return `program` with the magnitudes of its coefficients."""

    def of(form: Form) -> Form:
        return Form(np.abs(form.constant), {g: abs(matrix) for g, matrix in form.terms.items()})

    groups = tuple(replace(group, arguments=tuple(map(of, group.arguments))) for group in program.groups)
    return Program(groups, tuple(map(of, program.outputs)))


def _size(rows: Affine, reach: np.ndarray) -> np.ndarray:
    """Return the sums of magnitudes of rows whose coefficients are magnitudes."""
    return rows.matrix @ reach + rows.constant
