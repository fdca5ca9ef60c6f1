"""Driving a solver over scaled variables: the caller sees his own units, inside his own box."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graphopt.solvers import LBFGSB
from graphopt.solvers.run import run_local


class Quadratic:
    """Stands in for a compiled problem: the squared distance to a point, in units of `scale`."""

    def __init__(self, rng, n):
        self.scale = 10.0 ** rng.uniform(-6, 6, n)
        self.lower = rng.normal(size=n) * self.scale
        self.upper = self.lower + rng.random(n) * self.scale
        self.target = rng.normal(size=n) * self.scale
        self.seen = []

    def cost(self, x):
        self.seen.append(x.copy())
        away = (x - self.target) / self.scale
        return float(away @ away), 2 * away / self.scale


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_scaled_run_is_exact_in_the_callers_units(seed):
    rng = np.random.default_rng(seed)
    problem = Quadratic(rng, int(rng.integers(1, 8)))
    run = run_local(problem, LBFGSB(), 0.5 * (problem.lower + problem.upper))
    for x in [*problem.seen, run.x]:
        assert np.all(problem.lower <= x)
        assert np.all(x <= problem.upper)
    expected = np.clip(problem.target, problem.lower, problem.upper)
    np.testing.assert_allclose((run.x - expected) / problem.scale, 0, atol=1e-7)
    np.testing.assert_allclose(run.gradient, problem.cost(run.x)[1], rtol=1e-9, atol=0)
