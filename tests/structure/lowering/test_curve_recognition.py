"""Elementwise parts of graphs of one number each are curves, however they are written."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor import scalar as ps
from pytensor.tensor.elemwise import Elemwise

from graphopt.nn import activations
from tests.structure.agreement import counts, lowered

x = pt.vector("x", shape=(4,))
y = pt.vector("y", shape=(4,))
W = np.random.default_rng(0).normal(size=(4, 3))

ONE_CURVE = {
    "silu": x * pt.sigmoid(x),
    "silu by hand": x / (1 + pt.exp(-x)),
    "swish": x * pt.sigmoid(1.702 * x),
    "gelu": 0.5 * x * (1 + pt.erf(x / np.sqrt(2))),
    "gelu by tanh": activations.gelu(x, approximate=True),
    "elu": pt.switch(x > 0, x, pt.exp(x) - 1),
    "softsign": x / (1 + abs(x)),
    "after a layer": activations.mish(pt.dot(x, W) + 0.1)[:, None].repeat(2, axis=1)[:, 0],
    "residual": x + activations.silu(x),
}


@pytest.mark.parametrize("name", ONE_CURVE)
def test_one_curve_for_each_element(name):
    program = lowered(ONE_CURVE[name], [x])
    (group,) = program.groups[1:]
    assert group.function == "curve"
    assert group.size == (3 if name == "after a layer" else 4)


def test_two_curves_that_are_alike_are_one_group():
    program = lowered(pt.concatenate([x * pt.sigmoid(x), y / (1 + pt.exp(-y))]), [x, y])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("curve", 8)]


def test_numbers_may_differ_from_element_to_element():
    """Each kind of numbers makes a curve of its own; where there are many, steps are kept."""
    beta = np.array([1.0, 2.0, 1.0, 2.0])
    program = lowered(x * pt.sigmoid(beta * x), [x])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("curve", 2), ("curve", 2)]
    many = pt.vector("many", shape=(40,))
    program = lowered(many * pt.sigmoid(np.linspace(1, 2, 40) * many), [many])
    assert counts(program) == {"sigmoid": 40, "product": 40}


def test_what_depends_on_two_numbers_is_no_curve():
    program = lowered(x * pt.sigmoid(y), [x, y])
    assert counts(program) == {"sigmoid": 4, "product": 4}
    assert counts(lowered(x * pt.sigmoid(x[::-1]), [x])) == {"sigmoid": 4, "product": 4}


def test_piecewise_linear_stays_so():
    assert counts(lowered(0.3 * x + pt.maximum(x, 0) - pt.clip(x, -1, 1), [x])) == {"relu": 12}


def test_one_function_and_the_number_itself_is_no_curve():
    assert counts(lowered(x - pt.tanh(x), [x])) == {"tanh": 4}


def test_fused_operations():
    a = ps.float64("a")
    fused = Elemwise(ps.Composite([a], [a * ps.tanh(a) + 1.0]))
    assert counts(lowered(fused(x), [x])) == {"curve": 4}


def test_an_expression_that_no_curve_is_needed_for_is_simplified():
    """The sum of exponentials would be a curve; of the whole a softplus remains."""
    assert counts(lowered(pt.log(pt.exp(x) + pt.exp(2 * x)), [x])) == {"softplus": 4}
