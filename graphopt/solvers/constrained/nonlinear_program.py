"""A constrained problem as solvers like it: scaled, inside its box, finite, counted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphopt.problem.augmented_cost import AugmentedCost
from graphopt.problem.compiled import CompiledProblem

STEEP = 100.0  # objective and rows with larger slopes at the start are divided down to it
HUGE = 1e10  # how much worse than the best value a point counts where the objective is not finite


class Evaluation(NamedTuple):
    """What is known at one point: cost and gradient, constraint values; in the scaled units."""

    z: np.ndarray
    fun: float
    gradient: np.ndarray
    values: np.ndarray
    finite: bool


class NonlinearProgram:
    """``min f(z)`` for ``lower <= z <= upper`` and ``low <= c(z) <= high``, evaluated on a compiled problem.

    ``z = x / x_scale``, f and the rows of c are divided by scales of their own. Each x at which anything is
    evaluated is put into its box, exactly, first. Where the cost or a constraint is not a finite number, a
    much worse cost with the slopes of the last good point stands for it, so that line searches step back.

    Attributes
    ----------
    lower, upper, x_scale : array, (n,)
    low, high, row_scale : array, (m,)
    linear : array of bool, (m,)
        Which rows are affine.
    tolerance : array, (m,)
        The breach of each row that counts as none: 1e-6 of its typical size.
    evaluations, nonfinite : int
        Points at which the cost was evaluated, and how many of them were not finite.
    cost_of_many : AugmentedCost or None
        What evaluates many points at once, if whoever runs several programs has made it.
    """

    def __init__(self, compiled: CompiledProblem, x0: np.ndarray) -> None:
        self.compiled, self.rows = compiled, compiled.rows
        self.x_scale = compiled.units
        self._x_lower, self._x_upper = compiled.lower, compiled.upper
        self.lower, self.upper = compiled.lower / self.x_scale, compiled.upper / self.x_scale
        self.evaluations = self.nonfinite = 0
        self.cost_of_many: AugmentedCost | None = None
        self.fun_scale, self.row_scale = 1.0, np.ones(self.rows.size)
        self.low, self.high = self.rows.lower, self.rows.upper
        self.linear = self.rows.linear
        self._known: Evaluation | None = None
        self._good: Evaluation | None = None
        self._counted: np.ndarray | None = None
        self._jacobian: tuple[np.ndarray, np.ndarray] | None = None
        start = self.at(self.scaled(x0))
        if start.finite:
            self.fun_scale = max(1.0, _largest(start.gradient) / STEEP)
            slopes = np.max(np.abs(self.jacobian(start.z)), axis=1, initial=0.0)
            self.row_scale = np.clip(1.0, slopes / STEEP, self.rows.ranges)
        self.low, self.high = self.rows.lower / self.row_scale, self.rows.upper / self.row_scale
        self.tolerance = self.rows.allowed / self.row_scale
        self._known = self._good = self._jacobian = None

    @property
    def size(self) -> int:
        """The number of scalar decisions."""
        return self.lower.size

    @property
    def equality(self) -> np.ndarray:
        """Which rows are equalities, (m,)."""
        return self.low == self.high

    def scaled(self, x: np.ndarray) -> np.ndarray:
        """Return x, put into its box, in the scaled units."""
        return np.clip(x, self._x_lower, self._x_upper) / self.x_scale

    def unscaled(self, z: np.ndarray) -> np.ndarray:
        """Return z in the caller's units, inside the box exactly."""
        return np.clip(z * self.x_scale, self._x_lower, self._x_upper)

    def inside(self, z: np.ndarray) -> np.ndarray:
        """Return z put into the box."""
        return np.clip(z, self.lower, self.upper)

    def at(self, z: np.ndarray) -> Evaluation:
        """Return cost, gradient and constraint values at z; the last point is remembered."""
        if self._known is not None and np.array_equal(self._known.z, z):
            return self._known
        if not np.isfinite(z).all():
            return self._repelled(np.array(z))
        x = self.unscaled(z)
        fun, gradient = self.compiled.cost(x)
        values = self.rows.values(x) / self.row_scale
        self.count(z)
        gradient = np.array(gradient, dtype=np.float64) * self.x_scale / self.fun_scale
        finite = bool(np.isfinite(fun) and np.isfinite(gradient).all() and np.isfinite(values).all())
        if finite:
            found = Evaluation(np.array(z), fun / self.fun_scale, gradient, values, True)
            self._good = found
        else:
            self.nonfinite += 1
            found = self._repelled(np.array(z))
        self._known = found
        return found

    def count(self, z: np.ndarray) -> None:
        """Count an evaluation at z, unless it is the point that was counted last."""
        if self._counted is None or not np.array_equal(self._counted, z):
            self.evaluations += 1
            self._counted = np.array(z)

    def jacobian(self, z: np.ndarray) -> np.ndarray:
        """Return the derivatives of the constraints at z, (m, n); finite."""
        if self._jacobian is not None and np.array_equal(self._jacobian[0], z):
            return self._jacobian[1]
        jacobian = self.rows.jacobian(self.unscaled(z))
        if (self.x_scale != 1).any():
            jacobian *= self.x_scale
        if (self.row_scale != 1).any():
            jacobian /= self.row_scale[:, None]
        with np.errstate(all="ignore"):
            finite = np.isfinite(jacobian.sum())  # it may overflow where all are finite: look closer
        if not finite and not np.isfinite(jacobian).all():
            jacobian = np.nan_to_num(jacobian, nan=0.0, posinf=0.0, neginf=0.0)
        self._jacobian = (np.array(z), jacobian)
        return jacobian

    def pullback(self, z: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return ``weights @ jacobian(z)`` without the Jacobian."""
        return self.rows.pullback(self.unscaled(z), weights / self.row_scale) * self.x_scale

    def slopes(self, points: np.ndarray, multipliers: np.ndarray) -> np.ndarray | None:
        """Return the gradients of ``f + multipliers @ c`` at `points`, (k, n) both; None where one is not
        finite.
        """
        if self.cost_of_many is None:
            found = []
            for z in points:
                seen = self.at(z)
                if not seen.finite:
                    return None
                pulled = self.pullback(z, multipliers) if multipliers.any() else 0.0
                found.append(seen.gradient + pulled)
            return np.array(found)
        x = np.clip(points * self.x_scale, self._x_lower, self._x_upper)
        prices = np.tile(multipliers / self.row_scale, (len(x), 1))
        nothing = np.zeros_like(prices)
        weight = np.full(len(x), 1.0 / self.fun_scale)
        with np.errstate(all="ignore"):
            totals, gradients, _ = self.cost_of_many(x, weight, prices, nothing, nothing)
        self.evaluations += len(x)
        return (
            gradients * self.x_scale if np.isfinite(totals).all() and np.isfinite(gradients).all() else None
        )

    def forget_jacobian(self) -> None:
        """Let go of the derivatives at the last point, which may be large."""
        self._jacobian = None

    def breaches(self, values: np.ndarray) -> np.ndarray:
        """Return by how much each row is outside its limits, (m,)."""
        return np.maximum(np.maximum(self.low - values, values - self.high), 0.0)

    def infeasibility(self, values: np.ndarray) -> float:
        """Return the largest breach, in units of what counts as none: at most 1 for a feasible point."""
        breach = np.where(np.isnan(values), np.inf, self.breaches(values))
        return float(np.max(breach / self.tolerance, initial=0.0))

    def _repelled(self, z: np.ndarray) -> Evaluation:
        """Return what stands for a point where something is not finite."""
        good = self._good
        if good is None:
            return Evaluation(
                z, HUGE, np.zeros(self.size), np.where(np.isfinite(self.low), self.low, self.high), False
            )
        return Evaluation(z, good.fun + HUGE * (1.0 + abs(good.fun)), good.gradient, good.values, False)


def _largest(vector: np.ndarray) -> float:
    return float(np.max(np.abs(vector), initial=0.0))
