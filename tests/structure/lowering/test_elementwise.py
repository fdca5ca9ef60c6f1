"""Elementwise expressions and activations become the functions that they are."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor import scalar as ps
from pytensor.tensor.elemwise import Elemwise

from graphopt.nn import activations
from graphopt.structure import Structure
from tests.structure.agreement import lowered

x = pt.vector("x", shape=(4,))
y = pt.vector("y", shape=(4,))

PIECEWISE_LINEAR = ["hard_sigmoid", "hard_tanh", "leaky_relu", "relu", "relu6", "soft_shrink"]


@pytest.mark.parametrize("name", sorted(activations.TABLE))
def test_every_activation(name):
    program = lowered(activations.get(name)(x[None]), [x])
    expected = Structure.PIECEWISE_LINEAR if name in PIECEWISE_LINEAR else Structure.SMOOTH
    assert program.structure is (Structure.AFFINE if name == "linear" else expected)


ONE_RELU = {
    "half of x + |x|": (x + abs(x)) / 2,
    "leaky by abs": 0.6 * x + 0.4 * abs(x),
    "switch": pt.switch(x > 0, x, 0.0),
    "leaky switch": pt.switch(pt.gt(x, 0.0), x, 0.2 * x),
    "switch the other way": pt.switch(pt.lt(x, 0.0), 0.1 * x, x),
    "threshold": pt.switch(x >= 0.5, x, 0.5),
    "gate": x * (x > 0),
    "|x| by where": pt.where(x >= 0, x, -x),
    "maximum": pt.maximum(x, 0.3),
    "of two": pt.maximum(x, 2 * y),
    "twice": pt.maximum(pt.maximum(x, 0), 0),
}


@pytest.mark.parametrize("name", ONE_RELU)
def test_one_relu_for_each_element(name):
    program = lowered(ONE_RELU[name], [x, y])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("relu", 4)]


SPELLINGS = {
    "log1p(exp(x))": (pt.log1p(pt.exp(x)), "softplus"),
    "log(1 + exp(x))": (pt.log(1 + pt.exp(x)), "softplus"),
    "-log(sigmoid(x))": (-pt.log(pt.sigmoid(x)), "softplus"),
    "1 / (1 + exp(-x))": (1 / (1 + pt.exp(-x)), "sigmoid"),
    "exp(x) / (1 + exp(x))": (pt.exp(x) / (1 + pt.exp(x)), "sigmoid"),
    "log(1 - sigmoid(x))": (pt.log(1 - pt.sigmoid(x)), "softplus"),
    "log(1 / (1 + exp(x)))": (pt.log(1 / (1 + pt.exp(x))), "softplus"),
    "|x| ** 2": (abs(x) ** 2, "square"),
    "x * x": (x * x, "square"),
    "(x - 1)(2 - 2x)": ((x - 1) * (2 - 2 * x), "square"),
    "x ** 3": (x**3, "power"),
    "2 ** x": (2.0**x, "exp"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_functions_are_seen_however_they_are_spelled(name):
    expression, function = SPELLINGS[name]
    program = lowered(expression, [x])
    assert [(g.function, g.size) for g in program.groups[1:]] == [(function, 4)]


def test_softmax_by_hand_is_softmax():
    """However it is written, each share is one over a sum of differences' exponentials."""
    stable = pt.exp(x - x.max())
    for expression in (pt.exp(x) / pt.exp(x).sum(), stable / stable.sum(), pt.special.softmax(x)):
        program = lowered(expression, [x])
        assert [(g.function, g.size) for g in program.groups[1:]] == [("exp", 12), ("reciprocal", 4)]
    program = lowered([pt.logsumexp(x), pt.special.log_softmax(x)[0]], [x])
    assert {g.function for g in program.groups[1:]} == {"exp", "log"}


def test_a_softmax_of_many_is_a_quotient():
    """The sums of differences would be a hundred thousand elements and more."""
    many = pt.vector("many", shape=(400,))
    program = lowered(pt.special.softmax(many)[:3], [many])
    assert sum(g.size for g in program.groups) < 2500
    lowered(pt.special.log_softmax(many)[:3], [many])


BRANCHES = {
    "elu": pt.switch(x > 0, x, pt.expm1(x)),
    "elu the other way": pt.switch(x <= 0, pt.expm1(x), x),
    "truth values moved": x[::-1] * pt.concatenate([x > 0, np.array([True])])[-2::-1],
    "three pieces": pt.where(x > 1, 1.0, pt.where(x < -1, -1.0, x)),
    "two gates": (x > 0) * pt.tanh(x) + (x <= 0) * pt.expm1(x),
    "softplus above a threshold": pt.switch(x > 0.5, pt.softplus(x) - np.logaddexp(0, 0.5) + 0.25, x**2),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_branches_that_meet(name):
    lowered(BRANCHES[name], [x], spread=1.5)


def test_elements_that_are_constant_are_numbers():
    """Of maximum([x, 1], 0) only the elements that move are in a group."""
    program = lowered(pt.maximum(pt.concatenate([x, pt.ones(2), -pt.ones(1)]), 0), [x])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("relu", 4)]
    np.testing.assert_array_equal(program.outputs[0].constant, [0, 0, 0, 0, 1, 1, 0])


def test_infinite_limits_are_none():
    assert lowered(pt.clip(x, -np.inf, np.inf), [x]).structure is Structure.AFFINE
    program = lowered(pt.clip(x, np.array([-np.inf, 0, -np.inf, 0]), np.array([1, np.inf, np.inf, 1])), [x])
    assert sum(g.size for g in program.groups[1:]) == 4


def test_equal_elements_are_one():
    program = lowered(pt.tanh(pt.concatenate([x, x[:2], y])), [x, y])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("tanh", 8)]


def test_fused_operations_are_what_is_inside():
    a, b = ps.float64("a"), ps.float64("b")
    fused = Elemwise(ps.Composite([a, b], [ps.switch(a > b, a, b) + ps.exp(a)]))
    assert {g.function for g in lowered(fused(x, y), [x, y]).groups[1:]} == {"relu", "exp"}


def test_exponents():
    for exponent in (-2, -1, 0, 1, 4, 5):
        lowered(x**exponent, [x])
    for exponent in (-0.5, 0.5, 1.5):
        lowered(abs(x) ** exponent, [x])
    assert np.isclose(lowered(x**0, [x]).outputs[0].constant, 1).all()
