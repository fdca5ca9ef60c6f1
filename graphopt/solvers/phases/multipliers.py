"""Better multipliers of a bound, for many nodes at once.

The bound is a concave function of the multipliers and its slopes are known where it is taken: it is raised by
steps of D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, inside the
multipliers' own bounds. Any multipliers give a bound that holds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.solvers.phases.neurons import Below, Lines, Neurons
from graphopt.solvers.phases.nodes import Nodes

STEP, DECAY = 0.25, 0.85  # the first step in units of a multiplier, and what each is of the one before
MEMORY, MEMORY_OF_SQUARES = 0.8, 0.9
LEAST = 0.05  # unit of a price: the neuron's weight, and this share of the mean weight
FEW = 0.8  # share of the nodes below which those that are done are left out


def improved(neurons: Neurons, nodes: Nodes, level: float, rounds: int) -> tuple[Nodes, Below]:
    """Return `nodes` with the best multipliers met in so many rounds, their bounds, and what was below the
    cost with these.

    A node whose bound has reached `level` is left as it is.
    """
    given = nodes
    lines = Lines.of(nodes.low, nodes.high)
    best, found = nodes.multipliers.copy(), neurons.below(nodes, lines)
    result = [found.bound.copy(), found.slope.copy(), found.constant.copy(), found.weights.copy()]
    where = np.arange(len(nodes))
    mean, square = np.zeros_like(best), np.zeros_like(best)
    for count in range(rounds):
        live = found.bound < level
        if not live.any():
            break
        if live.mean() < FEW:
            index = np.flatnonzero(live)
            where, nodes, lines, found = where[index], nodes.rows(index), lines.rows(index), found.rows(index)
            mean, square = mean[index], square[index]
        rise, unit = _rise(neurons, nodes, lines, found)
        mean = MEMORY * mean + (1.0 - MEMORY) * rise
        square = MEMORY_OF_SQUARES * square + (1.0 - MEMORY_OF_SQUARES) * rise**2
        step = STEP * DECAY**count * (1.0 - MEMORY_OF_SQUARES ** (count + 1)) ** 0.5
        step /= 1.0 - MEMORY ** (count + 1)
        moved = nodes.multipliers + step * unit * mean / (np.sqrt(square) + 1e-12)
        moved = np.maximum(moved, 0.0)
        moved[:, : neurons.u] = np.where(
            lines.undecided, np.minimum(moved[:, : neurons.u], 1.0), moved[:, : neurons.u]
        )
        nodes = replace(nodes, multipliers=moved)
        found = neurons.below(nodes, lines)
        rises = np.flatnonzero(found.bound > result[0][where])
        best[where[rises]] = moved[rises]
        for kept, new in zip(result, (found.bound, found.slope, found.constant, found.weights), strict=True):
            kept[where[rises]] = new[rises]
    return replace(given, multipliers=best, bound=np.maximum(given.bound, result[0])), Below(*result)


def _rise(neurons: Neurons, nodes: Nodes, lines: Lines, found: Below) -> tuple[np.ndarray, np.ndarray]:
    """Return how the bounds rise with their multipliers, per unit of these, and the units: (B, u + m)."""
    columns, arguments = neurons.at_the_least(nodes, lines, found)
    size = np.abs(found.weights)
    unit = np.where(lines.undecided, 1.0, size + LEAST * size.sum(axis=1, keepdims=True) / max(neurons.u, 1))
    slopes = np.where(lines.undecided, np.maximum(found.weights, 0.0) * arguments, -lines.sign * arguments)
    excess = columns @ neurons.limited.T + neurons.shifts
    of_limits = np.broadcast_to(neurons.limit_units, excess.shape)
    rise = np.concatenate([slopes * unit, excess * of_limits], axis=1)
    return rise, np.concatenate([unit, of_limits], axis=1)
