"""The cost of many points in one call equals the cost of each."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.problem.batched import batched_cost, filled_up
from graphopt.problem.compiled import compile_problem
from graphopt.problem.network_problem import network_problem


def forecaster():
    past, plan = go.Input((4, 3), name="past"), go.Input((6, 2), name="plan")
    layers = go.Concatenate()([go.LSTM(5)(past), go.GRU(4)(plan)])
    net = go.Model([past, plan], go.Dense(3, "tanh")(layers), seed=0)
    held = np.random.default_rng(0).normal(size=(4, 3))
    return network_problem(net, "maximize", bounds={"plan": (-1, 1)}, fixed={"past": held}, objective="sum")


def two_variables():
    x, y = pt.vector("x", shape=(3,)), pt.matrix("y", shape=(2, 2))
    cost = pt.sum((x - 1) ** 2) * pt.exp(pt.sum(y)) + pt.max(y)
    return go.Problem(minimize=cost, variables=[go.Variable(x, -1, 1), go.Variable(y, -1, 1)])


@pytest.mark.parametrize("make", [forecaster, two_variables])
@pytest.mark.parametrize("rows", [1, 8, 13])
def test_cost_of_many_points_is_the_cost_of_each(make, rows):
    compiled = compile_problem(make())
    points = np.random.default_rng(1).uniform(-1, 1, (rows, compiled.size))
    values, gradients = batched_cost(compiled)(points)
    assert values.shape == (rows,)
    for point, value, gradient in zip(points, values, gradients, strict=True):
        expected = compiled.cost(point)
        np.testing.assert_allclose(value, expected[0], rtol=1e-12)
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-9, atol=1e-13)


def test_a_point_s_bits_do_not_depend_on_the_others_nor_its_value_on_their_number():
    """BLAS may take another kernel for another number of points: a few rounding errors."""
    net = go.Sequential([go.Input(10), go.Dense(64, "tanh"), go.Dense(64, "tanh"), go.Dense(1)], seed=0)
    cost = batched_cost(compile_problem(network_problem(net, "minimize", bounds=(-1, 1))))
    points = np.random.default_rng(2).uniform(-1, 1, (61, 10))
    values, gradients = cost(points)
    for k in (0, 7, 33, 60):
        others = np.random.default_rng(k).uniform(-1, 1, points.shape)
        others[k] = points[k]
        found = cost(others)
        assert found[0][k] == values[k]
        np.testing.assert_array_equal(found[1][k], gradients[k])
        value, gradient = cost(points[k : k + 1])
        np.testing.assert_allclose(value[0], values[k], rtol=1e-13)
        np.testing.assert_allclose(gradient[0], gradients[k], rtol=0, atol=1e-14)


def test_weights_are_those_of_today():
    net = go.Sequential([go.Input(2), go.Dense(1)], seed=0)
    problem = network_problem(net, "minimize", bounds=(0, 1))
    before = batched_cost(compile_problem(problem))(np.ones((1, 2)))[0]
    net.set_weights([2 * w for w in net.get_weights()])
    after = batched_cost(compile_problem(problem))(np.ones((1, 2)))[0]
    np.testing.assert_allclose(after, 2 * before, rtol=1e-14)


def test_a_loop_of_the_graph_is_not_batched():
    x = pt.vector("x", shape=(4,))
    states = pytensor.scan(lambda u, h: 0.8 * h + 0.2 * u, [x], [np.float64(0)], return_updates=False)
    problem = go.Problem(minimize=states[-1] ** 2, variables=[go.Variable(x, -1, 1)])
    assert batched_cost(compile_problem(problem)) is None


def test_the_numbers_of_a_network_are_its_weights():
    """They decide whether many starts share one function."""
    net = go.Sequential([go.Input(10), go.Dense(64, "tanh"), go.Dense(1)], seed=0)
    compiled = compile_problem(network_problem(net, "minimize", bounds=(-1, 1)))
    weights = sum(w.size for w in net.get_weights())
    assert weights <= compiled.numbers <= weights + 50


def test_calls_are_filled_up_to_few_sizes():
    """Whole tiles of eight, and at most half as many again."""
    sizes = [filled_up(rows) for rows in range(1, 1025)]
    assert sorted(set(sizes)) == [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]
    assert all(rows <= size < max(1.5 * rows, rows + 8) for rows, size in enumerate(sizes, start=1))
