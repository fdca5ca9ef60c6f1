"""An augmented Lagrangian: constraints as penalties with multipliers, over L-BFGS-B in the box.

Powell, Hestenes and Rockafellar's function in the two-sided form of Conn, Gould and Toint, "A globally
convergent augmented Lagrangian algorithm", SIAM J. Numer. Anal. 28 (1991); penalties as in Birgin and
Martinez, "Practical Augmented Lagrangian Methods" (2014). It needs one backward pass per point, however many
constraints there are, and no matrix: for hundreds of decisions or constraints and more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

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
        z = program.inside(z0)
        start = program.at(z)
        multipliers = np.zeros(program.low.size)
        breach = float(np.sum(program.breaches(start.values) ** 2))
        penalty = float(np.clip(2.0 * abs(start.fun) / max(breach, 1e-12), 1e-2, 1e2)) if breach > 0 else 1.0
        goal, last, iterations = FIRST_TOLERANCE, np.inf, 0
        for _ in range(self.max_rounds):
            z, steps = self._inner(program, z, multipliers, penalty, goal)
            iterations += steps
            values = program.at(z).values
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
        self, program: NonlinearProgram, z: np.ndarray, multipliers: np.ndarray, penalty: float, goal: float
    ) -> tuple[np.ndarray, int]:
        """Return the minimum over the box of the augmented Lagrangian, and the iterations it took."""

        def value(point: np.ndarray) -> tuple[float, np.ndarray]:
            seen = program.at(point)
            if not seen.finite:
                return np.inf, np.full(program.size, np.nan)
            moved = seen.values + multipliers / penalty
            outside = moved - np.clip(moved, program.low, program.high)
            gradient = seen.gradient
            if outside.any():
                gradient = gradient + program.pullback(point, penalty * outside)
            return seen.fun + 0.5 * penalty * float(outside @ outside), gradient

        steps = replace(self.inner, gradient_tolerance=goal).steps(z, program.lower, program.upper)
        try:
            point = next(steps)
            while True:
                point = steps.send(value(point.copy()))
        except StopIteration as end:
            return program.inside(end.value.x), end.value.iterations

    def describe(self) -> dict[str, Any]:
        """Return the choices, with those of the inner solver."""
        return {
            "solver": type(self).__name__,
            "max_rounds": self.max_rounds,
            "progress": self.progress,
            "growth": self.growth,
            "inner": self.inner.describe(),
        }
