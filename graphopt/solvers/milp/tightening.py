"""Bounds of neurons' arguments tightened by linear programs, before they become coefficients.

A. M. Gleixner, T. Berthold, B. Müller and S. Weltge, "Three enhancements for optimization-based bound
tightening", Journal of Global Optimization 67 (2017).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from graphopt.enclosures.enclosure import Enclosure
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.solvers.linear.model import LinearModel, dual_bound, solve_linear
from graphopt.solvers.milp.piecewise import piecewise
from graphopt.structure.program import Program

PADDING = 1e-9  # relative: what is left of a coefficient's rounding in a linear program over neurons


def tightened_arguments(
    program: Program, lower: np.ndarray, upper: np.ndarray, enclosure: Enclosure, *, until: float = np.inf
) -> Enclosure:
    """Return `enclosure`, of the one box, with tighter arguments of relu groups that stand over others.

    Group after group, each argument that may have either sign is bounded from both sides by the duals of a
    linear program, and what follows from that is worked out for the groups behind. It ends at the time
    `until`.
    """
    for g, group in enumerate(program.groups[1:], 1):
        form = group.arguments[0]
        if set(form.terms) <= {0}:
            continue
        low, high = (side[0].copy() for side in enclosure.arguments[g][0])
        either = np.flatnonzero((low < 0) & (high > 0))
        if not either.size:
            continue
        whole = piecewise(program, enclosure)
        base = whole.before(g).relaxation()
        own = whole.groups == g
        rows, constants = whole.argument.matrix[own, : base.cost.size], whole.argument.constant[own]
        for k, place in enumerate(either):
            if time.perf_counter() > until:
                break
            least = _least(base, rows[k], float(constants[k]))
            most = -_least(base, -rows[k], -float(constants[k]))
            low[place], high[place] = max(low[place], least), min(high[place], most)
        known = list(enclosure.arguments)
        known[g] = ((low[None], high[None]),)
        within = Enclosure(tuple(known), enclosure.values, enclosure.outputs)
        enclosure = linear_bounds(program, lower[None], upper[None], within=within).enclosure
        if time.perf_counter() > until:
            break
    return enclosure


def _least(base: LinearModel, cost: np.ndarray, constant: float) -> float:
    """Return a lower bound of ``cost @ columns + constant`` over the linear program `base`."""
    model = replace(base, cost=cost, constant=constant)
    vertex = solve_linear(model, polish=False)
    bound = -np.inf if vertex.duals is None else dual_bound(model, vertex.duals)
    return bound - PADDING * max(1.0, abs(bound))
