"""Quotients by norms, and weighted sums of them, are one function of two numbers each."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.structure.forms import dense
from tests.structure.agreement import counts, lowered

x = pt.vector("x", shape=(5,))
X = pt.matrix("X", shape=(3, 4))
W = np.random.default_rng(0).normal(size=(5, 2))


def layer_norm(z, epsilon=1e-3):
    centred = z - pt.mean(z, axis=-1, keepdims=True)
    return centred / pt.sqrt(pt.mean(centred**2, axis=-1, keepdims=True) + epsilon)


WAYS = {
    "root below": layer_norm(x),
    "reciprocal of a root": (x - x.mean()) * pt.reciprocal(pt.sqrt(x.var() + 1e-3)),
    "power": (x - x.mean()) * (x.var() + 1e-3) ** -0.5,
    "scaled and shifted": np.arange(5.0) * layer_norm(x) + 2.0,
    "direction": x / pt.sqrt(pt.sum(x**2) + 1e-6),
    "root mean square": x / pt.sqrt(pt.mean(x**2) + 1e-6) * 3.0,
}


@pytest.mark.parametrize("name", WAYS)
def test_ways_to_write_it(name):
    found = counts(lowered(WAYS[name], [x]))
    assert found == {"square": 5, "normalized": 4 if name == "scaled and shifted" else 5}


def test_rows_have_norms_of_their_own():
    assert counts(lowered(layer_norm(X), [X])) == {"square": 12, "normalized": 12}


def test_a_weighted_sum_is_one_element():
    assert counts(lowered(pt.dot(layer_norm(x), W) + x[0], [x])) == {"square": 5, "normalized": 2}


def test_sums_over_two_norms_are_two():
    assert counts(lowered(pt.sum(layer_norm(X)[:2, :3]), [X])) == {"square": 8, "normalized": 2}


def test_after_other_functions():
    found = counts(lowered(pt.tanh(pt.dot(layer_norm(pt.tanh(x)), W)), [x]))
    assert found == {"tanh": 7, "square": 5, "normalized": 2}


def test_the_argument_is_scaled_to_its_norm():
    """The largest of (x_0 - mean) / sqrt(variance) is sqrt(n - 1) = 2: half of it never leaves -1 and 1."""
    program = lowered(layer_norm(x, 0.0)[0], [x])
    assert program.groups[-1].parameter == 1.0
    (weight,) = dense(program.outputs[0].terms[len(program.groups) - 1])
    np.testing.assert_allclose(weight, 2.0, rtol=1e-8)


def test_what_lies_outside_of_the_norm_has_no_limit():
    y = pt.vector("y", shape=(2,))
    program = lowered(y[0] / pt.sqrt(pt.sum(x**2) + 1.0), [x, y])
    assert program.groups[-1].function == "normalized"
    assert program.groups[-1].parameter == np.inf


def test_other_quotients_stay_products():
    found = counts(lowered(x[0] / pt.sqrt(1 + pt.exp(x[1]) + x[2] ** 2), [x]))
    assert found["product"] == 1
    assert "normalized" not in found
