"""Functions of functions of one number are curves, where nothing else needs the inner one."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt

from tests.structure.agreement import counts, lowered

x = pt.vector("x", shape=(4,))


def test_a_chain_is_a_curve():
    assert counts(lowered(pt.exp(-(x**2)), [x])) == {"curve": 4}
    assert counts(lowered(pt.tanh(3 * pt.exp(0.1 * pt.sin(x)) - 1), [x])) == {"curve": 4}


def test_what_is_used_twice_stays():
    inner = pt.exp(x)
    assert counts(lowered([pt.tanh(inner), pt.sum(inner)], [x])) == {"exp": 4, "tanh": 4}


def test_elements_are_looked_at_one_by_one():
    """tanh(exp(x0)), but tanh(exp(x1) + exp(x2)) of two."""
    matrix = np.array([[1.0, 0, 0, 0], [0, 1.0, 1.0, 0]]).T
    program = lowered(pt.tanh(pt.dot(pt.exp(x), matrix)), [x])
    assert counts(program) == {"exp": 2, "tanh": 1, "curve": 1}


def test_different_weights_are_different_curves():
    program = lowered(pt.tanh(np.array([1.0, 2.0, 1.0, 2.0]) * pt.exp(x)), [x])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("curve", 2), ("curve", 2)]


def test_relu_of_relu_is_piecewise_linear():
    assert counts(lowered(pt.maximum(1 - pt.maximum(x, 0), 0), [x])) == {"relu": 8}


def test_long_chains_end():
    y = x
    for _ in range(30):
        y = pt.sin(y) + 1
    program = lowered(y, [x])
    assert 2 < len(program.groups) - 1 < 30
