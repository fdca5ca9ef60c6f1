"""Gradients of a program at many points at once, by one sweep from the outputs to the decisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphopt.structure.forms import times
from graphopt.structure.functions import FUNCTIONS
from graphopt.structure.program import Program


def pullback(
    program: Program, values: Sequence[np.ndarray], seeds: Sequence[np.ndarray | None]
) -> np.ndarray:
    """Return ``sum over k of seeds[k] @ d outputs[k] / d x``: (B, n).

    Parameters
    ----------
    values : list of array
        What `Program.values` gave for the points.
    seeds : list of array, (B, size of the output), or None
        The weights of each output's elements; None for an output that does not count.
    """
    gradients = [np.zeros_like(value) for value in values]
    for output, seed in zip(program.outputs, seeds, strict=True):
        if seed is not None:
            for earlier, matrix in output.terms.items():
                gradients[earlier] += times(seed, matrix)
    for g in range(len(program.groups) - 1, 0, -1):
        group = program.groups[g]
        arguments = [form(values) for form in group.arguments]
        slopes = FUNCTIONS[group.function].slope(*arguments, group.parameter)
        for form, slope in zip(group.arguments, slopes, strict=True):
            weight = gradients[g] * slope
            for earlier, matrix in form.terms.items():
                gradients[earlier] += times(weight, matrix)
    return gradients[0]


def cost_and_gradient(program: Program, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cost ``outputs[0]`` and its gradient at the points `x`, (B, n): (B,) and (B, n)."""
    with np.errstate(all="ignore"):
        values = program.values(x)
        cost = program.outputs[0](values)[:, 0]
        seeds = [np.ones((len(x), 1))] + [None] * (len(program.outputs) - 1)
        return cost, pullback(program, values, seeds)


def jacobian_of(program: Program, x: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the gradients at the point x, (n,), of elements of the outputs after the cost: (len(rows), n).

    Parameters
    ----------
    rows : array of int
        Which, the elements of all those outputs numbered one after the other.
    """
    sizes = [output.size for output in program.outputs]
    seeds = np.zeros((rows.size, sum(sizes)))
    seeds[np.arange(rows.size), sizes[0] + rows] = 1.0
    with np.errstate(all="ignore"):
        values = [np.repeat(v, rows.size, axis=0) for v in program.values(x[None])]
        return pullback(program, values, np.split(seeds, np.cumsum(sizes)[:-1], axis=1))
