"""The cost together with the limits that hold it back at the best point known, and lines below both.

The limits are weighted by their multipliers at that point: near a constrained minimum only the sum has a
slope of zero. Whatever the weights are, a lower bound of the sum is one of the cost wherever the limits are
kept.
"""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.derivatives.adjoints import adjoint_bounds
from graphopt.enclosures.derivatives.hessians import HessianBelow, convex_by_signs, hessian_below
from graphopt.enclosures.enclosure import Enclosure, Range
from graphopt.enclosures.intervals import interval_bounds
from graphopt.solvers.branching.half_spaces import EPSILON
from graphopt.solvers.branching.pullback import cost_and_gradient, jacobian_of
from graphopt.solvers.branching.taylor_lines import LinesBelow, lines_below
from graphopt.solvers.constrained.kkt import active_limits, fitted_multipliers
from graphopt.solvers.limits import Limits, finite_size
from graphopt.structure.program import Program

NEAR = 1e-6  # how close rows are to limits that hold the cost back, relative to max(1, |limit|)


class Lagrangian:
    """``cost + multipliers @ (rows - limits)``, the multipliers zero until a point is looked at.

    Parameters
    ----------
    program : Program
        ``outputs[0]`` is the cost.
    limits : Limits
        Of the other outputs.
    lower, upper : array, (n,)
        The whole box.
    """

    def __init__(self, program: Program, limits: Limits, lower: np.ndarray, upper: np.ndarray) -> None:
        self.program, self.limits, self.box = program, limits, (lower, upper)
        self.multipliers = np.zeros(len(limits))
        self._of: np.ndarray | None = None

    def look(self, x: np.ndarray) -> None:
        """Take the multipliers from the point x, (n,)."""
        if not len(self.limits) or x is self._of:
            return
        self._of, self.multipliers = x, np.zeros(len(self.limits))
        gradient = cost_and_gradient(self.program, x[None])[1][0]
        values = np.concatenate(self.program(x[None])[1:], axis=1)[0]
        sides = self.limits.lower, self.limits.upper
        sizes = np.maximum(1.0, np.maximum(finite_size(sides[0]), finite_size(sides[1])))
        reach = NEAR * np.maximum(1.0, np.abs(x))
        active = active_limits(x, values, self.box, sides, near=NEAR * sizes, near_bound=reach)
        rows = np.flatnonzero(active.rows_high | active.rows_low)
        slopes = jacobian_of(self.program, x, rows)
        if np.isfinite(gradient).all() and np.isfinite(slopes).all():
            active = active._replace(rows_high=active.rows_high[rows], rows_low=active.rows_low[rows])
            self.multipliers[rows] = fitted_multipliers(gradient, slopes, active).rows

    def newton_point(self, x: np.ndarray) -> np.ndarray:
        """Return the point that one Newton step on the conditions of x leads to, (n,), inside the box.

        The conditions are those of a minimum under the limits and bounds that hold the cost back at x.
        """
        self.look(x)
        used = np.flatnonzero(self.multipliers)
        hessian = self.hessian(interval_bounds(self.program, x[None], x[None]))
        gradient = cost_and_gradient(self.program, x[None])[1][0]
        slopes = jacobian_of(self.program, x, used)
        rest = gradient + self.multipliers[used] @ slopes
        reach = NEAR * np.maximum(1.0, np.abs(x))
        lower, upper = self.box
        free = ~(((x <= lower + reach) & (rest > 0)) | ((x >= upper - reach) & (rest < 0)))
        outputs = self.program(x[None])[1:]
        values = np.concatenate(outputs, axis=1)[0, used] if outputs else np.zeros(0)
        sides = np.where(self.multipliers > 0, self.limits.upper, self.limits.lower)[used]
        k = int(free.sum())
        matrix = np.zeros((k + used.size, k + used.size))
        matrix[:k, :k] = hessian.centre[0][np.ix_(free, free)]
        matrix[k:, :k], matrix[:k, k:] = slopes[:, free], slopes[:, free].T
        right = np.concatenate([-gradient[free], sides - values])
        if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
            return x
        step = np.zeros_like(x)
        step[free] = np.linalg.lstsq(matrix, right, rcond=1e-14)[0][:k]
        return np.clip(x + step, lower, upper)

    def lines(
        self,
        enclosure: Enclosure,
        points: np.ndarray,
        lower: np.ndarray,
        upper: np.ndarray,
        *,
        hessians: bool = True,
    ) -> LinesBelow:
        """Return lines below the cost of the points of boxes that keep the limits.

        Parameters
        ----------
        enclosure : Enclosure
            Of the boxes, or of larger ones.
        points, lower, upper : array, (B, n)
            A point of each box, and its ends.
        hessians : bool
            Whether to take the time for Hessians; without, there are lines only where signs show convexity.
        """
        if hessians:
            hessian = self.hessian(enclosure)
        else:
            hessian = convex_by_signs(self.program, enclosure, self._weights())
        return lines_below(*self.taylor(points), hessian, points, lower, upper)

    def taylor(self, points: np.ndarray) -> tuple[np.ndarray, Range]:
        """Return lower bounds of the sum at points (B, n), and bounds of its gradient there: (B,), and two
        arrays (B, n)."""
        at = interval_bounds(self.program, points, points)
        zero = np.zeros((1, 1, self.program.size))
        weights = {k: row[None] for k, row in self._weights().items()}
        low, high = adjoint_bounds(self.program, at, weights).get(0, (zero, zero))
        gradient = np.broadcast_to(low[:, 0], points.shape), np.broadcast_to(high[:, 0], points.shape)
        return self._value(at), gradient

    def hessian(self, enclosure: Enclosure) -> HessianBelow:
        """Return forms below the Hessian of the sum over the boxes of `enclosure`."""
        return hessian_below(self.program, enclosure, self._weights())

    def _weights(self) -> dict[int, np.ndarray]:
        """Return the weights of the cost's and the rows' elements, by output."""
        weights, start = {0: np.ones(1)}, 0
        for k, output in enumerate(self.program.outputs[1:], 1):
            part = self.multipliers[start : start + output.size]
            start += output.size
            if part.any():
                weights[k] = part
        return weights

    def _value(self, at: Enclosure) -> np.ndarray:
        """Return lower bounds of the sum: (B,)."""
        value = at.outputs[0][0][:, 0]
        used = np.flatnonzero(self.multipliers)
        if not used.size:
            return value
        weights = self.multipliers[used]
        low, high = (np.concatenate(side, axis=1)[:, used] for side in zip(*at.outputs[1:], strict=True))
        rows = np.where(weights > 0, low, high)
        sides = np.where(weights > 0, self.limits.greatest[used], self.limits.least[used])
        with np.errstate(invalid="ignore"):
            size = np.abs(value) + (np.abs(weights) * (np.abs(rows) + np.abs(sides))).sum(axis=1)
            total = value + (weights * (rows - sides)).sum(axis=1)
            return np.asarray(total - (used.size + 4) * EPSILON * size)
