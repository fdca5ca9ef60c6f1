"""Programs of random networks, made without a graph, for tests of bounds and exact methods."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphopt.structure.forms import Form, group_form, transformed
from graphopt.structure.program import Group, Program


def dense_program(weights, biases, activations):
    """Return the program of a network of dense layers: `weights` are (n_in, n_out), one activation a layer.

    An activation is a key of `graphopt.structure.functions.FUNCTIONS`, or None for a linear layer.
    """
    groups = [Group("input", len(weights[0]))]
    form = group_form(0, groups[0].size)
    for W, b, activation in zip(weights, biases, activations, strict=True):
        form = transformed(np.ascontiguousarray(W.T), form)
        form = Form(form.constant + b, form.terms)
        if activation is not None:
            groups.append(Group(activation, form.size, (form,)))
            form = group_form(len(groups) - 1, form.size)
    return Program(tuple(groups), (form,))


def random_network(rng, sizes, activation, scale=1.0):
    """Return weights, biases and activations of a dense network with `sizes`, the last layer linear."""
    weights = [scale * rng.normal(size=(m, n)) / np.sqrt(m) for m, n in pairwise(sizes)]
    biases = [scale * 0.5 * rng.normal(size=n) for n in sizes[1:]]
    return weights, biases, [activation] * (len(sizes) - 2) + [None]


def random_program(rng, sizes, activation, scale=1.0):
    """Return the program of a random dense network with one linear output layer."""
    return dense_program(*random_network(rng, sizes, activation, scale))


def skipping_program(rng):
    """Return a program of relu over three decisions whose second group and cost also depend on all before."""
    first = Group("relu", 6, (Form(rng.normal(size=6), {0: rng.normal(size=(6, 3))}),))
    second = Form(rng.normal(size=5), {0: rng.normal(size=(5, 3)), 1: rng.normal(size=(5, 6))})
    cost = Form(rng.normal(size=1), {g: rng.normal(size=(1, k)) for g, k in ((0, 3), (1, 6), (2, 5))})
    return Program((Group("input", 3), first, Group("relu", 5, (second,))), (cost,))


def with_limit(program, matrix):
    """Return `program` with ``matrix @ x`` as its last output."""
    matrix = np.array(matrix, dtype=np.float64)
    return Program(program.groups, (*program.outputs, Form(np.zeros(len(matrix)), {0: matrix})))


def grid(lower, upper, points):
    """Return a grid with `points` values per coordinate over the box, (points ** n, n)."""
    axes = [np.linspace(a, b, points) for a, b in zip(lower, upper, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
