"""Loading computes nothing large: expressions of constants wait for the call."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from compat import theano, unpickle
from compat.theano import tensor as T
from compat.unpickling.folding import Folding, later

GROWING = Path(__file__).parents[1] / "recorded" / "pickles" / "growing.pkl.gz"


def test_expressions_that_take_all_memory_load():
    """`growing_theano.py` pickled them with Theano 1.0.5; the functions are compiled here."""
    tracemalloc.start()
    try:
        growing = unpickle.load(GROWING)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(growing) == 9
    assert peak < 96 << 20
    expression, function = growing["alloc"]
    assert expression.type == T.fmatrix
    assert callable(function)


@pytest.mark.parametrize(
    ("kind", "data", "waits"),
    [
        ("Alloc", [0.0, 10, 10], False),
        ("Alloc", [0.0, 10**6, 10**6], True),
        ("ARange", [0, 100, 1], False),
        ("ARange", [0, 1, 1e-12], True),
        ("Elemwise", [np.zeros(1000), np.zeros(1000)], False),
        ("Dot", [np.zeros((5000, 1)), np.zeros((1, 5000))], True),
    ],
)
def test_what_might_be_large_waits(kind, data, waits):
    given = [T.constant(value) for value in data]
    kept = Folding().kept_small(kind, given)
    assert any(x.owner is not None and x.owner.op == later for x in kept) == waits


def test_what_depends_on_inputs_is_left_alone():
    x, large = T.matrix(), T.constant(np.zeros((3000, 3000)))
    assert Folding().kept_small("Elemwise", [x, large]) == [x, large]


def test_many_small_ones_are_large_together():
    folding, small = Folding(), T.constant(np.zeros(1 << 20))
    waiting = 0
    for _ in range(10):
        kept = folding.kept_small("Elemwise", [small])
        waiting += kept != [small]
        folding.made("Elemwise", kept, [T.vector()])
    assert waiting == 6


def test_waiting_changes_no_value_shape_or_gradient():
    x = T.matrix()
    y = (later(x) ** 2).sum()
    value = np.arange(6.0).reshape(2, 3)
    f = theano.function([x], [y, theano.grad(y, x), later(x).shape])
    total, gradient, shape = f(value)
    assert total == (value**2).sum()
    np.testing.assert_array_equal(gradient, 2 * value)
    assert shape.tolist() == [2, 3]
