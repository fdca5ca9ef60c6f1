"""Karush-Kuhn-Tucker conditions: the multipliers that fit best at a point, and what is left over."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from graphopt.solvers.constrained.nonnegative import MANY, nonnegative_weights


class Kkt(NamedTuple):
    """The conditions at one point, for ``L = f + rows @ c + bounds @ x``.

    Attributes
    ----------
    rows : array, (m,)
        Multipliers of the constraints: positive where an upper limit holds the cost back, negative where a
        lower limit does; of either sign for equalities. Moving the limit by e changes the best cost by
        ``-e * multiplier``.
    bounds : array, (n,)
        Those of the bounds of x, by the same rule.
    residual : array, (n,)
        The gradient of L.
    """

    rows: np.ndarray
    bounds: np.ndarray
    residual: np.ndarray

    @property
    def largest(self) -> float:
        """The largest component of the residual."""
        return float(np.max(np.abs(self.residual), initial=0.0))


class Active(NamedTuple):
    """Which limits are active: rows and bounds, at their upper and their lower limit."""

    rows_high: np.ndarray
    rows_low: np.ndarray
    at_upper: np.ndarray
    at_lower: np.ndarray


def active_limits(
    x: np.ndarray,
    values: np.ndarray,
    box: tuple[np.ndarray, np.ndarray],
    limits: tuple[np.ndarray, np.ndarray],
    *,
    near: np.ndarray | float,
    near_bound: np.ndarray | float = 0.0,
) -> Active:
    """Return which limits are active at x: within `near` for rows, `near_bound` for bounds.

    Parameters
    ----------
    x, values : array, (n,) and (m,)
        The point and the values of the constraints there.
    box, limits : pairs of arrays
        Lower and upper bounds of x; lower and upper limits of the rows.
    """
    return Active(
        limits[1] - values <= near,
        values - limits[0] <= near,
        box[1] - x <= near_bound,
        x - box[0] <= near_bound,
    )


def fitted_multipliers(gradient: np.ndarray, jacobian: np.ndarray, active: Active) -> Kkt:
    """Return the multipliers of the active limits that leave least over, by nonnegative least squares.

    Parameters
    ----------
    gradient : array, (n,)
        Of the cost.
    jacobian : array, (m, n)
        Of the constraints.
    active : Active
        Which limits may have a multiplier.
    """
    m, n = jacobian.shape
    high, low = np.flatnonzero(active.rows_high), np.flatnonzero(active.rows_low)
    upper, lower = np.flatnonzero(active.at_upper), np.flatnonzero(active.at_lower)
    free = ~(active.at_upper | active.at_lower)
    rows = np.concatenate([jacobian[high], -jacobian[low]])
    rows_multipliers, bounds = np.zeros(m), np.zeros(n)
    whole, lengths = np.linalg.norm(rows, axis=1), np.linalg.norm(rows[:, free], axis=1)
    lengths = np.where(lengths > 0, lengths, np.where(whole > 0, whole, 1.0))
    weights = nonnegative_weights(_columns(rows / lengths[:, None], upper, lower), -gradient)
    on_rows, on_bounds = weights[: len(rows)] / lengths, weights[len(rows) :]
    np.add.at(rows_multipliers, high, on_rows[: len(high)])
    np.add.at(rows_multipliers, low, -on_rows[len(high) :])
    np.add.at(bounds, upper, on_bounds[: len(upper)])
    np.add.at(bounds, lower, -on_bounds[len(upper) :])
    residual = gradient + rows_multipliers @ jacobian + bounds
    return Kkt(rows_multipliers, bounds, residual)


def _columns(rows: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> Any:
    """Return the gradients of rows, then of bounds by number, as columns; sparse where they are many."""
    n = rows.shape[1]
    if len(rows) + len(upper) + len(lower) < MANY:
        return np.concatenate([rows, np.eye(n)[upper], -np.eye(n)[lower]]).T
    from scipy.sparse import csr_array, eye_array, vstack

    unit = eye_array(n, format="csr")
    return vstack([csr_array(rows), unit[upper], -unit[lower]]).T
