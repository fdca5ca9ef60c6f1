"""Certified points of random problems in the plane: no better feasible point on a fine grid around them."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.certificates.constrained import certify_constrained
from graphopt.problem import Problem, Variable, compile_problem, geq, leq
from graphopt.solvers.constrained.choosing import solve_constrained
from graphopt.solvers.local.starts import all_starts

POINTS = 121
RADIUS = 0.03


def random_problem(seed):
    """Return the variable, and as functions of it an objective and two expressions that may be at most 0."""
    rng = np.random.default_rng(seed)
    x = pt.vector("x", shape=(2,), dtype="float64")

    def network():
        W, b, v = 1.5 * rng.normal(size=(2, 6)), rng.normal(size=6), rng.normal(size=6)
        activation = [pt.tanh, pt.sigmoid, pt.sqr, pt.softplus][rng.integers(4)]
        return lambda z: pt.dot(activation(pt.dot(z, W) + b), v)

    centre, radius, level = rng.uniform(-1, 1, 2), rng.uniform(0.2, 1), rng.uniform(-1, 1)
    cost, limited = network(), network()
    return x, [cost, lambda z: pt.sum((z - centre) ** 2, axis=-1) - radius, lambda z: level - limited(z)]


@pytest.mark.parametrize("seed", range(10))
def test_no_better_feasible_point_around_certified_ones(seed):
    x, formulas = random_problem(seed)
    problem = Problem(
        minimize=formulas[0](x),
        variables=[Variable(x, -1, 1)],
        constraints=[leq(formulas[1](x), 0), geq(-formulas[2](x), 0)],
    )
    compiled = compile_problem(problem, tier="now")
    rows = pt.matrix("rows", shape=(None, 2), dtype="float64")
    evaluate = engine.compile([rows], [formula(rows) for formula in formulas], tier="now")
    starts = all_starts(problem, None, (), 3, sampling="sobol", seed=seed)
    for run in solve_constrained(compiled, starts):
        certificate = certify_constrained(compiled, run.x, run.fun)
        if not run.feasible:
            assert not certificate.stationary
            continue
        assert certificate.stationary, certificate.reason
        steps = np.linspace(-RADIUS, RADIUS, POINTS)
        around = run.x + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        around = np.clip(around, -1, 1)
        costs, *outside = evaluate(around)
        feasible = np.all(np.array(outside) <= 0, axis=0)
        far = np.abs(around - run.x).sum(axis=1)
        allowed = certificate.tolerance * far + 1e-9
        assert np.all(costs[feasible] >= run.fun - allowed[feasible])
