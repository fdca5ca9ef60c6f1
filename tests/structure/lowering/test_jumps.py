"""Truth values and rounding are functions that jump, however they are combined."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.ifelse import ifelse

from graphopt.nn import activations
from tests.structure.agreement import counts, lowered

x = pt.vector("x", shape=(5,))

ROUNDED = {
    "floor": pt.floor(x),
    "ceil": pt.ceil(x),
    "trunc": pt.trunc(x),
    "round": pt.round(x),
    "half away from zero": pt.round(x, mode="half_away_from_zero"),
    "sign": pt.sign(x),
    "whole": 2 * x.astype("int64"),
    "whole division": x // 0.7,
    "remainder": x % 0.7,
    "remainder of a negative": x % -0.7,
    "quantised": pt.tanh(pt.round(8 * x) / 8),
}

TRUTHS = {
    "alone": x > 0.1,
    "as numbers": (x > 0).astype("float64"),
    "sum": (x > 0).sum(),
    "mean": pt.mean(pt.ge(x, 0)),
    "product with a matrix": pt.dot((x > 0).astype("float64"), np.ones(5)),
    "and": (x > -1) & (x < 1),
    "or": (x < -1) | (x > 1),
    "exclusive or": (x < 0) ^ (x < 1),
    "not": 1.0 * ~((x > 0) | (x > 1)),
    "any": pt.any(x > 1),
    "all": pt.all(x > -1),
    "compared": (x > 0) > (x > 1),
    "equal": pt.eq(pt.round(x), 1) * x,
    "unequal": pt.neq(pt.round(x), 1),
    "of numbers": pt.round(x).astype("bool"),
    "among numbers": pt.concatenate([(x > 0).astype("float64"), x]) * 2,
    "several gates": (x > 0) * (x < 1) * x,
    "of two numbers": x[1:] * (x[1:] > x[:-1]),
}

BRANCHES = {
    "constant": pt.switch(x > 0, 2.0, -1.0),
    "that do not meet": pt.switch(x > 0, x + 1, x**2 - 2.0),
    "of other numbers": pt.switch(x > 0, x[::-1], 1.0),
    "of truth values": pt.switch(x > 0, x > 1, x < -1),
    "both of two conditions": pt.switch((x > -1) & (x < 1), pt.sin(x), 2.0),
    "where a number is not zero": pt.switch(pt.round(x), x, 1.0),
    "hard shrink": activations.hard_shrink(x),
    "ifelse": ifelse(x[0] > 0, pt.tanh(x), 2 * x),
}


@pytest.mark.parametrize("expression", [*ROUNDED.values(), *TRUTHS.values(), *BRANCHES.values()])
def test_the_program_agrees_with_the_graph(expression):
    lowered(expression, [x], points=20)


def test_steps_are_counted_once():
    """``x > 0`` in three places is one step for each element."""
    one = x > 0
    assert counts(lowered([one, 3.0 * one + 1, pt.sum(one)], [x])) == {"step": 5}


def test_halves_go_to_even_numbers_or_away_from_zero():
    program = lowered([pt.round(x), pt.round(x, mode="half_away_from_zero")], [x])
    even, away = program(np.array([[-1.5, -0.5, 0.5, 1.5, 2.5]]))
    np.testing.assert_array_equal(even[0], [-2, 0, 0, 2, 2])
    np.testing.assert_array_equal(away[0], [-2, -1, 1, 2, 3])


def test_steps_at_their_edge():
    program = lowered([x > 0, x >= 0, pt.sign(x)], [x])
    above, at_least, sign = program(np.array([[-1.0, -0.0, 0.0, 1e-300, 1.0]]))
    np.testing.assert_array_equal(above[0], [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(at_least[0], [0, 1, 1, 1, 1])
    np.testing.assert_array_equal(sign[0], [-1, 0, 0, 1, 1])
