"""Decisions and the values they may take. What is expected follows from the definitions of the kinds."""

from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, UnknownName
from graphopt.problem import Problem, Variable


def vector(n=2):
    return pt.vector("x", shape=(n,), dtype="float64")


def test_a_variable_is_real_unless_said_otherwise():
    variable = Variable(vector(), -1.5, 2.5)
    assert (variable.kind, variable.choices) == ("real", None)
    np.testing.assert_array_equal(variable.lower, [-1.5, -1.5])


def test_integer_bounds_are_rounded_inwards():
    variable = Variable(vector(), [-0.5, 2.5], [0.5, 4.0], kind="integer")
    np.testing.assert_array_equal(variable.lower, [0, 3])
    np.testing.assert_array_equal(variable.upper, [0, 4])
    assert not np.signbit(variable.lower).any()
    assert not variable.lower.flags.writeable


def test_integers_may_be_without_bounds():
    variable = Variable(vector(), kind="integer")
    np.testing.assert_array_equal(variable.upper, [np.inf, np.inf])


def test_binaries_lie_between_zero_and_one():
    np.testing.assert_array_equal(Variable(vector(), kind="binary").upper, [1, 1])
    held = Variable(vector(), [0.2, -3], [7, 0.9], kind="binary")
    np.testing.assert_array_equal(held.lower, [1, 0])
    np.testing.assert_array_equal(held.upper, [1, 0])


def test_one_list_of_choices_serves_all_elements():
    variable = Variable(vector(), choices=[2.5, -1, 2.5, 0])
    assert variable.kind == "choice"
    assert [values.tolist() for values in variable.choices] == [[-1, 0, 2.5]] * 2
    np.testing.assert_array_equal(variable.lower, [-1, -1])
    np.testing.assert_array_equal(variable.upper, [2.5, 2.5])


def test_each_element_may_have_its_own_choices_within_its_bounds():
    variable = Variable(pt.matrix("x", shape=(1, 2)), 0, [[10, 3]], choices=[[1, 20, 5], [3]])
    assert [values.tolist() for values in variable.choices] == [[1, 5], [3]]
    np.testing.assert_array_equal(variable.upper, [[5, 3]])


def test_a_scalar_has_one_list_of_choices():
    assert Variable(pt.scalar("x", dtype="float64"), choices=[3, 1]).choices[0].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"lower": 2.2, "upper": 2.8, "kind": "integer"},
            InvalidValue,
            "no whole number lies between 2.2 and",
        ),
        ({"lower": [0, 2], "upper": 3, "kind": "binary"}, InvalidValue, "neither 0 nor 1 .* at index 1"),
        ({"kind": "interger"}, UnknownName, "Did you mean 'integer'"),
        ({"kind": "choice"}, InvalidValue, "Add choices="),
        ({"kind": "binary", "choices": [0, 1]}, InvalidValue, "Leave the kind out"),
        ({"choices": [1, np.nan]}, InvalidValue, "at index 0 came as .* finite"),
        ({"choices": []}, InvalidValue, "at least one"),
        ({"lower": 4, "upper": 5, "choices": [1, 2]}, InvalidValue, "no choice lies between 4 and 5"),
        ({"choices": [[1], [2], [3]]}, ShapeMismatch, "3 lists of choices came for 2"),
        ({"choices": ["a", "b"]}, InvalidType, "expected a list of numbers"),
        ({"choices": 3}, InvalidType, "expected a list of numbers"),
    ],
)
def test_errors_say_what_came_and_where(options, error, message):
    with pytest.raises(error, match=message):
        Variable(vector(), **options)


def test_a_problem_knows_its_whole_numbers_and_choices_by_place():
    x, n, c = (
        vector(),
        pt.vector("n", shape=(3,), dtype="float64"),
        pt.vector("c", shape=(2,), dtype="float64"),
    )
    problem = Problem(
        minimize=pt.sum(x) + pt.sum(n) + pt.sum(c),
        variables=[Variable(x, 0, 1), Variable(n, 0, 5, kind="integer"), Variable(c, choices=[[1, 2], [7]])],
    )
    assert problem.integer.tolist() == [False] * 2 + [True] * 3 + [False] * 2
    assert {place: values.tolist() for place, values in problem.choices.items()} == {5: [1, 2], 6: [7]}


def test_each_element_may_have_its_own_kind():
    variable = Variable(vector(3), -0.5, 2.5, kind=["real", "integer", "binary"])
    np.testing.assert_array_equal(variable.lower, [-0.5, 0, 0])
    np.testing.assert_array_equal(variable.upper, [2.5, 2, 1])
    np.testing.assert_array_equal(variable.whole, [False, True, True])
    assert variable.discrete


def test_elements_without_choices_keep_their_kind_and_box():
    variable = Variable(
        vector(3), -1.5, 9, kind=["real", "integer", "real"], choices=[None, None, [4, 2, 20]]
    )
    assert variable.kind.tolist() == ["real", "integer", "choice"]
    np.testing.assert_array_equal(variable.lower, [-1.5, -1, 2])
    np.testing.assert_array_equal(variable.upper, [9, 9, 4])
    assert variable.choices[0] is None
    assert variable.choices[2].tolist() == [2, 4]
    again = replace(variable, unit="kg")
    np.testing.assert_array_equal(again.upper, variable.upper)
    problem = Problem(minimize=pt.sum(variable.expression), variables=[variable])
    assert problem.integer.tolist() == [False, True, False]
    assert {place: values.tolist() for place, values in problem.choices.items()} == {2: [2, 4]}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"kind": ["real"] * 3}, ShapeMismatch, r"kind has shape \(3,\); expected one kind, or one for each"),
        ({"kind": ["real", "whole"]}, UnknownName, "whole"),
        ({"kind": ["choice", "real"], "choices": [None, [1]]}, InvalidValue, "kind='choice' came without"),
        ({"kind": ["real", "binary"], "choices": [1, 2]}, InvalidValue, "kind='binary' and choices="),
        ({"choices": [[1], None, None]}, ShapeMismatch, "3 lists of choices"),
    ],
)
def test_errors_about_kinds_of_elements(options, error, message):
    with pytest.raises(error, match=message):
        Variable(vector(), **options)
