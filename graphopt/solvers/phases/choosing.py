"""Which neuron to hold on and off next, by what it would be worth."""

from __future__ import annotations

import numpy as np

from graphopt.solvers.phases.neurons import Below, Lines, Neurons
from graphopt.solvers.phases.nodes import Nodes

CANDIDATES = 8
LOT = 64  # nodes looked at together


def best_split(neurons: Neurons, nodes: Nodes, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return for each node an undecided neuron to split on, and the bounds of its two parts: (B,) and (B, 2).

    Every node has one. The few neurons whose lines are farthest from relu where the bound is taken, weighted
    as they enter it, are tried out with the multipliers of the node; the one is taken whose two bounds rise
    most, as far as `level` (filtered smart branching: A. De Palma and others, "Improved branch and bound for
    neural network verification via Lagrangian decomposition", 2021).
    """
    lots = [
        _best_of_few(neurons, nodes.rows(np.arange(start, min(start + LOT, len(nodes)))), level)
        for start in range(0, len(nodes), LOT)
    ]
    place, bounds = zip(*lots, strict=True)
    return np.concatenate(place), np.concatenate(bounds)


def _best_of_few(neurons: Neurons, nodes: Nodes, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the same for nodes whose candidates stay in the cache together."""
    lines = Lines.of(nodes.low, nodes.high)
    below = neurons.below(nodes, lines)
    score = _scores(neurons, nodes, lines, below)
    count = min(CANDIDATES, neurons.u)
    tried = np.argpartition(-score, count - 1, axis=1)[:, :count]
    children = nodes.rows(np.repeat(np.arange(len(nodes)), count)).split(tried.ravel())
    bounds = neurons.below(children, Lines.of(children.low, children.high)).bound
    bounds = np.minimum(np.maximum(bounds, children.bound), level).reshape(len(nodes), count, 2)
    gains = bounds.sum(axis=2)
    gains[np.take_along_axis(score, tried, axis=1) < 0] = -np.inf
    best = gains.argmax(axis=1)[:, None]
    place = np.take_along_axis(tried, best, axis=1)[:, 0]
    return place, np.take_along_axis(bounds, best[:, :, None], axis=1)[:, 0]


def _scores(neurons: Neurons, nodes: Nodes, lines: Lines, below: Below) -> np.ndarray:
    """Return how much of the bound each neuron may cost, negative for decided ones: (B, u).

    Two measures, each as a share of its largest: what relu differs from its line by where the bound is taken,
    and what it differs by at most.
    """
    columns, arguments = neurons.at_the_least(nodes, lines, below)
    weights = np.abs(below.weights)
    here = weights * np.abs(columns[:, neurons.n :] - np.maximum(arguments, 0.0))
    slope = nodes.multipliers[:, : neurons.u]
    under = 2.0 * np.minimum(slope, 1.0 - slope) * np.minimum(-nodes.low, nodes.high)
    most = weights * np.where(below.weights < 0, lines.upper_constant, under)
    shares = [
        part / np.maximum(np.where(lines.undecided, part, 0.0).max(axis=1, keepdims=True), 1e-300)
        for part in (here, most)
    ]
    return np.where(lines.undecided, shares[0] + shares[1], -1.0)
