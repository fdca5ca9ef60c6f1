"""Constraints as people write them, and what is wrong with some of them."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, UnknownName
from graphopt.problem import Constraint, Problem, Variable, between, compile_problem, eq, geq, leq, limit

x = pt.vector("x", shape=(3,), dtype="float64")
y = pt.scalar("y", dtype="float64")
point = np.array([0.1, 0.2, 0.3, 0.5])


def problem(*constraints, **options):
    cost = pt.sum(x**2) + y**2
    return Problem(
        minimize=cost,
        variables=[Variable(x, -1, 1), Variable(y, -1, 1)],
        constraints=list(constraints),
        **options,
    )


def rows(*constraints, **options):
    """Return values, lower and upper limits of the constraints at x = (0.1, 0.2, 0.3), y = 0.5."""
    compiled = compile_problem(problem(*constraints, **options), tier="now")
    return [part.round(12).tolist() for part in (compiled.constraints(point), *compiled.limits)]


INF = np.inf
WRITTEN = {
    "expression <= number": (leq(pt.sum(x), 1.5), ([0.6], [-INF], [1.5])),
    "number <= expression": (leq(1.5, pt.sum(x)), ([0.6], [1.5], [INF])),
    "expression <= expression": (leq(pt.sum(x), y), ([0.1], [-INF], [0.0])),
    "expression >= number": (geq(pt.sum(x), 0.5), ([0.6], [0.5], [INF])),
    "number >= expression": (geq(1.5, pt.sum(x)), ([0.6], [-INF], [1.5])),
    "expression >= expression": (geq(y, pt.sum(x)), ([-0.1], [0.0], [INF])),
    "expression == number": (eq(x[0] + x[1], 1.0), ([0.3], [1.0], [1.0])),
    "number == expression": (eq(1.0, x[0]), ([0.1], [1.0], [1.0])),
    "expression == expression": (eq(x[0], y), ([-0.4], [0.0], [0.0])),
    "between": (between(-1, x[0], 2), ([0.1], [-1], [2])),
    "a vector, limits broadcast": (leq(2 * x, 1), ([0.2, 0.4, 0.6], [-INF] * 3, [1.0] * 3)),
    "a vector, array limits": (leq(x, [1, 2, 3]), ([0.1, 0.2, 0.3], [-INF] * 3, [1.0, 2.0, 3.0])),
    "by name": (leq("y", 0.7), ([0.5], [-INF], [0.7])),
    "two names": (geq("x", "y"), ([-0.4, -0.3, -0.2], [0.0] * 3, [INF] * 3)),
    "a function of names": (
        leq(lambda v: pt.sum(v["x"]) * v["y"], 1),
        ([0.3], [-INF], [1.0]),
    ),
    "limits with None": (Constraint(x[0], None, 1), ([0.1], [-INF], [1.0])),
}


@pytest.mark.parametrize(("constraint", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_constraint_becomes_rows(constraint, expected):
    assert rows(constraint) == [list(part) for part in expected]


def test_outputs_and_held_inputs_have_names_too():
    past = pt.vector("past", shape=(2,), dtype="float64")
    asked = problem(
        leq("total", 1.5),
        leq(lambda v: v["total"] + v["past"], 2),
        outputs={"total": pt.sum(x)},
        fixed={past: np.array([1.0, 2.0])},
    )
    compiled = compile_problem(asked, tier="now")
    np.testing.assert_allclose(compiled.constraints(point), [0.6, 1.6, 2.6])


def test_each_constraint_has_a_name_of_its_own():
    asked = problem(leq(x, 1), leq(y, 1, name="cap"), leq(y, 2, name="cap"), limit("y", upper=1))
    assert [c.name for c in asked.constraints] == ["x", "cap", "cap (2)", "limit of y"]
    assert compile_problem(asked).rows.names == ["x[0]", "x[1]", "x[2]", "cap", "cap (2)", "limit of y"]


def test_one_constraint_needs_no_list():
    asked = Problem(minimize=pt.sum(x**2), variables=[Variable(x)], constraints=leq(pt.sum(x), 1))
    assert len(asked.constraints) == 1


WRONG = {
    "a comparison": (lambda: problem(pt.sum(x) <= 1), InvalidType, ["comparison", "leq(a, b)"]),
    "a comparison inside": (lambda: leq(x >= 1, 2), InvalidType, ["comparison", "geq(a, b)"]),
    "numbers on both sides": (lambda: leq(1.0, 2.0), InvalidType, ["numbers on both sides"]),
    "an integer expression": (lambda: leq(pt.argmax(x), 2), InvalidType, ["int64", "gradient"]),
    "no expression": (lambda: Constraint(3.0, 0, 1), InvalidType, ["float", "PyTensor expression"]),
    "no constraint": (lambda: problem(3.0), InvalidType, ["constraints[0]", "float", "leq"]),
    "one expression": (
        lambda: Problem(minimize=y**2, variables=[Variable(y)], constraints=pt.sum(x)),
        InvalidType,
        ["list of constraints"],
    ),
    "limits crossed": (
        lambda: between([0, 2], x[:2], [1, 1], name="pair"),
        InvalidValue,
        ["'pair'", "2 is above", "1", "index 1"],
    ),
    "limits that do not fit": (lambda: between([0, 2], x, [1, 1, 1]), ShapeMismatch, ["(2,)", "(3,)"]),
    "NaN limit": (lambda: leq(x, [1, np.nan, 1]), InvalidValue, ["NaN", "index 1"]),
    "text limit": (lambda: leq(y, 1, name=3), InvalidType, ["3", "string"]),
    "upper limit -inf": (lambda: leq(y, -np.inf), InvalidValue, ["-inf", "no number"]),
    "no limit": (lambda: leq(y, np.inf), InvalidValue, ["neither"]),
    "a limit of another shape": (
        lambda: compile_problem(problem(leq(x, np.zeros(4), name="c"))).rows,
        ShapeMismatch,
        ["'c'", "(4,)", "(3,)"],
    ),
    "an unknown name": (lambda: problem(leq("yy", 1)), UnknownName, ["'yy'", "'y'"]),
    "an unknown name in a difference": (lambda: problem(leq("xx", "y")), UnknownName, ["'xx'", "'x'"]),
    "an unknown input": (
        lambda: problem(leq(pt.dscalar("other") + y, 1)),
        InvalidValue,
        ["other", "neither bounds nor a value"],
    ),
    "a function that returns a number": (lambda: problem(leq(lambda v: 1.0, 2)), InvalidType, ["float"]),
    "no gradient": (
        lambda: compile_problem(problem(leq(pt.cast(x.shape[0], "float64"), 1, name="c")))
        .rows.jacobian(point),
        InvalidValue,
        ["'c'", "gradient"],
    ),
    "a breached constant": (
        lambda: compile_problem(problem(leq(pt.as_tensor(3.0) * 1.0, 1.5, name="c"))).rows,
        InvalidValue,
        ["'c'", "no decision", "3", "1.5"],
    ),
    "a scale of zero": (lambda: Constraint(y, 0, 1, scale=0), InvalidValue, ["scale", "positive"]),
    "in neither objective nor constraint": (
        lambda: Problem(
            minimize=y**2, variables=[Variable(y), Variable(x)], constraints=[leq(y, 1)]
        ),
        InvalidValue,
        ["'x'", "nor does any constraint"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("ask", "error", "said"), WRONG.values(), ids=WRONG)
def test_wrong_constraint_says_what_is_wrong(ask, error, said):
    with pytest.raises(error) as raised:
        ask()
    assert [part for part in said if part not in str(raised.value)] == []


def test_satisfied_constants_are_dropped():
    weight = pytensor.shared(2.0, name="weight")
    compiled = compile_problem(problem(leq(weight * 2, 4.0), leq(y, 1)), tier="now")
    assert compiled.rows.names == ["y"]
    weight.set_value(3.0)
    with pytest.raises(InvalidValue, match="depends on no decision"):
        compile_problem(problem(leq(weight * 2, 4.0, name="w"), leq(y, 1)), tier="now").constraints(point)


def test_a_decision_may_be_in_a_constraint_only():
    slack = pt.vector("slack", shape=(2,), dtype="float64")
    asked = Problem(
        minimize=pt.sum(x**2),
        variables=[Variable(x, -1, 1), Variable(slack, 0, 1)],
        constraints=[eq(pt.sum(x) + slack[0] - slack[1], 2.0)],
    )
    compiled = compile_problem(asked, tier="now")
    z = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    np.testing.assert_array_equal(compiled.cost(z)[1], [0.2, 0.4, 0.6, 0, 0])
    np.testing.assert_array_equal(compiled.look(z).gradient, [0.2, 0.4, 0.6, 0, 0])
    np.testing.assert_array_equal(compiled.jacobian(z), [[1, 1, 1, 1, -1]])
