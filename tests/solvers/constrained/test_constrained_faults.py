"""Faults put in on purpose, under constraints: never an optimum, and never an exception or a warning."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.certificates.constrained import certify_constrained
from graphopt.problem import Constraint, Problem, Variable, compile_problem, eq, geq, leq
from graphopt.solvers.constrained.choosing import solve_constrained
from graphopt.solvers.local.starts import all_starts

INF = np.inf
x = pt.vector("x", shape=(2,), dtype="float64")
total = pt.sum(x)
FAULTS = {
    "a line without an end": (-x[0], [leq(x[1], 1)], (-INF, INF)),
    "a cubic without an end": (x[0] ** 3, [eq(x[0], x[1])], (-INF, INF)),
    "a constraint that is NaN everywhere": (pt.sum(x**2), [leq(pt.sqrt(-1 - x[0] ** 2), 1)], (-2, 2)),
    "a cost that is NaN everywhere": (pt.sum(pt.sqrt(-1 - x**2)), [leq(total, 1)], (-2, 2)),
    "an infinite cost": (pt.sum(pt.exp(1000 + x)), [leq(total, 1)], (-2, 2)),
    "a cost of minus infinity": (pt.sum(pt.log(x * 0)), [leq(total, 1)], (-2, 2)),
    "a constraint in steps": (pt.sum((x - 1) ** 2), [leq(pt.floor(2 * x[0]), 0)], (-2, 2)),
    "a cost in steps": (pt.sum(pt.floor(3 * x)), [leq(total, 1)], (-2, 2)),
    "a breach without a slope": (pt.sum(x**2), [geq(0 * x[0], 1)], (-2, 2)),
    "a saturated cost": (pt.tanh(1e4 * (x[0] - 0.5)), [leq(total, 1)], (-2, 2)),
    "all decisions held outside": (pt.sum(x**2), [leq(total, 1.5)], (1, 1)),
}
ODD = {
    "all decisions held": (pt.sum(x**2), [leq(total, 3)], (1, 1), [1, 1]),
    "NaN at the first start": (pt.sum((x - 1) ** 2), [leq(pt.log(x[0]), -0.5)], (-2, 2), [np.exp(-0.5), 1]),
    "a constraint without a slope": (pt.sum((x - 1) ** 2), [leq(0 * x[0], 1)], (-2, 2), [1, 1]),
    "large numbers": (1e12 * pt.sum((x - 1) ** 2), [leq(1e9 * x[0] + x[1], 1e8)], (-2, 2), [0.1, 1]),
    "small numbers": (1e-12 * pt.sum((x - 1) ** 2), [leq(1e-9 * total, 1e-9)], (-2, 2), [0.5, 0.5]),
    "fifty times the same": (pt.sum((x - 1) ** 2), [leq(total * pt.ones(50), 1)], (-2, 2), [0.5, 0.5]),
    "rows without a limit": (pt.sum((x - 1) ** 2), [Constraint(x, -INF, [0.5, INF])], (-2, 2), [0.5, 1]),
}  # fmt: skip


def ends(cost, constraints, box):
    problem = Problem(minimize=cost, variables=[Variable(x, *box)], constraints=constraints)
    compiled = compile_problem(problem, tier="now")
    runs = solve_constrained(compiled, all_starts(problem, None, (), 2, sampling="sobol", seed=0))
    return [(run, certify_constrained(compiled, run.x, run.fun)) for run in runs]


@pytest.mark.parametrize(("cost", "constraints", "box"), FAULTS.values(), ids=FAULTS)
def test_fault_is_never_an_optimum(cost, constraints, box):
    for run, certificate in ends(cost, constraints, box):
        assert not certificate.stationary
        assert certificate.reason
        assert run.message


@pytest.mark.parametrize(("cost", "constraints", "box", "expected"), ODD.values(), ids=ODD)
def test_odd_problems_are_solved(cost, constraints, box, expected):
    run, certificate = ends(cost, constraints, box)[0]
    assert certificate.stationary, certificate.reason
    np.testing.assert_allclose(run.x, expected, atol=1e-7)
