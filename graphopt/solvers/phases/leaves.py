"""Nodes where every neuron is decided: linear programs over the decisions."""

from __future__ import annotations

import numpy as np

from graphopt.solvers.linear.model import LinearModel, Vertex, dual_bound, proves_infeasible, solve_linear
from graphopt.solvers.phases.neurons import Neurons
from graphopt.solvers.phases.nodes import Nodes


def leaf_model(neurons: Neurons, leaf: Nodes) -> tuple[LinearModel, float]:
    """Return the linear program of a node, one of them, with every neuron decided; and the rounding error of
    its cost."""
    from scipy import sparse

    n, pieces = neurons.n, neurons.pieces
    on = leaf.low[0] >= 0
    matrix, constant = np.zeros((neurons.columns, n)), np.zeros(neurons.columns)
    matrix[:n] = np.eye(n)
    error = np.zeros(neurons.columns)  # of each column, by rounding
    rows, shifts, lost = np.zeros((neurons.u, n)), np.zeros(neurons.u), np.zeros(neurons.u)
    for block in neurons.blocks:
        own, before = slice(block.start, block.stop), n + block.start
        rows[own] = block.matrix @ matrix[:before]
        shifts[own] = block.matrix @ constant[:before] + pieces.argument.constant[own]
        lost[own] = np.abs(block.matrix) @ error[:before] + neurons.tolerance * neurons.sizes[own]
        columns = slice(before, n + block.stop)
        matrix[columns], constant[columns] = np.where(on[own, None], rows[own], 0.0), on[own] * shifts[own]
        error[columns] = on[own] * lost[own]
    limited = neurons.limited @ matrix
    model = LinearModel(
        neurons.cost @ matrix,
        float(neurons.cost @ constant + neurons.cost_constant),
        sparse.csr_array(np.concatenate([rows, limited])),
        np.concatenate([np.where(on, -shifts, -np.inf), np.full(len(limited), -np.inf)]),
        np.concatenate([np.where(on, np.inf, -shifts), -neurons.limited @ constant - neurons.shifts]),
        leaf.lower[0],
        leaf.upper[0],
        np.concatenate([lost, np.abs(neurons.limited) @ error + neurons.tolerance * neurons.limited_sizes]),
    )
    return model, float(np.abs(neurons.cost) @ error + neurons.tolerance * neurons.cost_size)


def solved_leaf(neurons: Neurons, leaf: Nodes) -> tuple[np.ndarray | None, float]:
    """Return the best point of a node, one of them, with every neuron decided, and a bound: no point of it
    costs less; inf if it is proved to hold none."""
    model, error = leaf_model(neurons, leaf)
    vertex: Vertex = solve_linear(model)
    if vertex.x is None or vertex.duals is None:
        empty = vertex.status == "infeasible" and proves_infeasible(model)
        return None, np.inf if empty else float(leaf.bound[0])
    return vertex.x, max(float(leaf.bound[0]), dual_bound(model, vertex.duals) - error)
