"""Driving a solver: scaled variables in the caller's units and box, many starts in step."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphopt.problem import Problem, Variable, compile_problem
from graphopt.solvers import LBFGSB
from graphopt.solvers.local import run
from graphopt.solvers.local.run import run_local, run_many


class Quadratic:
    """Stands in for a compiled problem: the squared distance to a point, in units of its own."""

    def __init__(self, rng, n):
        self.units = 10.0 ** rng.uniform(-6, 6, n)
        self.lower = rng.normal(size=n) * self.units
        self.upper = self.lower + rng.random(n) * self.units
        self.target = rng.normal(size=n) * self.units
        self.seen = []

    def cost(self, x):
        self.seen.append(x.copy())
        away = (x - self.target) / self.units
        return float(away @ away), 2 * away / self.units


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
    np.testing.assert_allclose((run.x - expected) / problem.units, 0, atol=1e-7)
    np.testing.assert_allclose(run.gradient, problem.cost(run.x)[1], rtol=1e-9, atol=0)


@pytest.mark.parametrize("scale", [None, [0.1, 1.0, 10.0]])
def test_many_starts_in_step_are_the_runs_one_by_one(scale, monkeypatch):
    """Same points, same counts: the values of one call and of many differ by rounding only."""
    x = pt.vector("x", shape=(3,))
    cost = pt.sum((x - np.array([0.3, 2.0, -4.0])) ** 2) + pt.sin(x[0] * 3) * x[1]
    compiled = compile_problem(Problem(minimize=cost, variables=[Variable(x, -2, 3, scale=scale)]))
    monkeypatch.setattr(run, "BATCHED_FROM", 0)
    starts = np.random.default_rng(0).uniform(-2, 3, (20, 3))
    together, alone = run_many(compiled, LBFGSB(), starts), [run_local(compiled, LBFGSB(), s) for s in starts]
    for many, one in zip(together, alone, strict=True):
        assert (many.stopped, many.evaluations, many.iterations) == (
            one.stopped,
            one.evaluations,
            one.iterations,
        )
        np.testing.assert_allclose(many.fun, one.fun, rtol=1e-10)
        assert np.all((many.x >= compiled.lower) & (many.x <= compiled.upper))
