"""What a graph is lowered to against the compiled graph, at random points."""

from __future__ import annotations

import numpy as np

from graphopt import engine
from graphopt.problem.functions import functions_of
from graphopt.problem.network_problem import network_problem
from graphopt.structure import lower, program_of

RNG = np.random.default_rng(0)


def lowered(outputs, decisions, held=None, *, points=5, spread=2.0, centre=0.0, tolerance=1e-12):
    """Return the program of `outputs`, checked against the graph as it was written.

    The tolerance is relative to the largest element: sums are taken in another order.
    """
    outputs, held = outputs if isinstance(outputs, list) else [outputs], held or {}
    program = lower(outputs, decisions, held)
    function = engine.compile([*decisions, *held], outputs, tier="now", simplify=False)
    sizes = [int(np.prod(d.type.shape)) for d in decisions]
    x = centre + spread * RNG.normal(size=(points, sum(sizes)))
    found = program(x)
    for b in range(points):
        pieces = np.split(x[b], np.cumsum(sizes)[:-1])
        inputs = [p.reshape(d.type.shape) for p, d in zip(pieces, decisions, strict=True)]
        for got, expected in zip(found, function(*inputs, *held.values()), strict=True):
            scale = max(1.0, np.abs(expected).max())
            np.testing.assert_allclose(got[b], np.ravel(expected), rtol=tolerance, atol=tolerance * scale)
    return program


def network_program(network, *, objective="sum", points=4, tolerance=1e-12, **options):
    """Return the program of the question about a network, checked; its weights are disturbed."""
    disturbed = [w + 0.1 * RNG.uniform(size=w.shape) for w in network.get_weights()]
    network.set_weights(disturbed)
    problem = network_problem(network, "minimize", bounds=(-1, 1), objective=objective, **options)
    program = program_of(problem)
    graph = functions_of(problem).graph
    function = engine.compile([*graph.decisions, *graph.held], graph.objective, tier="now", simplify=False)
    x = RNG.normal(size=(points, problem.size))
    found = program(x)[0]
    for b in range(points):
        expected = function(*problem.named(x[b]).values(), *problem.fixed.values())
        np.testing.assert_allclose(found[b, 0], expected, rtol=tolerance, atol=tolerance)
    return program


def counts(program):
    """Return how many elements of each function `program` has."""
    found = {}
    for group in program.groups[1:]:
        found[group.function] = found.get(group.function, 0) + group.size
    return found
