"""Quotients and logarithms of sums of exponentials, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from graphopt.structure import Form, Program
from graphopt.structure.forms import constant_form, group_form, shifted, transformed
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.quotients import divided, logarithm

RNG = np.random.default_rng(0)


def check(build, form, expected):
    """Check that `form` is the NumPy function `expected` of three decisions."""
    points = RNG.normal(size=(7, 3))
    found = Program(tuple(build.groups), (form,))(points)[0]
    np.testing.assert_allclose(found, expected(points), rtol=1e-13, atol=1e-14)
    return [(g.function, g.size) for g in build.groups[2:]]  # but for the decisions and their exponentials


def sums(weights, constant):
    """Return a builder and ``weights @ exp(x) + constant``, one element a row."""
    build = Builder(3)
    terms = build.apply("exp", group_form(0, 3))
    return build, shifted(transformed(np.array(weights, dtype=float), terms), np.array(constant))


ONE_OVER = {
    "exp": ([[2, 0, 0]], [0.0], [("exp", 1)]),
    "sigmoid": ([[0, 3, 0]], [0.5], [("sigmoid", 1)]),
    "sum": ([[1, 3, 0]], [0.5], [("exp", 2), ("reciprocal", 1)]),
    "no sum": ([[1, 3, 0]], [-0.5], [("reciprocal", 1)]),
    "of every kind": (
        [[2, 0, 0], [0, 3, 0], [0, 0, 0]],
        [0.0, 0.5, 4.0],
        [("exp", 1), ("sigmoid", 1)],
    ),
}


@pytest.mark.parametrize("name", ONE_OVER)
def test_one_over_a_sum(name):
    weights, constant, expected = ONE_OVER[name]
    build, form = sums(weights, constant)
    inverse = divided(build, constant_form(np.full(len(constant), 2.0)), form)
    assert check(build, inverse, lambda p: 2 / (np.exp(p) @ np.transpose(weights) + constant)) == expected


def test_a_share_is_one_over_differences():
    build, total = sums([[1, 2, 4]], [0.25])
    share = divided(build, sums([[0, 3, 0]], [0.0])[1], total)
    expected = lambda p: 3 * np.exp(p[:, 1:2]) / (np.exp(p) @ [[1], [2], [4]] + 0.25)  # noqa: E731
    assert check(build, share, expected) == [("exp", 3), ("reciprocal", 1)]


LOGARITHMS = {
    "of exp": ([[2, 0, 0]], [0.0], []),
    "softplus": ([[0, 3, 0]], [0.5], [("softplus", 1)]),
    "of two": ([[1, 3, 0]], [0.0], [("softplus", 1)]),
    "of three": ([[1, 3, 2]], [0.0], [("exp", 2), ("log", 1)]),
    "of what is no sum of exponentials": ([[3, -1e-3, 0]], [9.0], [("log", 1)]),
}


@pytest.mark.parametrize("name", LOGARITHMS)
def test_logarithms(name):
    weights, constant, expected = LOGARITHMS[name]
    build, form = sums(weights, constant)
    found = logarithm(build, form)
    assert check(build, found, lambda p: np.log(np.exp(p) @ np.transpose(weights) + constant)) == expected


def test_division_by_numbers_is_scaling():
    build = Builder(3)
    form = divided(build, group_form(0, 3), Form(np.array([1.0, 2.0, 4.0])))
    check(build, form, lambda p: p / [1, 2, 4])
    assert len(build.groups) == 1
