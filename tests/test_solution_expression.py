"""Gradients of solutions against closed forms and central differences of re-solves."""

from __future__ import annotations

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt import engine
from graphopt.parametric import DegenerateArgmin
from graphopt.problem import Problem, Variable
from graphopt.solution_expression import argmin

RELATIVE = 1e-5


def solution_and_gradient(problem, parameter, weights):
    """Return functions of the parameter: the solution, and the gradient of ``weights . solution``."""
    x = argmin(problem)
    gradient = pt.grad(pt.sum(x * weights), parameter)
    return engine.compile([parameter], [x], tier="now"), engine.compile([parameter], [gradient], tier="now")


def by_differences(solution, weights, at, step=1e-4):
    """Return the gradient of ``weights . solution`` by central differences of re-solves."""
    found = []
    for e in np.eye(at.size).reshape(at.size, *at.shape):
        ahead, behind = solution(at + step * e)[0], solution(at - step * e)[0]
        found.append(np.sum(weights * (ahead - behind)) / (2 * step))
    return np.reshape(found, at.shape)


def check(problem, parameter, weights, at):
    solution, gradient = solution_and_gradient(problem, parameter, weights)
    expected = by_differences(solution, weights, at)
    np.testing.assert_allclose(
        gradient(at)[0], expected, rtol=RELATIVE, atol=RELATIVE * np.max(np.abs(expected), initial=1e-3)
    )


def box_quadratic():
    """Return a problem over a box whose matrix and vector are parameters."""
    x, A, b = pt.vector("x", shape=(4,)), pt.matrix("A", shape=(4, 4)), pt.vector("b", shape=(4,))
    cost = 0.5 * pt.dot(x, pt.dot(A, x)) + pt.dot(b, x)
    return Problem(minimize=cost, variables=[Variable(x, -1, 1)], fixed={A: np.eye(4), b: np.zeros(4)}), A, b


def test_two_hundred_box_quadratics():
    """By the vector and by the matrix; active coordinates have no derivative, exactly."""
    problem, A, b = box_quadratic()
    x, weights = argmin(problem), pt.vector("weights")
    slopes = pt.grad(pt.sum(x * weights), [A, b])
    f = engine.compile([A, b, weights], [x, *slopes], tier="now")
    solution = engine.compile([A, b], [x], tier="now")
    checked = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        root = rng.normal(size=(4, 4))
        matrix, vector, w = root @ root.T + np.eye(4), 3 * rng.normal(size=4), rng.normal(size=4)
        with warnings.catch_warnings():
            warnings.simplefilter("error", DegenerateArgmin)
            found, by_matrix, by_vector = f(matrix, vector, w)
        expected = by_differences(lambda v: solution(matrix, v), w, vector)  # noqa: B023
        largest = np.max(np.abs(expected), initial=1e-3)
        np.testing.assert_allclose(by_vector, expected, rtol=RELATIVE, atol=RELATIVE * largest)
        free = np.abs(found) < 1
        assert (by_vector[~free] == 0).all()
        direction = rng.normal(size=(4, 4))
        expected = by_differences(lambda t: solution(matrix + t * direction, vector), w, np.zeros(()))  # noqa: B023
        np.testing.assert_allclose(np.sum(by_matrix * direction), expected, rtol=1e-4, atol=1e-5 * largest)
        checked += 0 < free.sum() < 4
    assert checked > 100  # both kinds of coordinate


def test_fifty_networks_by_a_held_input():
    """The best plan of a small network as a function of its held past; the weights are parameters as well."""
    x, a = pt.vector("x", shape=(3,)), pt.vector("a", shape=(2,))
    W, V = pt.matrix("W", shape=(5, 4)), pt.vector("V", shape=(4,))
    cost = pt.dot(pt.tanh(pt.dot(pt.concatenate([x, a]), W)), V) + 0.8 * pt.sum(x**2)
    fixed = {a: np.zeros(2), W: np.zeros((5, 4)), V: np.zeros(4)}
    best, weights = (
        argmin(Problem(minimize=cost, variables=[Variable(x, -1, 1)], fixed=fixed)),
        pt.vector("w"),
    )
    solution = engine.compile([a, W, V], [best], tier="now")
    gradient = engine.compile([a, W, V, weights], pt.grad(pt.sum(best * weights), a), tier="now")
    for seed in range(50):
        rng = np.random.default_rng(seed)
        net, w, at = (rng.normal(size=(5, 4)), rng.normal(size=4)), rng.normal(size=3), rng.normal(size=2)
        expected = by_differences(lambda v: solution(v, *net), w, at)  # noqa: B023
        np.testing.assert_allclose(
            gradient(at, *net, w),
            expected,
            rtol=RELATIVE,
            atol=RELATIVE * np.max(np.abs(expected), initial=1e-3),
        )


