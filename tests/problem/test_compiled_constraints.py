"""Constraint rows: values from two functions, derivatives against differences, linear ones recognised."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.problem import Problem, Variable, compile_problem, eq, leq, limit, rate
from graphopt.problem.constraint_functions import _kept
from graphopt.problem.network_problem import network_problem

x = pt.matrix("x", shape=(4, 2), dtype="float64")
y = pt.scalar("y", dtype="float64")
W = np.random.default_rng(0).normal(size=(2, 3))
z = np.random.default_rng(1).uniform(0.1, 0.9, 9)


def compiled(*constraints, **options):
    problem = Problem(
        minimize=pt.sum(x**2) + y**2,
        variables=[Variable(x, -1, 1), Variable(y, 0, 2)],
        constraints=list(constraints),
        **options,
    )
    return compile_problem(problem, tier="now")


AFFINE = {
    "sum": pt.sum(x),
    "weighted": pt.dot(x, W),
    "differences": x[1:] - x[:-1],
    "cumulated": pt.cumsum(x, axis=0),
    "mean": x.mean(axis=1) + 2 * y,
    "concatenated": pt.concatenate([x.ravel(), [y]]) * 3 - 1,
    "bias": pt.dot(pt.concatenate([x, np.ones((4, 1))], axis=1), np.ones((3, 1))),
    "stacked": pt.stack([y, x[0, 1], x[2, 0]]),
    "transposed": x.T[::-1],
    "taken": pt.take(x, [0, 0, 3], axis=0),
}
BENT = {
    "squares": x**2,
    "product": x * y,
    "network": pt.tanh(pt.dot(x, W)),
    "relu": pt.maximum(x, 0),
    "affine and not": pt.concatenate([x.ravel(), [y**2]]),
    "logarithm": pt.log(y + 1) + x[0, 0],
}


@pytest.mark.parametrize("expression", AFFINE.values(), ids=AFFINE)
def test_affine_constraints_are_recognised(expression):
    rows = compiled(leq(expression, 3)).rows
    assert rows.linear.all()
    np.testing.assert_allclose(
        rows.values(z) - rows.values(0 * z), rows.jacobian(5 * z) @ z, rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("expression", BENT.values(), ids=BENT)
def test_others_are_not(expression):
    assert not compiled(leq(expression, 3)).rows.linear.any()


def test_derivatives_agree_with_differences_and_with_the_independent_function():
    problem = compiled(*(leq(e, 3) for e in [*AFFINE.values(), *BENT.values()]))
    rows = problem.rows
    jacobian = problem.jacobian(z)
    step = 1e-6
    differences = [
        (rows.values(z + step * unit) - rows.values(z - step * unit)) / (2 * step) for unit in np.eye(9)
    ]
    np.testing.assert_allclose(jacobian, np.array(differences).T, atol=1e-8)
    np.testing.assert_allclose(rows.look_jacobian(z), jacobian, atol=1e-13)
    np.testing.assert_allclose(problem.look(z).constraints, problem.constraints(z), atol=1e-13)
    weights = np.random.default_rng(2).normal(size=rows.size)
    np.testing.assert_allclose(rows.pullback(z, weights), weights @ jacobian, atol=1e-12)


def test_single_precision_is_computed_in_double():
    u = pt.vector("u", shape=(3,), dtype="float32")
    problem = Problem(
        minimize=pt.sum(u**2), variables=[Variable(u, 0, 1)], constraints=[leq(pt.sum(u * 3), 1)]
    )
    rows = compile_problem(problem, tier="now").rows
    assert rows.values(np.full(3, 0.1))[0] == pytest.approx(0.9, rel=1e-15)


def test_the_same_question_again_compiles_nothing():
    shown = pt.sum(x)
    first, again = compiled(leq(shown, 1)), compiled(leq(shown, 2))
    assert first.rows._functions is not again.rows._functions  # another objective, another graph
    problem = first.problem
    other = Problem(minimize=problem.objective, variables=problem.variables, constraints=[leq(shown, 2)])
    assert compile_problem(other).rows._functions is first.rows._functions


def test_a_named_constraint_given_another_expression_is_another_constraint():
    problem = compiled(limit("y", upper=1)).problem
    (named,) = problem.constraints
    squared = replace(problem, constraints=[replace(named, expression=y**2 + 3)])
    assert compile_problem(squared, tier="now").constraints(np.full(9, 2.0)).tolist() == [7.0]


def test_functions_of_expressions_nobody_holds_are_let_go():
    objective = pt.sum(x**2) + y**2
    variables = [Variable(x, -1, 1), Variable(y, 0, 2)]
    for k in range(4):
        asked = Problem(minimize=objective, variables=variables, constraints=[leq(k * pt.sum(x), 1)])
        compile_problem(asked, tier="now").rows.values(z)
        del asked
        gc.collect()
    assert len(_kept[objective]) <= 2


def test_weights_changed_between_solves_are_seen():
    w = pytensor.shared(1.0, name="w")
    problem = compiled(leq(w * pt.sum(x), 1)).problem
    assert compile_problem(problem, tier="now").jacobian(z)[0].tolist() == [1.0] * 8 + [0.0]
    w.set_value(2.0)
    assert compile_problem(problem, tier="now").jacobian(z)[0].tolist() == [2.0] * 8 + [0.0]


def test_constraints_on_a_network_by_name():
    net = go.Sequential([go.Input((5, 2)), go.SimpleRNN(3, return_sequences=True), go.Dense(1)], seed=0)
    output = net.output_names[0]
    name = net.input_names[0]
    problem = network_problem(
        net,
        "minimize",
        bounds=(-1, 1),
        objective="sum",
        constraints=[rate(name, 0.2), limit(output, -0.5, 0.5)],
    )
    rows = compile_problem(problem, tier="now").rows
    sample = np.random.default_rng(0).uniform(-1, 1, (5, 2))
    expected = np.concatenate([np.diff(sample, axis=0).ravel(), net.predict(sample[None]).ravel()])
    np.testing.assert_allclose(rows.values(sample.ravel()), expected, atol=1e-6)  # weights in float32
    assert rows.linear.tolist() == [True] * 8 + [False] * 5


def test_equalities_and_breaches():
    rows = compiled(eq(y, 1.0), leq(x[0, 0], 0.5)).rows
    assert rows.equality.tolist() == [True, False]
    assert rows.breaches(np.array([0.75, 0.25])).tolist() == [0.25, 0.0]
    assert rows.breaches(np.array([np.nan, 1.0])).tolist() == [np.inf, 0.5]
