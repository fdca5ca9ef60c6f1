"""The program of a problem: its cost and its constraints, over its decisions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from graphopt.problem.functions import fresh_inputs
from graphopt.problem.precision import in_double
from graphopt.problem.problem import Problem
from graphopt.structure.forms import scaled
from graphopt.structure.lowering.graph import lowered
from graphopt.structure.program import Program

Limits = tuple[tuple[np.ndarray, np.ndarray], ...]
"""Lower and upper limits of each constraint's elements, infinite where there is none."""


def program_of(problem: Problem) -> Program:
    """Return the program of `problem`, over its flat vector of decisions.

    The first output is the cost: the objective, negated if it is to be maximised. The others are the
    expressions of the constraints, flat. Weights are today's.

    Raises
    ------
    NotLowered
        If an operation on the way from the decisions is neither affine nor made of the functions that a
        program may use.
    """
    return program_and_limits(problem)[0]


def program_and_limits(
    problem: Problem, units: Mapping[str, np.ndarray] | None = None
) -> tuple[Program, Limits]:
    """Return the program of `problem`, and the limits of its outputs but for the first.

    Constraints that have `units`, by name, are divided by them, so that breaches of all rows mean the same:
    see `graphopt.problem.compiled_constraints.CompiledConstraints.units`.
    """
    decisions, held, swaps = fresh_inputs(problem)
    asked = [problem.objective, *(constraint.expression for constraint in problem.constraints)]
    values = dict(zip(held, problem.fixed.values(), strict=True))
    program, shapes = lowered(in_double(asked, swaps), decisions, values)
    limits = [c.limits(shape)[:2] for c, shape in zip(problem.constraints, shapes[1:], strict=True)]
    if problem.sense == "maximize":
        cost, *rest = program.outputs
        program = Program(program.groups, (scaled(cost, -1.0), *rest))
    if units:
        each = [np.ravel(units.get(c.name, 1.0)) for c in problem.constraints]
        cost, *rows = program.outputs
        rows = [scaled(row, 1.0 / unit) for row, unit in zip(rows, each, strict=True)]
        program = Program(program.groups, (cost, *rows))
        limits = [(low / unit, high / unit) for (low, high), unit in zip(limits, each, strict=True)]
    return program, tuple((lower, upper) for lower, upper in limits)