def test_one_active_constraint_has_its_closed_form():
    """min |x - a|^2 with sum(x) <= 1 at a = (.8, .8): x = (.5, .5) and d x[0] / d a = (.5, -.5)."""
    x, a = pt.vector("x", shape=(2,)), pt.vector("a", shape=(2,))
    problem = Problem(
        minimize=pt.sum((x - a) ** 2),
        variables=[Variable(x, -2, 2)],
        constraints=[go.leq(pt.sum(x), 1.0)],
        fixed={a: np.zeros(2)},
    )
    at = np.array([0.8, 0.8])
    solution, gradient = solution_and_gradient(problem, a, np.array([1.0, 0.0]))
    np.testing.assert_allclose(solution(at)[0], [0.5, 0.5], atol=1e-9)
    np.testing.assert_allclose(gradient(at)[0], [0.5, -0.5], atol=1e-9)
    check(problem, a, np.array([0.3, -1.0]), at)
    np.testing.assert_allclose(gradient(np.array([0.1, 0.2]))[0], [1.0, 0.0], atol=1e-9)


def test_maximisation_and_weights_as_parameters():
    """A shared variable is a parameter too: x = w / 2 maximises w x - x^2."""
    x, w = pt.scalar("x", dtype="float64"), pytensor.shared(np.float64(0.6), name="w")
    problem = Problem(maximize=w * x - x**2, variables=[Variable(x, -1, 1)])
    best = argmin(problem)
    f = engine.compile([], [best, pt.grad(best, w)], tier="now")
    np.testing.assert_allclose(f(), [0.3, 0.5], atol=1e-9)
    w.set_value(5.0)
    np.testing.assert_allclose(f(), [1.0, 0.0], atol=1e-9)


def test_several_variables_come_by_name():
    x, y, a = pt.scalar("x", dtype="float64"), pt.vector("y", shape=(2,)), pt.scalar("a", dtype="float64")
    cost = (x - a) ** 2 + pt.sum((y - x) ** 2)
    problem = Problem(minimize=cost, variables=[Variable(x, -5, 5), Variable(y, -5, 5)], fixed={a: 0.0})
    best = argmin(problem)
    f = engine.compile([a], [pt.grad(best["x"], a), pt.grad(pt.sum(best["y"]), a)], tier="now")
    np.testing.assert_allclose(f(1.5), [1.0, 2.0], atol=1e-9)


def test_a_bound_that_does_not_push_back_is_flagged():
    x, a = pt.scalar("x", dtype="float64"), pt.scalar("a", dtype="float64")
    problem = Problem(minimize=(x - a) ** 2, variables=[Variable(x, 0, 1)], fixed={a: 0.0})
    f = engine.compile([a], argmin(problem), tier="now")
    with pytest.warns(DegenerateArgmin, match="without pushing back"):
        assert f(1.0) == 1.0


def test_a_flat_direction_is_flagged():
    x, a = pt.vector("x", shape=(2,)), pt.scalar("a", dtype="float64")
    problem = Problem(minimize=(pt.sum(x) - a) ** 2, variables=[Variable(x, -5, 5)], fixed={a: 0.0})
    best = argmin(problem)
    f = engine.compile([a], pt.grad(pt.sum(best), a), tier="now")
    with pytest.warns(DegenerateArgmin, match="singular"):
        np.testing.assert_allclose(f(1.0), 1.0, atol=1e-9)


def test_no_solution_is_an_error_that_says_why():
    x, a = pt.scalar("x", dtype="float64"), pt.scalar("a", dtype="float64")
    problem = Problem(minimize=a * pt.log(x), variables=[Variable(x, -2, -1)], fixed={a: 1.0})
    with pytest.raises(go.errors.NotSolved, match="no solution for these parameters"):
        engine.compile([a], argmin(problem), tier="now")(1.0)


def test_a_problem_is_expected():
    with pytest.raises(go.errors.InvalidType, match=r"expected graphopt\.Problem"):
        argmin("x**2")
