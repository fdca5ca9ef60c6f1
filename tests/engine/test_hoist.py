"""What stays the same while a variable varies."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.traversal import ancestors

from graphopt import engine

x, held = pt.dvector("x"), pt.dmatrix("held")
W = pytensor.shared(np.ones((3, 3)), name="W")


def test_the_largest_parts_are_found():
    part = pt.tanh(pt.dot(held, W))
    assert engine.hoist([pt.dot(part, x).sum()], [x]) == [part]


def test_a_whole_output_may_stay_the_same():
    part = pt.exp(held).sum()
    assert engine.hoist([part, x.sum()], [x]) == [part]


def test_views_lengths_constants_and_bare_inputs_stay_where_they_are():
    moving = pt.dot(W.T[:2], x) + held.shape[0] + held[0, :2] + pt.exp(pt.constant(1.0))
    assert engine.hoist([moving.sum()], [x]) == []


def test_below_a_view_the_work_is_found():
    part = pt.tanh(held)
    assert engine.hoist([(part.T[0] * x).sum()], [x]) == [part]


def test_nothing_that_is_found_depends_on_what_varies():
    out = pt.dot(pt.tanh(pt.dot(held, W) + x), pt.exp(W)).sum() * pt.sum(W**2)
    parts = engine.hoist([out, *pytensor.grad(out, [x])], [x])
    assert parts
    assert all(x not in set(ancestors([part])) for part in parts)


def test_feeding_the_parts_back_gives_the_same():
    out = pt.tanh(pt.dot(pt.tanh(pt.dot(held, W)), x)).sum()
    outputs = [out, pytensor.grad(out, x)]
    parts = engine.hoist(outputs, [x])
    slots = [part.type() for part in parts]
    rest = engine.compile([x, *slots], outputs, givens=dict(zip(parts, slots, strict=True)))
    value, past = np.arange(3.0), np.random.default_rng(0).normal(size=(4, 3))
    kept = engine.compile([held], parts)(past)
    for got, expected in zip(
        rest(value, *kept), engine.compile([x, held], outputs)(value, past), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-13)
