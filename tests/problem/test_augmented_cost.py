"""The augmented Lagrangian of one graph equals what its definition makes of cost, rows and derivatives."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.problem.augmented_cost import augmented_cost, batched_augmented_cost
from graphopt.problem.compiled import compile_problem
from graphopt.problem.network_problem import network_problem


def forecaster():
    """A recurrent network with limits on its input over time, and on one of its outputs."""
    past, plan = go.Input((4, 3), name="past"), go.Input((6, 2), name="plan")
    layers = go.Concatenate()([go.LSTM(5)(past), go.GRU(4)(plan)])
    net = go.Model([past, plan], go.Dense(3, "tanh", name="out")(layers), seed=0)
    limits = [go.rate("plan", 0.2), go.budget("plan", upper=0.5), go.leq(lambda v: v["out"][1:], 0.1)]
    held = np.random.default_rng(0).normal(size=(4, 3))
    return network_problem(
        net, "maximize", bounds={"plan": (-1, 1)}, fixed={"past": held}, objective="sum", constraints=limits
    )


def two_variables():
    x, y = pt.vector("x", shape=(3,)), pt.matrix("y", shape=(2, 2))
    cost = pt.sum((x - 1) ** 2) * pt.exp(pt.sum(y)) + pt.max(y)
    limits = [
        go.eq(pt.sum(x) + y[0, 0], 0.3),
        go.between(-0.1, pt.sin(y) * x[0], 0.2),
        go.leq(pt.sum(y**2), 1),
        go.geq(pt.constant(2.0) * pt.ones(2).sum(), 1),  # depends on no decision
    ]
    return go.Problem(
        minimize=cost, variables=[go.Variable(x, -1, 1), go.Variable(y, -1, 1)], constraints=limits
    )


def constraints_only():
    """A cost that depends on no decision."""
    x = pt.vector("x", shape=(4,))
    held = pt.vector("held")
    return go.Problem(
        minimize=pt.sum(held),
        variables=[go.Variable(x, -1, 1)],
        fixed={held: np.arange(3.0)},
        constraints=[go.leq(pt.dot(np.arange(8.0).reshape(2, 4), x) ** 2, 1.0)],
    )


def without_rows():
    """All its constraints hold whatever is decided: nothing is left of them."""
    x = pt.vector("x", shape=(4,))
    limits = [go.leq(pt.constant(2.0) * pt.ones(2).sum(), 5)]
    return go.Problem(minimize=pt.sum(x**2), variables=[go.Variable(x, -1, 1)], constraints=limits)


def questions(compiled, count, seed=1):
    rng = np.random.default_rng(seed)
    n, m = compiled.size, compiled.rows.size
    stiffness = 10.0 ** rng.uniform(-2, 2, (count, m))
    prices, shift = rng.normal(size=(2, count, m))
    return rng.uniform(-1, 1, (count, n)), rng.uniform(0.1, 2, count), prices, shift, stiffness


def by_definition(compiled, x, weight, prices, shift, stiffness):
    cost, gradient = compiled.cost(x)
    values = compiled.constraints(x)
    outside = values + shift - np.clip(values + shift, *compiled.limits)
    slope = weight * gradient + (prices + stiffness * outside) @ compiled.jacobian(x)
    return weight * cost + np.sum(prices * values + 0.5 * stiffness * outside**2), slope, values


@pytest.mark.parametrize("make", [forecaster, two_variables, constraints_only, without_rows])
@pytest.mark.parametrize("function", [augmented_cost, batched_augmented_cost])
def test_it_is_what_its_definition_says(make, function):
    compiled = compile_problem(make(), tier="now")
    asked = questions(compiled, 11)
    found = function(compiled)(*asked)
    for one in zip(*asked, *found):
        for value, expected in zip(one[5:], by_definition(compiled, *one[:5]), strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-12)


def test_bits_at_a_point_do_not_depend_on_the_other_points():
    compiled = compile_problem(forecaster(), tier="now")
    cost, asked = batched_augmented_cost(compiled), questions(compiled, 37)
    together = cost(*asked)
    for k in (0, 8, 36):
        for one, many in zip(cost(*(part[k : k + 1] for part in asked)), together, strict=True):
            np.testing.assert_array_equal(one[0], many[k])


def test_a_point_that_is_no_number_leaves_the_others_alone():
    x = pt.vector("x", shape=(2,))
    limit = go.leq(pt.sqrt(x[0]) + x[1], 1.0)
    problem = go.Problem(minimize=pt.sum(x**2), variables=[go.Variable(x, -1, 1)], constraints=[limit])
    cost = batched_augmented_cost(compile_problem(problem, tier="now"))
    points = np.array([[0.25, 0.1], [-0.5, 0.1]])
    nothing = np.zeros((2, 1))
    totals, gradients, values = cost(points, np.ones(2), nothing, nothing, np.ones((2, 1)))
    np.testing.assert_allclose([totals[0], *gradients[0], values[0, 0]], [0.0725, 0.5, 0.2, 0.6], rtol=1e-14)
    assert np.isnan(totals[1])


def test_weights_are_those_of_today():
    net = go.Sequential([go.Input(2), go.Dense(1, name="y")], seed=0)
    problem = network_problem(net, "minimize", bounds=(0, 1), constraints=[go.limit("y", upper=0.0)])
    asked = np.ones((1, 2)), np.ones(1), *np.zeros((3, 1, 1))
    before = batched_augmented_cost(compile_problem(problem))(*asked)[0]
    net.set_weights([2 * w for w in net.get_weights()])
    after = batched_augmented_cost(compile_problem(problem))(*asked)[0]
    np.testing.assert_allclose(after, 2 * before, rtol=1e-14)


def test_a_loop_of_the_graph_is_not_batched():
    x = pt.vector("x", shape=(4,))
    states = pytensor.scan(lambda u, h: 0.8 * h + 0.2 * u, [x], [np.float64(0)], return_updates=False)
    problem = go.Problem(
        minimize=pt.sum(x**2), variables=[go.Variable(x, -1, 1)], constraints=[go.geq(states[-1], 0.2)]
    )
    compiled = compile_problem(problem, tier="now")
    assert batched_augmented_cost(compiled) is None
    asked = [part[0] for part in questions(compiled, 1)]
    found = augmented_cost(compiled)(*(np.asarray(part)[None] for part in asked))
    for value, expected in zip(found, by_definition(compiled, *asked), strict=True):
        np.testing.assert_allclose(value[0], expected, rtol=1e-12)
