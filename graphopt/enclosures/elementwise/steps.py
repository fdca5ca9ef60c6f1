"""Bounds of functions that jump by 1 and are flat in between: steps and rounding to whole numbers."""

from __future__ import annotations

import numpy as np

from graphopt.enclosures.enclosure import Range
from graphopt.structure.functions import FUNCTIONS

STEPS = {"step": 1.0, "floor": 0.0, "round": 0.5}
"""By function: where it jumps to 1, or how far the value after any jump is from the place of the jump."""


def step_image(function: str, parameter: float, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return the values at the ends: the functions never fall, and these are exact."""
    value = FUNCTIONS[function].value
    return value(lower, parameter), value(upper, parameter)


def step_slopes(function: str, parameter: float, lower: np.ndarray, upper: np.ndarray) -> Range:
    """Return bounds of differences over distances: 0 where there is no jump, else from 0 to infinity."""
    low, high = step_image(function, parameter, lower, upper)
    return np.zeros_like(lower), np.where(low == high, 0.0, np.inf)


def step_lines(
    function: str, parameter: float, lower: np.ndarray, upper: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return slope and constant of a line below the function and of one above.

    Over one jump a line turns round its foot, below, or its head, above: level, or to the other end of the
    interval, whatever is nearer at `points`. Over several jumps the lines go from foot to foot and from head
    to head.
    """
    lower, upper, points = np.broadcast_arrays(lower, upper, points)
    low, high = step_image(function, parameter, lower, upper)
    jump = high - STEPS[function]
    several, none = high - low > 1.5, low == high
    beyond, before = upper - jump, jump - lower
    rising = np.where((points > jump) & (beyond > 0), 1.0 / beyond, 0.0)
    below = np.where(none, 0.0, np.where(several, 1.0, rising))
    rising = np.where((points < jump) & (before > 0), 1.0 / before, 0.0)
    above = np.where(none, 0.0, np.where(several, 1.0, rising))
    foot = np.where(several, STEPS[function] - 1.0, low - below * jump)
    head = np.where(several, STEPS[function], high - above * jump)
    return below, np.where(none, low, foot), above, np.where(none, high, head)
