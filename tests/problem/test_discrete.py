"""How the doors are told which inputs are discrete; what is expected follows from the docstring."""

import numpy as np
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.errors import InvalidType, InvalidValue, UnknownName
from graphopt.problem import Problem, Variable
from graphopt.problem.discrete import with_kinds


def problem(*names):
    inputs = [pt.vector(name, shape=(2,), dtype="float64") for name in names]
    return Problem(minimize=sum(pt.sum(x) for x in inputs), variables=[Variable(x, -3, 3) for x in inputs])


@pytest.mark.parametrize(
    ("integer", "expected"),
    [
        (False, [0, 0, 0, 0]),
        (True, [1, 1, 1, 1]),
        ("b", [0, 0, 1, 1]),
        (["a"], [1, 1, 0, 0]),
        ({"a": [True, False], "b": True}, [1, 0, 1, 1]),
        ({"b": np.array([False, True])}, [0, 0, 0, 1]),
        ({"b": False}, [0, 0, 0, 0]),
        ((), [0, 0, 0, 0]),
    ],
)
def test_whole_numbers_by_name_or_by_mask(integer, expected):
    assert with_kinds(problem("a", "b"), integer=integer).integer.astype(int).tolist() == expected


def test_variables_stand_for_their_names():
    asked = problem("a", "b")
    a, b = (v.expression for v in asked.variables)
    found = with_kinds(asked, integer={a: [True, False]}, choices={b: [0, 1]})
    assert found.integer.tolist() == [True, False, False, False]
    assert sorted(found.choices) == [2, 3]


def test_one_variable_needs_no_name():
    found = with_kinds(problem("a"), integer=[True, False], choices=[None, [0, 2]])
    assert found.integer.tolist() == [True, False]
    assert found.choices[1].tolist() == [0, 2]


def test_nothing_asked_changes_nothing():
    asked = problem("a")
    assert with_kinds(asked) is asked


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"integer": [True, False]}, InvalidValue, "without names for 2 inputs"),
        ({"integer": {"a": [True]}}, InvalidValue, r"bools of its shape \(2,\)"),
        ({"integer": {"a": [1, 0]}}, InvalidValue, "expected True, or bools"),
        ({"integer": {"c": True}}, UnknownName, "'c'"),
        ({"integer": {3: True}}, InvalidType, "the key 3"),
        ({"integer": 1.5}, InvalidType, "expected True, or the names"),
        ({"integer": ["a", True]}, InvalidType, "expected True, or the names"),
        ({"choices": {"c": [1]}}, UnknownName, "variable in choices"),
        ({"choices": [1, 2]}, InvalidValue, "choices came without names"),
    ],
)
def test_errors_say_what_came(options, error, message):
    with pytest.raises(error, match=message):
        with_kinds(problem("a", "b"), **options)


def test_a_mixed_input_of_a_network_is_solved_exactly():
    """Against every whole number and choice, and a fine grid of the real column."""
    net = go.Sequential([go.Input(3, name="recipe"), go.Dense(6, "tanh"), go.Dense(1)], seed=2)
    answer = go.maximize(
        net, (-2, 2), integer=[False, True, False], choices=[None, None, [-1.5, 0.25]], certify=True
    )
    grids = np.meshgrid(np.linspace(-2, 2, 2001), np.arange(-2, 3), [-1.5, 0.25], indexing="ij")
    points = np.stack([grid.ravel() for grid in grids], axis=1)
    best = float(net.predict(points).max())
    assert answer.status is go.Status.PROVED_OPTIMAL
    assert answer.x[1] == np.round(answer.x[1])
    assert answer.x[2] in (-1.5, 0.25)
    assert best - 1e-12 <= answer.fun <= best + 1e-4  # the grid is 0.002 wide
