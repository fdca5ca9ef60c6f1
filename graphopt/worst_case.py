"""The worst case of scenarios between bounds, which a proof needs and a local search does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pytensor.graph.traversal import ancestors

from graphopt.bounding import bounds
from graphopt.problem.problem import Problem
from graphopt.problem.scenarios import case_objectives
from graphopt.structure.lowering import NotLowered

MARGIN = 1e-3  # relative; how far the bounds stay away from what any case can reach, so that none is active


def bounded_worst_case(problem: Problem) -> Problem:
    """Return `problem` with finite bounds, beyond the objectives of all cases, for its variable of the worst.

    Without such a variable, or where nothing is known of the objectives, it stays as it is.
    """
    others = problem.decisions
    if len(others) == len(problem.variables):
        return problem
    low, high = np.inf, -np.inf
    for objective in case_objectives(problem.outputs):
        inside = set(ancestors([objective]))
        box = {v.expression: (v.lower, v.upper) for v in others if v.expression in inside}
        try:
            found = bounds(objective, over=box, fixed={x: v for x, v in problem.fixed.items() if x in inside})
        except NotLowered:
            return problem
        low, high = min(low, float(found.lower)), max(high, float(found.upper))
    margin = MARGIN * (1.0 + abs(low) + abs(high))
    if not np.isfinite(margin):
        return problem
    bounded = replace(problem.variables[-1], lower=low - margin, upper=high + margin)
    return replace(problem, variables=(*others, bounded))
