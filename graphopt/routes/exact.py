"""Exact methods: linear and mixed-integer programs, enumeration, branch and bound, as the graph allows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from graphopt.problem.compiled import CompiledProblem
from graphopt.routes.effort import Effort
from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.branching.endless import convex_minimum
from graphopt.solvers.branching.search import CONVEXITY
from graphopt.solvers.enumeration import MAX_POINTS, enumerate_points
from graphopt.solvers.linear.program import linear_program
from graphopt.solvers.proof import Proof
from graphopt.solvers.race import better, race
from graphopt.structure.choices import chosen, over_places, places
from graphopt.structure.description import describe
from graphopt.structure.problem_program import program_and_limits
from graphopt.structure.program import Program, Structure

SHARE = 0.5  # of the gap asked for: the rest is for what the values of program and graph differ by


class ExactQuestion:
    """A problem as a program over numbers: what exact methods are asked.

    Attributes
    ----------
    program : Program
        The cost, then the constraints in units of their scales; over places in the lists where decisions are
        choices.
    limits : tuple of (lower, upper)
        Of each constraint.
    lower, upper, integer : array, (n,)
        The box, and which decisions are whole numbers in it.

    Raises
    ------
    NotLowered
        If the graph holds an operation that is neither affine nor one of the functions of a program.
    """

    def __init__(self, compiled: CompiledProblem) -> None:
        problem = compiled.problem
        self._choices: Mapping[int, np.ndarray] = problem.choices
        units = compiled.rows.by_name(compiled.rows.units) if problem.constraints else {}
        program, self.limits = program_and_limits(problem, units)
        self.program: Program = over_places(program, self._choices) if self._choices else program
        self.lower, self.upper = compiled.lower.copy(), compiled.upper.copy()
        self.integer = problem.integer.copy()
        for i, values in self._choices.items():
            self.lower[i], self.upper[i], self.integer[i] = 0.0, len(values) - 1.0, True

    @cached_property
    def points(self) -> float:
        """How many points there are: inf if a decision is real or unbounded."""
        free = self.lower < self.upper
        if not self.integer[free].all() or not np.isfinite(self.upper - self.lower).all():
            return np.inf
        with np.errstate(over="ignore"):
            return float(np.prod(self.upper - self.lower + 1.0))

    @property
    def needs_bounds(self) -> bool:
        """Whether a bound is missing that the only methods for it cannot do without."""
        endless = not np.isfinite(self.upper - self.lower).all()
        return endless and self.program.structure is not Structure.AFFINE

    @property
    def method(self) -> str:
        """The method that fits, and why."""
        structure = self.program.structure
        if structure is Structure.AFFINE:
            kind = "mixed-integer linear" if self.integer.any() else "linear"
            return f"{kind} program: {describe(self.program)}"
        if self.points <= MAX_POINTS:
            return f"enumeration: {self.points:.0f} points"
        if structure is Structure.PIECEWISE_LINEAR:
            return f"branch and bound on boxes or neurons, then MILP: {describe(self.program)}"
        return f"branch and bound: {describe(self.program)}"

    def method_of(self, proof: Proof) -> str:
        """The method that led to `proof`: as `method`, but for costs that turned out to be convex."""
        if proof.method != CONVEXITY:
            return self.method
        return f"{CONVEXITY}: a local optimum is the best point of the box; {describe(self.program)}"

    def prove(self, effort: Effort, incumbent: np.ndarray | None = None) -> Proof:
        """Return the proved minimum of the cost; `incumbent` is a point known before."""
        if incumbent is not None:
            incumbent = places(incumbent, self._choices)
        proof = self._proof(effort, incumbent)
        if proof.x is None or not self._choices:
            return proof
        return proof.at(chosen(proof.x, self._choices))

    def _proof(self, effort: Effort, incumbent: np.ndarray | None) -> Proof:
        structure, asked = self.program.structure, (self.program, self.lower, self.upper)
        discrete: dict[str, Any] = {"integer": self.integer, "limits": self.limits}
        if structure is Structure.AFFINE:
            proof = linear_program(*asked, **discrete, max_seconds=effort.max_seconds)
            return self._closed(proof, effort) if self.integer.any() else proof
        if self.points <= MAX_POINTS:
            return enumerate_points(*asked, **discrete, max_seconds=effort.max_seconds)
        if self.needs_bounds:
            found = None
            if incumbent is not None and not self.integer.any():
                gap = SHARE * effort.gap
                found = convex_minimum(*asked, limits=self.limits, incumbent=incumbent, gap=gap)
            return found or Proof(
                x=None,
                value=np.inf,
                lower_bound=-np.inf,
                method="branch and bound: needs finite bounds for every decision",
                stopped="failed",
            )
        options = BranchAndBound(gap=SHARE * effort.gap, max_seconds=effort.max_seconds)
        if structure is Structure.PIECEWISE_LINEAR:
            return race(*asked, options=options, **discrete, incumbent=incumbent)
        return branch_and_bound(*asked, options=options, **discrete, incumbent=incumbent)

    def _closed(self, proof: Proof, effort: Effort) -> Proof:
        """Return a proof by a mixed-integer linear program with the tolerance of its solver closed, by a
        method that has none.
        """
        left = effort.max_seconds - proof.seconds
        finite = np.isfinite(self.upper - self.lower).all()
        if proof.stopped != "gap" or proof.gap <= effort.gap or left <= 0 or not finite:
            return proof
        asked = (self.program, self.lower, self.upper)
        discrete: dict[str, Any] = {"integer": self.integer, "limits": self.limits}
        if self.points <= MAX_POINTS:
            return better(proof, enumerate_points(*asked, **discrete, max_seconds=left), proof.seconds)
        options = BranchAndBound(gap=SHARE * effort.gap, max_seconds=left)
        run = branch_and_bound(*asked, options=options, **discrete, incumbent=proof.x)
        return better(proof, run, proof.seconds)
