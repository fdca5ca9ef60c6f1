"""Groups hold each element once, and none whose value is known."""

from __future__ import annotations

import numpy as np

from graphopt.structure import Form, Program
from graphopt.structure.forms import added, group_form, scaled, shifted, taken
from graphopt.structure.lowering.builder import Builder

RNG = np.random.default_rng(0)
x = group_form(0, 3)


def functions(build):
    return [(g.function, g.size) for g in build.groups[1:]]


def check(build, form, expected):
    """Check that `form` is the NumPy function `expected` of the decisions."""
    points = RNG.normal(size=(7, 3))
    found = Program(tuple(build.groups), (form,))(points)[0]
    np.testing.assert_allclose(found, expected(points), rtol=1e-14, atol=1e-14)


def test_the_same_is_made_once():
    build = Builder(3)
    first, second = build.apply("tanh", x), build.apply("tanh", group_form(0, 3))
    assert functions(build) == [("tanh", 3)]
    assert first is second


def test_a_relu_of_what_keeps_its_sign_is_none():
    build = Builder(3)
    once = build.relu(x)
    assert build.relu(once).terms.keys() == once.terms.keys()
    assert not any(m.any() for m in build.relu(shifted(scaled(once, -2.0), -1.0)).terms.values())
    assert functions(build) == [("relu", 3)]


def test_constant_elements_are_evaluated():
    build = Builder(3)
    form = Form(np.array([0.0, -1.0, 2.0]), {0: np.diag([1.0, 0.0, 0.0])})
    check(build, build.apply("exp", form), lambda p: np.exp(p * [1, 0, 0] + [0, -1, 2]))
    check(build, build.relu(form), lambda p: np.maximum(p * [1, 0, 0] + [0, -1, 2], 0))
    check(build, build.multiply(form, x), lambda p: p * (p * [1, 0, 0] + [0, -1, 2]))
    assert functions(build) == [("exp", 1), ("relu", 1), ("square", 1)]


def test_products_of_either_order_are_one():
    build = Builder(3)
    pairs = build.multiply(taken(x, [0, 1, 2]), taken(x, [1, 0, 2]))
    check(build, pairs, lambda p: p * p[:, [1, 0, 2]])
    assert functions(build) == [("square", 1), ("product", 1)]


def test_extremes():
    build = Builder(3)
    y = scaled(taken(x, [2, 0, 1]), 2.0)
    check(build, build.maximum(x, y), lambda p: np.maximum(p, 2 * p[:, [2, 0, 1]]))
    check(build, build.minimum(x, Form(np.ones(3))), lambda p: np.minimum(p, 1))
    limits = Form(np.array([-np.inf, np.inf, 0.0]))
    assert build.maximum(x, limits).constant[1] == np.inf
    assert functions(build) == [("relu", 3), ("relu", 3), ("relu", 1)]


def test_an_absolute_value_beside_its_argument_is_one_relu():
    build = Builder(3)
    both = build.unmirrored(added(x, build.absolute(x)))
    check(build, both, lambda p: p + abs(p))
    assert [g for g, m in both.terms.items() if m.any()] == [1]
    check(build, build.unmirrored(build.absolute(x)), np.abs)
    check(build, build.square(build.absolute(x)), np.square)
