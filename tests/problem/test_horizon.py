"""Constraints over a horizon against the sums and differences they stand for, computed with NumPy."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, UnknownName
from graphopt.problem import Problem, Variable, budget, compile_problem, hold, limit, rate, terminal

T, F = 6, 2
plan = pt.matrix("plan", shape=(T, F), dtype="float64")
values = np.random.default_rng(0).normal(size=(T, F))
INF = np.inf


def compiled(*constraints, output=None):
    problem = Problem(
        minimize=pt.sum(plan**2),
        variables=[Variable(plan)],
        outputs={"y": plan[:, 0] if output is None else output},
        constraints=list(constraints),
    )
    return compile_problem(problem, tier="now")


first = np.array([0.5, -0.5])
before = np.vstack([values[:1] - first, np.diff(values, axis=0)])
weights = np.arange(1.0, 7.0)[:, None]
MEANT = {
    "rate": (rate("plan", 0.2), np.diff(values, axis=0), -0.2, 0.2),
    "rate, down and up": (rate("plan", (0.1, 0.3)), np.diff(values, axis=0), -0.1, 0.3),
    "rate, per feature": (rate("plan", [0.1, 0.3]), np.diff(values, axis=0), [-0.1, -0.3], [0.1, 0.3]),
    "rate, no limit up": (rate("plan", (0.1, INF)), np.diff(values, axis=0), -0.1, INF),
    "rate, other axis": (rate("plan", 1.0, axis=1), np.diff(values, axis=1), -1, 1),
    "rate, from a start": (rate("plan", 0.2, start=first), before, -0.2, 0.2),
    "rate, from a number": (
        rate("plan", 0.2, start=0.5),
        np.vstack([values[:1] - 0.5, np.diff(values, axis=0)]),
        -0.2,
        0.2,
    ),
    "budget": (budget("plan", upper=5), values.sum(), -INF, 5),
    "budget, per feature": (budget("plan", axis=0, upper=5.0), values.sum(axis=0), -INF, 5),
    "budget, both": (budget("plan", axis=-1, lower=-1, upper=5.0), values.sum(axis=1), -1, 5),
    "budget, weighted": (
        budget("plan", axis=0, lower=0, weights=weights),
        (weights * values).sum(axis=0),
        0,
        INF,
    ),
    "hold": (hold("plan", 3), values[[1, 2, 4, 5]] - values[[0, 1, 3, 4]], 0, 0),
    "hold, ragged": (hold("plan", 4), values[[1, 2, 3, 5]] - values[[0, 1, 2, 4]], 0, 0),
    "hold, blocks": (hold("plan", [0, 1, 0, 2, 3, 1]), values[[2, 5]] - values[[0, 1]], 0, 0),
    "terminal": (terminal("plan", 0.3), values[-1], 0.3, 0.3),
    "terminal, each": (terminal("plan", [0.3, 0.4]), values[-1], [0.3, 0.4], [0.3, 0.4]),
    "terminal, a pair": (terminal("plan", (None, 0.3)), values[-1], -INF, 0.3),
    "terminal of an output": (terminal("y", (0, 0.3)), values[-1, 0], 0, 0.3),
    "limit": (limit("plan", -1, [1, 2]), values, -1, [1, 2]),
    "limit of an output": (limit("y", upper=1), values[:, 0], -INF, 1),
}


@pytest.mark.parametrize(("constraint", "expected", "lower", "upper"), MEANT.values(), ids=MEANT)
def test_rows_are_what_the_constraint_means(constraint, expected, lower, upper):
    problem = compiled(constraint)
    x = values.ravel()
    expected = np.asarray(expected)
    low, high = problem.limits
    rows = problem.constraints(x)
    above = rows - low  # with a start, values and limits are both moved by it
    np.testing.assert_allclose(above, (expected - lower).ravel(), atol=1e-12)
    np.testing.assert_allclose(high - rows, (upper - expected).ravel(), atol=1e-12)
    assert problem.rows.linear.all()
    np.testing.assert_allclose(
        problem.jacobian(x) @ np.ones(x.size) + rows, problem.constraints(x + 1.0), atol=1e-12
    )


def test_the_start_of_a_rate_moves_no_graph():
    """A horizon that moves on compiles nothing."""
    one, two = compiled(rate("plan", 0.2, start=0.0)), compiled(rate("plan", 0.3, start=first))
    assert one.problem.objective is not two.problem.objective
    problem = one.problem
    moved = Problem(
        minimize=problem.objective,
        variables=problem.variables,
        outputs=problem.outputs,
        constraints=[rate("plan", 0.1, start=1.0)],
    )
    again = compile_problem(moved, tier="now")
    assert again.rows._functions is one.rows._functions
    assert again.limits[1].tolist()[:3] == [1.1, 1.1, 0.1]


WRONG = {
    "a negative rate": (lambda: rate("plan", -0.1), InvalidValue, ["'rate of plan'", "-0.1"]),
    "an expression": (lambda: rate(plan, 0.1), InvalidType, ["name", "leq"]),
    "no such name": (lambda: compiled(rate("plam", 0.1)), UnknownName, ["'plam'", "'plan'"]),
    "no such axis": (lambda: compiled(rate("plan", 0.1, axis=2)), InvalidValue, ["axis 2", "2 axes"]),
    "a start of another shape": (
        lambda: compiled(rate("plan", 0.1, start=np.zeros(3))),
        ShapeMismatch,
        ["(3,)", "(2,)"],
    ),
    "a single step": (
        lambda: compiled(rate("y", 0.1), output=plan[:1, 0]),
        InvalidValue,
        ["1 step", "start="],
    ),
    "a budget without a limit": (lambda: budget("plan"), InvalidValue, ["neither"]),
    "weights of another shape": (
        lambda: compiled(budget("plan", upper=1, weights=np.zeros(5))),
        ShapeMismatch,
        ["(5,)", "(6, 2)"],
    ),
    "blocks of one": (lambda: hold("plan", 1), InvalidValue, ["2 or more"]),
    "blocks of half": (lambda: hold("plan", 1.5), InvalidType, ["1.5"]),
    "too few blocks": (lambda: compiled(hold("plan", [0, 0])), ShapeMismatch, ["2 block", "6 steps"]),
    "blocks that hold nothing": (lambda: compiled(hold("plan", range(6))), InvalidValue, ["nothing is held"]),
    "an end without a value": (lambda: terminal("plan", None), InvalidValue, ["None"]),
    "length not known": (
        lambda: compiled(rate("y", 0.1), output=plan[:, 0][plan[:, 0] > 0]),
        InvalidValue,
        ["not known"],
    ),
}


@pytest.mark.parametrize(("ask", "error", "said"), WRONG.values(), ids=WRONG)
def test_wrong_constraint_says_what_is_wrong(ask, error, said):
    with pytest.raises(error) as raised:
        ask()
    assert [part for part in said if part not in str(raised.value)] == []
