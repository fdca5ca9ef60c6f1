"""Sorting is a network of pairs, the place of the largest a sum of steps."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.structure import NotLowered, Structure, lower
from graphopt.structure.lowering.order import comparisons
from tests.structure.agreement import lowered

X = pt.matrix("X", shape=(3, 4))
x = pt.vector("x", shape=(7,))


@pytest.mark.parametrize("length", range(1, 11))
def test_the_network_sorts(length):
    """What sorts all zeros and ones sorts everything (D. E. Knuth's zero-one principle)."""
    for numbers in product((0, 1), repeat=length):
        found = list(numbers)
        for i, j in comparisons(length):
            found[i], found[j] = min(found[i], found[j]), max(found[i], found[j])
        assert found == sorted(numbers)


@pytest.mark.parametrize(
    "expression",
    [
        pt.sort(X, axis=0),
        pt.sort(X, axis=1),
        pt.sort(X),
        pt.sort(X)[:, 1:3].mean(),
        pt.sort(x)[3],
        -pt.sort(-x),
    ],
)
def test_sorted(expression):
    assert lowered(expression, [x, X]).structure is Structure.PIECEWISE_LINEAR


@pytest.mark.parametrize(
    "expression",
    [
        pt.argmax(X),
        pt.argmax(X, axis=0),
        pt.argmin(X, axis=1),
        2.0 * pt.argmax(X, axis=1) - 1,
        pt.argmax(X[:, :1], axis=1),
    ],
)
def test_place_of_the_largest(expression):
    lowered(expression, [X], points=20)


def test_the_first_of_equals():
    program = lower([pt.argmax(x)], [x])
    assert program(np.array([[0.0, 2, 1, 2, 2, 0, 1]]))[0].tolist() == [[1.0]]
    assert program(np.zeros((1, 7)))[0].tolist() == [[0.0]]


def test_many_numbers_are_not_ordered():
    many = pt.vector("many", shape=(100,))
    for expression in (pt.sort(many), pt.argmax(many)):
        with pytest.raises(NotLowered, match="100 numbers, more than 64"):
            lower([expression], [many])
