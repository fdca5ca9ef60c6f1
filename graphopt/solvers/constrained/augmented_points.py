"""Augmented Lagrangians at the points that several live runs ask for: in one call where that pays."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

import numpy as np

from graphopt.problem.augmented_cost import AugmentedCost, augmented_cost, batched_augmented_cost
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.run import End

ONE_GRAPH_FROM = 20_000  # starts times numbers in the graph and the Jacobian, from which compiling one pays


class Penalties(NamedTuple):
    """What the rows of a program cost: multipliers (m,), and the penalty on squared breaches."""

    multipliers: np.ndarray
    penalty: float


class AugmentedPoint(NamedTuple):
    """What a run asks for: a point in scaled units, (n,), and the penalties there."""

    z: np.ndarray
    penalties: Penalties


class AugmentedValue(NamedTuple):
    """What it is told: the augmented Lagrangian, its gradient (n,), the values of the rows (m,)."""

    value: float
    gradient: np.ndarray
    values: np.ndarray


AugmentedSteps = Generator[AugmentedPoint, AugmentedValue, End]
Evaluate = Callable[[list[int], list[AugmentedPoint]], list[AugmentedValue]]


def run_in_step(runs: Sequence[AugmentedSteps], programs: Sequence[NonlinearProgram]) -> list[End]:
    """Return the ends of `runs`, each over its program; all programs are over one compiled problem.

    Each run keeps its own state. Those that end leave the others to go on.
    """
    if not runs:
        return []
    ends: list[End | None] = [None] * len(runs)
    evaluate = _evaluation(programs)
    live, asked = [], []
    for number, run in enumerate(runs):
        try:
            asked.append(next(run))
            live.append(number)
        except StopIteration as end:
            ends[number] = end.value
    while live:
        found = evaluate(live, asked)
        going, asked = [], []
        for number, value in zip(live, found, strict=True):
            try:
                asked.append(runs[number].send(value))
                going.append(number)
            except StopIteration as end:
                ends[number] = end.value
        live = going
    return ends  # type: ignore[return-value]


def by_parts(program: NonlinearProgram, asked: AugmentedPoint) -> AugmentedValue:
    """Return the augmented Lagrangian of `program` from its cost, its rows and their derivatives."""
    seen = program.at(asked.z)
    multipliers, penalty = asked.penalties
    if not seen.finite:
        return AugmentedValue(np.inf, np.full(program.size, np.nan), seen.values)
    moved = seen.values + multipliers / penalty
    outside = moved - np.clip(moved, program.low, program.high)
    gradient = seen.gradient
    with np.errstate(over="ignore"):  # the line search turns back
        if outside.any():
            gradient = gradient + program.pullback(asked.z, penalty * outside)
        value = seen.fun + 0.5 * penalty * float(outside @ outside)
    return AugmentedValue(value, gradient, seen.values)


def _evaluation(programs: Sequence[NonlinearProgram]) -> Evaluate:
    """Return what evaluates the points that the programs of these numbers ask for."""
    compiled = programs[0].compiled
    numbers = compiled.numbers + compiled.size * compiled.rows.size
    cost = None
    if len(programs) > 1 and len(programs) * numbers >= ONE_GRAPH_FROM:
        cost = batched_augmented_cost(compiled)
        for program in programs:
            program.cost_of_many = cost
    if cost is None and numbers >= ONE_GRAPH_FROM:
        cost = augmented_cost(compiled)
    if cost is None:
        return lambda live, asked: [by_parts(programs[k], one) for k, one in zip(live, asked)]
    return OneGraph(programs, cost)


class OneGraph:
    """The augmented Lagrangians of programs, each in its own scale, by the function of one graph."""

    def __init__(self, programs: Sequence[NonlinearProgram], cost: AugmentedCost) -> None:
        self.programs, self.cost = programs, cost
        self.x_scale, box = programs[0].x_scale, programs[0].compiled
        self.lower, self.upper = box.lower, box.upper
        self.weight = np.array([1.0 / program.fun_scale for program in programs])
        self.row_scale = np.array([program.row_scale for program in programs])
        self.given: list[Penalties | None] = [None] * len(programs)
        self.shift, self.stiffness = np.zeros_like(self.row_scale), np.zeros_like(self.row_scale)
        self.live: list[int] = []

    def __call__(self, live: list[int], asked: list[AugmentedPoint]) -> list[AugmentedValue]:
        """Return what the programs numbered `live` ask for.

        Where a point has no finite value or gradient, its parts are looked at: a row may have no derivative
        where it has no weight.
        """
        self._take(live, [one.penalties for one in asked])
        filled = self._filled(asked)
        x = np.clip(np.array([one.z for one in filled]) * self.x_scale, self.lower, self.upper)
        with np.errstate(all="ignore"):
            totals, gradients, values = self.cost(x, self._weight, self._prices, self._shift, self._stiffness)
            gradients = gradients * self.x_scale
            values = values / self._row_scale
            finite = np.isfinite(totals) & np.isfinite(gradients).all(axis=1)
        found = []
        for i, (number, one) in enumerate(zip(live, asked, strict=True)):
            program = self.programs[number]
            if finite[i]:
                program.count(one.z)
                found.append(AugmentedValue(float(totals[i]), gradients[i], values[i]))
            else:
                found.append(by_parts(program, one))
        return found

    def _take(self, live: list[int], penalties: list[Penalties]) -> None:
        """Hold the penalties of the live programs, in the units of the rows, ready for the next call."""
        changed = live != self.live
        for number, one in zip(live, penalties, strict=True):
            if self.given[number] is not one:
                changed = True
                self.given[number] = one
                self.shift[number] = self.row_scale[number] * one.multipliers / one.penalty
                self.stiffness[number] = one.penalty / self.row_scale[number] ** 2
        if changed:
            self.live = live
            filled = self._filled(live)
            self._weight, self._row_scale = self.weight[filled], self.row_scale[filled]
            self._shift, self._stiffness = self.shift[filled], self.stiffness[filled]
            self._prices = np.zeros_like(self._shift)

    def _filled(self, few: list) -> list:
        """Return `few` with the last one repeated until a call is full."""
        return [*few, *few[-1:] * (self.cost.filled_up(len(few)) - len(few))]
