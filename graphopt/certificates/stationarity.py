"""First-order conditions in a box: the projected gradient, the active bounds, their multipliers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Multipliers(NamedTuple):
    """What each bound costs: the gain in the objective per unit by which the bound is moved outwards; zero
    or more.
    """

    lower: np.ndarray
    upper: np.ndarray


def projected_gradient(
    x: np.ndarray, gradient: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Return ``x - P(x - gradient)``, P the projection on the box, for a cost to be minimised; zero at a
    stationary point.

    Computed from the gradient and the room to each bound, so that no digits are lost to a large `x`.
    """
    return np.where(gradient > 0, np.minimum(gradient, x - lower), np.maximum(gradient, x - upper))


def multipliers(x: np.ndarray, gradient: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Multipliers:
    """Return the multipliers of the bounds for a cost to be minimised.

    They solve ``gradient - multiplier_lower + multiplier_upper = 0`` where a bound is active. Moving an
    active lower bound down by a small e lowers the optimal cost by e times its multiplier; likewise for upper
    bounds, up.
    """
    at_lower, at_upper = x <= lower, x >= upper
    return Multipliers(
        np.where(at_lower, np.maximum(gradient, 0.0), 0.0),
        np.where(at_upper, np.maximum(-gradient, 0.0), 0.0),
    )


def active_bounds(x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return -1 where `x` is at its lower bound, 1 at its upper bound, 2 where both are equal, else 0."""
    at_lower, at_upper = x <= lower, x >= upper
    return np.where(at_lower & at_upper, 2, np.where(at_lower, -1, np.where(at_upper, 1, 0)))
