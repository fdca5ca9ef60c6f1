"""Convex costs with kinks at their minimum: proved at once, by relus that are decisions of their own."""

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy.optimize import linprog

from graphopt.solvers.branching.branch_and_bound import BranchAndBound, branch_and_bound
from graphopt.solvers.branching.kinks import bound_without_kinks, without_relus
from graphopt.solvers.limits import Limits
from graphopt.structure.lowering import lower
from graphopt.structure.program import Structure
from tests.enclosures.derivatives.test_hessians import input_convex
from tests.programs import random_program


def losses(n):
    """Return costs of n decisions, convex, with kinks."""
    rng = np.random.default_rng(n)
    A, b, x = rng.normal(size=(2 * n, n)), rng.normal(size=2 * n), pt.vector("x", shape=(n,))
    fit = pt.dot(A, x) - b
    costs = {
        "lasso": pt.sum(fit**2) + 4 * pt.sum(pt.abs(x)),
        "hinge": pt.sum(pt.maximum(0, 1 - pt.dot(A, x) * np.sign(b))) + 0.1 * pt.sum(x**2),
        "quantile": pt.sum(pt.maximum(0.2 * fit, -0.8 * fit)),
        "insensitive": pt.sum(pt.maximum(0, pt.abs(fit) - 0.1)) + 0.1 * pt.sum(x**2),
    }
    return {name: lower([cost], [x]) for name, cost in costs.items()}, A, b


def proved(program, gap=1e-6, reach=2.0):
    n = program.size
    options = BranchAndBound(gap=gap, max_seconds=20)
    return branch_and_bound(program, np.full(n, -reach), np.full(n, reach), options=options)


@pytest.mark.parametrize("n", [4, 12])
@pytest.mark.parametrize("name", ["lasso", "hinge", "quantile", "insensitive"])
def test_a_loss_with_kinks_is_proved_in_its_first_box(name, n):
    programs, _, _ = losses(n)
    proof = proved(programs[name])
    assert (proof.stopped, proof.method, proof.nodes) == ("gap", "convexity", 1)
    assert proof.gap <= 1e-6
    samples = proof.x + 10.0 ** np.random.default_rng(0).uniform(-6, 0, (5000, 1)) * np.random.default_rng(
        1
    ).normal(size=(5000, n))
    assert proof.lower_bound <= programs[name](np.clip(samples, -2, 2))[0].min()


def test_quantile_regression_is_what_a_linear_program_says():
    """Residuals as differences of two nonnegative numbers: R. Koenker and G. Bassett, 1978."""
    n = 6
    programs, A, b = losses(n)
    m = len(b)
    cost = np.concatenate([np.zeros(n), np.full(m, 0.2), np.full(m, 0.8)])
    found = linprog(
        cost, A_eq=np.c_[A, -np.eye(m), np.eye(m)], b_eq=b, bounds=[(-2, 2)] * n + [(0, None)] * 2 * m
    )
    assert abs(proved(programs["quantile"]).value - found.fun) <= 1e-6


def test_an_input_convex_network_of_relu():
    rng = np.random.default_rng(0)
    for _ in range(10):
        program = input_convex(rng, "relu")
        proof = proved(program, reach=1.0)
        assert (proof.stopped, proof.nodes) == ("gap", 1)
        assert proof.lower_bound <= program(rng.uniform(-1, 1, (5000, 3)))[0].min()


def test_the_bound_holds_for_costs_that_are_not_convex_as_well():
    rng = np.random.default_rng(1)
    for k in range(20):
        program = random_program(rng, [2, 5, 4, 1], "relu", 1.5)
        x = rng.uniform(-1, 1, (5000, 2))
        bound, _ = bound_without_kinks(program, Limits.of(program, ()), -np.ones(2), np.ones(2), x[k])
        assert bound <= program(x)[0].min()


def test_a_relu_is_a_decision_at_least_0_and_its_argument():
    rng = np.random.default_rng(2)
    program = random_program(rng, [3, 5, 4, 1], "relu")
    smoothed = without_relus(program, Limits.of(program, ()), -np.ones(3), np.ones(3))
    assert smoothed.program.size == 3 + 5 + 4
    assert smoothed.program.structure is Structure.AFFINE
    x = rng.uniform(-1, 1, (50, 3))
    values = program.values(x)
    outputs = smoothed.program(np.concatenate([x, values[1], values[2]], axis=1))
    np.testing.assert_allclose(outputs[0], program(x)[0], atol=1e-13)
    rows = np.concatenate(outputs[1:], axis=1)
    assert (rows >= -1e-13).all()
    assert ((rows < 1e-13) | (np.concatenate(values[1:], axis=1) == 0)).all()
    assert (np.concatenate(values[1:], axis=1) <= smoothed.upper[3:]).all()
