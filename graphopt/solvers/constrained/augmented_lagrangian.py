"""An augmented Lagrangian: constraints as penalties with multipliers, over L-BFGS-B in the box.

Powell, Hestenes and Rockafellar's function in the two-sided form of Conn, Gould and Toint, "A globally
convergent augmented Lagrangian algorithm", SIAM J. Numer. Anal. 28 (1991); penalties as in Birgin and
Martinez, "Practical Augmented Lagrangian Methods" (2014). It needs one backward pass per point, however many
constraints there are, and no matrix: for hundreds of decisions or constraints and more.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from graphopt.solvers.constrained.augmented_points import (
    AugmentedPoint,
    AugmentedSteps,
    AugmentedValue,
    Penalties,
    run_in_step,
)
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.constrained.run import End
from graphopt.solvers.local.lbfgsb import LBFGSB, whole

LARGEST_PENALTY = 1e9
FIRST_TOLERANCE = 1e-2


@dataclass(frozen=True, kw_only=True)
class AugmentedLagrangian:
    """The choices of an augmented Lagrangian run.

    Parameters
    ----------
    inner : LBFGSB
        What solves the subproblems; its tolerance is that of the last ones.
    max_rounds : int
        Updates of the multipliers.
    progress : float
        The penalty grows when the breach does not shrink by this factor in a round.
    growth : float
        By which factor.
    """

    inner: LBFGSB = field(default_factory=lambda: LBFGSB(gradient_tolerance=1e-9, max_evaluations=5000))
    max_rounds: int = 60
    progress: float = 0.25
    growth: float = 10.0

    def __post_init__(self) -> None:
        whole(self.max_rounds, "AugmentedLagrangian: max_rounds")

    def run(self, program: NonlinearProgram, z0: np.ndarray) -> End:
        """Return where the iteration from `z0` ended."""
        return self.run_many([program], [z0])[0]

    def run_many(self, programs: Sequence[NonlinearProgram], points: Sequence[np.ndarray]) -> list[End]:
        """Return where the iteration of each program, from its point, ended.

        Each is what it would be by itself; the points that all live ones ask for are evaluated in one call,
        where that pays.

        Parameters
        ----------
        programs : sequence of NonlinearProgram
            Over one compiled problem, scaled each in its own way.
        points : sequence of array, (n,)
            In the scaled units of each.
        """
        return run_in_step([self.steps(*one) for one in zip(programs, points, strict=True)], programs)

    def steps(self, program: NonlinearProgram, z0: np.ndarray) -> AugmentedSteps:
        """Return the generator of what to evaluate from `z0` on; it is sent what was found there."""
        z = program.inside(z0)
        start = program.at(z)
        multipliers = np.zeros(program.low.size)
        breach = float(np.sum(program.breaches(start.values) ** 2))
        penalty = float(np.clip(2.0 * abs(start.fun) / max(breach, 1e-12), 1e-2, 1e2)) if breach > 0 else 1.0
        goal, last, iterations = FIRST_TOLERANCE, np.inf, 0
        for _ in range(self.max_rounds):
            z, values, count = yield from self._inner(program, z, Penalties(multipliers, penalty), goal)
            iterations += count
            moved = values + multipliers / penalty
            updated = penalty * (moved - np.clip(moved, program.low, program.high))
            shift = np.abs(updated - multipliers) / penalty  # breach, or slack at a positive multiplier
            worst = float(np.max(shift / program.tolerance, initial=0.0))
            multipliers = np.clip(updated, -1e12, 1e12)
            if worst <= 1e-2 and goal <= self.inner.gradient_tolerance:
                return End(z, "converged", "augmented Lagrangian: breaches and slopes are small", iterations)
            if worst > self.progress * last:
                penalty *= self.growth
                if penalty > LARGEST_PENALTY:
                    return End(
                        z, "failed", "augmented Lagrangian: no penalty brings the breaches down", iterations
                    )
            last = min(last, worst) if worst > 0 else last
            goal = max(goal * 0.1, self.inner.gradient_tolerance)
        return End(
            z, "limit", f"augmented Lagrangian: the limit of {self.max_rounds} rounds was reached", iterations
        )

    def _inner(
        self, program: NonlinearProgram, z: np.ndarray, penalties: Penalties, goal: float
    ) -> Generator[AugmentedPoint, AugmentedValue, tuple[np.ndarray, np.ndarray, int]]:
        """Return the minimum over the box of the augmented Lagrangian, the values of the rows there, and the
        iterations it took.
        """
        steps = replace(self.inner, gradient_tolerance=goal).steps(z, program.lower, program.upper)
        try:
            asked = AugmentedPoint(next(steps).copy(), penalties)
            while True:
                found = yield asked
                asked = AugmentedPoint(steps.send((found.value, found.gradient)).copy(), penalties)
        except StopIteration as end:
            run = end.value
        z = program.inside(run.x)
        if not np.array_equal(z, asked.z):
            found = yield AugmentedPoint(z, penalties)
        return z, found.values, run.iterations

    def describe(self) -> dict[str, Any]:
        """Return the choices, with those of the inner solver."""
        return {
            "solver": type(self).__name__,
            "max_rounds": self.max_rounds,
            "progress": self.progress,
            "growth": self.growth,
            "inner": self.inner.describe(),
        }
