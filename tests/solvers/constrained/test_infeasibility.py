"""Infeasible problems: never a success, proved infeasible where bounds can prove it, and no false proof."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.certificates.constrained import certify_constrained
from graphopt.problem import Problem, Variable, budget, compile_problem, eq, geq, leq, rate, terminal
from graphopt.solvers.constrained.choosing import solve_constrained
from graphopt.solvers.constrained.infeasibility import why_infeasible
from known_constrained_problems import KNOWN_CONSTRAINED

INF = np.inf
x = pt.vector("x", shape=(3,), dtype="float64")
output = pt.sum(pt.tanh(pt.dot(x, np.random.default_rng(0).normal(size=(3, 5)))))

LINEAR = {
    "a sum above the box": ((0, 1), [geq(pt.sum(x), 3.5)]),
    "two sides of a line": ((-INF, INF), [leq(x[0] + x[1], 1), geq(x[0] + x[1], 2)]),
    "equalities and a limit": (
        (0, 1),
        [eq(x[0] + x[1], 1), eq(x[1] + x[2], 1), eq(x[0] + x[2], 1.9), leq(x[0], 0.5)],
    ),
    "dependent equalities": ((-10, 10), [eq(x[0] + x[1], 1), eq(2 * x[0] + 2 * x[1], 3)]),
    "a rate too slow": (([0, 0, 0.9], [0.1, 1, 1]), [rate("x", 0.3)]),
    "a budget too small for the end": ((0, 1), [budget("x", upper=0.5), terminal("x", 0.7)]),
}
BENT = {
    "a sphere around the box": ((0, 1), [geq(pt.sum(x**2), 4)]),
    "an empty ball": ((-2, 2), [leq(pt.sum(x**2), -0.1)]),
    "an output out of reach": ((-1, 1), [geq(output, 5.5)]),
    "a disk and a half plane": ((-2, 2), [leq(x[0] ** 2 + x[1] ** 2, 1), geq(x[0] + x[1], 1.6)]),
    "two balls": ((-5, 5), [leq(pt.sum((x - 2) ** 2), 1), leq(pt.sum((x + 2) ** 2), 1)]),
    "two values of one input": ((0, 5), [eq(x[0] ** 2, 2), eq(x[0], 1)]),
    "sorted numbers": ((0, 1), [geq(pt.dot(pt.sort(x), [1.0, 2, 3]), 7)]),
}
OPAQUE = {
    "an operation that has no bounds": ((0, 1), [geq(pt.sum(pt.cumprod(x)), 4)]),
}


def compiled(box, constraints):
    problem = Problem(minimize=pt.sum((x - 0.3) ** 2), variables=[Variable(x, *box)], constraints=constraints)
    return compile_problem(problem, tier="now")


@pytest.mark.parametrize("name", [*LINEAR, *BENT, *OPAQUE])
def test_infeasible_is_never_a_success(name):
    problem = compiled(*{**LINEAR, **BENT, **OPAQUE}[name])
    (run,) = solve_constrained(problem, [np.clip(np.full(3, 0.5), problem.lower, problem.upper)])
    assert run.stopped == "infeasible"
    certificate = certify_constrained(problem, run.x, run.fun)
    assert not certificate.feasible
    assert not certificate.stationary
    assert certificate.maxcv > 1e-3
    assert "breached" in certificate.reason


@pytest.mark.parametrize("name", [*LINEAR, *BENT])
def test_infeasible_is_proved(name):
    why = why_infeasible(compiled(*{**LINEAR, **BENT}[name]))
    assert why is not None
    assert ("affine" in why) == (name in LINEAR)


def test_what_cannot_be_lowered_is_not_proved():
    assert why_infeasible(compiled(*OPAQUE["an operation that has no bounds"])) is None


@pytest.mark.parametrize("name", ["HS13", "HS19", "HS24", "HS71", "HS86", "HS118"])
def test_feasible_is_never_proved_infeasible(name):
    problem, _ = next(k for k in KNOWN_CONSTRAINED if k.name == name).problem()
    assert why_infeasible(compile_problem(problem, tier="now")) is None


@pytest.mark.parametrize("seed", range(6))
def test_limits_through_one_feasible_point_are_never_proved_infeasible(seed):
    """Limits that leave one point, up to rounding: x itself; then so much tighter that it is lost."""
    rng = np.random.default_rng(seed)
    point = rng.uniform(0, 1, 3)
    A, W = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    bent = pt.tanh(pt.dot(x, W))
    level = np.tanh(point @ W)
    assert why_infeasible(compiled((0, 1), [eq(pt.dot(A, x), A @ point), eq(bent, level)])) is None
    assert why_infeasible(compiled((0, 1), [eq(pt.dot(A, x), A @ point + [0, 0, 0, 1e-4])])) is not None
