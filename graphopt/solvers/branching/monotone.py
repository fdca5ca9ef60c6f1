"""Coordinates along which the cost only rises or only falls in a box: they stay at one end of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.enclosures.derivatives.gradients import gradient_bounds
from graphopt.enclosures.enclosure import Enclosure
from graphopt.solvers.branching.boxes import Boxes
from graphopt.solvers.branching.splitting import steepness
from graphopt.solvers.limits import Limits
from graphopt.structure.program import Program


def collapsed(program: Program, limits: Limits, boxes: Boxes) -> tuple[Boxes, np.ndarray]:
    """Return the boxes with every coordinate that helps in one direction only moved there for good, and which
    of them changed by it, or have become points: a mask (B,).

    The boxes come with bounds of the cost's gradient, and go with how much each coordinate matters.
    """
    assert boxes.known is not None
    assert boxes.slope is not None
    if not len(boxes):
        return boxes, np.zeros(0, dtype=bool)
    assert boxes.gradient is not None
    low, high = boxes.gradient
    steep = steepness(boxes.slope, (low, high), boxes.lower, boxes.upper)
    wide = boxes.upper > boxes.lower
    down, up = wide & (low >= 0), wide & (high <= 0)
    if len(limits) and (down.any() or up.any()):
        free_down, free_up = _unlimited(program, limits, boxes.known)
        down, up = down & free_down, up & free_up
    lower = np.where(up & ~down, boxes.upper, boxes.lower)
    upper = np.where(down, boxes.lower, boxes.upper)
    bounded_lower, bounded_upper = boxes.known.values[0]
    points = (lower == upper).all(axis=1) & (bounded_lower < bounded_upper).any(axis=1)
    again = (down | up).any(axis=1) | points
    return replace(boxes, lower=lower, upper=upper, steep=steep), again


def _unlimited(program: Program, limits: Limits, known: Enclosure) -> tuple[np.ndarray, np.ndarray]:
    """Return along which coordinates a step down, and a step up, cannot break a limit: (B, n) twice."""
    down = up = np.ones(known.values[0][0].shape, dtype=bool)
    start = 0
    for k, output in enumerate(program.outputs[1:], 1):
        rows = slice(start, start + output.size)
        start += output.size
        low, high = gradient_bounds(program, known, k)
        least, greatest = known.outputs[k]
        over = (greatest > limits.upper[rows])[:, :, None]  # the upper limit may matter in this box
        under = (least < limits.lower[rows])[:, :, None]
        rises, falls = low >= 0, high <= 0
        down = down & ((rises | ~over) & (falls | ~under)).all(axis=1)
        up = up & ((falls | ~over) & (rises | ~under)).all(axis=1)
    return down, up
