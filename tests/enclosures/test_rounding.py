"""Rounding errors against exact arithmetic: fractions of Python's integers."""

from fractions import Fraction

import numpy as np
import pytest

from graphopt.enclosures.derivatives.gradients import gradient_bounds
from graphopt.enclosures.intervals import form_range
from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.enclosures.rounding import outward
from graphopt.structure.forms import Form
from graphopt.structure.program import Group, Program


def exactly(form, x):
    """Return the form at the flat vector `x` without rounding."""
    matrix = form.terms[0]
    return [
        Fraction(c) + sum(Fraction(a) * Fraction(b) for a, b in zip(row, x, strict=True))
        for c, row in zip(form.constant, matrix, strict=True)
    ]


def cancelling_form(rng, rows, columns):
    """Return a form whose terms are a million times as large as their sum."""
    matrix = rng.normal(size=(rows, columns))
    matrix[:, columns // 2 :] = -matrix[:, : columns // 2] * (
        1 + 1e-6 * rng.normal(size=(rows, columns // 2))
    )
    return Form(1e-6 * rng.normal(size=rows), {0: matrix})


@pytest.mark.parametrize("columns", [2, 20, 200])
def test_the_range_at_a_point_holds_the_exact_value(columns):
    rng = np.random.default_rng(columns)
    form, x = cancelling_form(rng, 50, columns), np.repeat(rng.normal(size=columns // 2)[None], 2, axis=0)
    lower, upper, magnitude = form_range(form, [(x.reshape(1, -1), x.reshape(1, -1))])
    exact, seen = exactly(form, x.ravel()), form([x.reshape(1, -1)])[0]
    for low, value, float_value, high in zip(lower[0], exact, seen, upper[0], strict=True):
        assert Fraction(low) <= value <= Fraction(high)
        assert low <= float_value <= high
    assert (upper - lower < 1e-12 * magnitude).all()


def test_linear_bounds_at_a_point_hold_the_exact_value():
    """x ** 2 - y ** 2 near x = y: the squares cancel."""
    identity, output = Form(np.zeros(2), {0: np.eye(2)}), Form(np.zeros(1), {1: np.array([[1.0, -1.0]])})
    program = Program((Group("input", 2), Group("square", 2, (identity,))), (output,))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 1)) * (1 + np.array([[0.0, 1e-14]]))
    found = linear_bounds(program, x, x)
    for (a, b), low, high in zip(x, found.lower[:, 0], found.upper[:, 0], strict=True):
        assert Fraction(low) <= Fraction(a) ** 2 - Fraction(b) ** 2 <= Fraction(high)


def test_gradient_bounds_hold_the_exact_gradient():
    """Of an active relu layer and a linear one: products of matrices, without rounding."""
    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(20, 3)), rng.normal(size=(5, 20))
    active = Group("relu", 20, (Form(np.full(20, 100.0), {0: W}),))
    program = Program((Group("input", 3), active), (Form(np.zeros(5), {1: V}),))
    box = np.full((1, 3), 0.5), np.full((1, 3), 0.5)
    low, high = gradient_bounds(program, linear_bounds(program, *box).enclosure)
    for i, k in np.ndindex(5, 3):
        exact = sum(Fraction(V[i, j]) * Fraction(W[j, k]) for j in range(20))
        assert Fraction(low[0, i, k]) <= exact <= Fraction(high[0, i, k])
    assert (high - low < 1e-10).all()


def test_outward_moves_by_a_few_units_in_the_last_place():
    values = np.array([1.0, -3.0, 1e300, 0.0])
    lower, upper = outward(values, values)
    assert (lower < values).all()
    assert (values < upper).all()
    assert (upper - lower <= 1e-14 * np.abs(values) + 1e-299).all()
