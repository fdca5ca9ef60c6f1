"""The program of a problem: cost first, then what is constrained."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.structure import NotLowered, program_and_limits, program_of

x = pt.vector("x", shape=(2,))
y = pt.scalar("y")


def test_the_cost_is_negated_for_a_maximum():
    objective, at = pt.tanh(x).sum(), np.array([[0.5, -1.0]])
    for sense, sign in (("minimize", 1), ("maximize", -1)):
        problem = go.Problem(**{sense: objective}, variables=[go.Variable(x, -1, 1)])
        np.testing.assert_allclose(program_of(problem)(at)[0][0, 0], sign * np.tanh(at).sum(), rtol=1e-14)


def test_constraints_come_after_the_cost_with_their_limits():
    problem = go.Problem(
        maximize=pt.sum(x) + y,
        variables=[go.Variable(x, 0, 1), go.Variable(y, 0, 1)],
        constraints=[go.leq(pt.sum(x**2), 1.5), go.geq(x, y - 1)],
    )
    program, limits = program_and_limits(problem)
    cost, squares, difference = program(np.array([[0.5, 1.0, 0.25]]))
    assert cost[0, 0] == -1.75
    np.testing.assert_allclose(squares, [[1.25]])
    np.testing.assert_allclose(difference, [[1.25, 1.75]])
    assert [(low.tolist(), high.tolist()) for low, high in limits] == [
        ([-np.inf], [1.5]),
        ([0.0, 0.0], [np.inf, np.inf]),
    ]


def test_the_place_of_an_operation_is_that_in_the_users_graph():
    unknown = pt.gamma(3 * y)
    problem = go.Problem(minimize=y + unknown, variables=[go.Variable(y, 0, 1)])
    with pytest.raises(NotLowered, match=r"pt\.gamma\(3 \* y\)"):
        program_of(problem)


def test_fixed_inputs_are_numbers():
    problem = go.Problem(minimize=pt.sum(x * y), variables=[go.Variable(x, -1, 1)], fixed={y: 3.0})
    np.testing.assert_array_equal(program_of(problem).outputs[0].terms[0], [[3.0, 3.0]])
