"""Programs and affine forms against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from graphopt.structure import Form, Group, Program, Structure
from graphopt.structure.forms import added, dense, group_form, joined, scaled, substituted, taken, transformed
from graphopt.structure.functions import FUNCTIONS
from tests.programs import dense_program, random_network


def test_a_dense_network_is_its_layers():
    rng = np.random.default_rng(0)
    weights, biases, activations = random_network(rng, (3, 5, 4, 2), "tanh")
    program, x = dense_program(weights, biases, activations), rng.normal(size=(7, 3))
    expected = x
    for W, b, activation in zip(weights, biases, activations, strict=True):
        expected = expected @ W + b
        expected = np.tanh(expected) if activation else expected
    np.testing.assert_allclose(program(x)[0], expected, rtol=1e-14)


@pytest.mark.parametrize("size", [3, 200])
def test_forms_are_affine_algebra(size):
    """Small forms are dense, large ones sparse; both do the same."""
    rng = np.random.default_rng(1)
    values = [rng.normal(size=(4, size)), rng.normal(size=(4, 2))]
    first = Form(rng.normal(size=size), {0: rng.normal(size=(size, size)), 1: rng.normal(size=(size, 2))})
    second = added(group_form(0, size), Form(rng.normal(size=size)))
    a, b = first(values), second(values)
    np.testing.assert_allclose(b - second.constant, values[0], atol=1e-15)
    index = np.array([2, 0, 0])
    M = rng.normal(size=(5, size))
    checks = [
        (added(first, second), a + b),
        (taken(first, index), a[:, index]),
        (joined([first, second]), np.hstack([a, b])),
        (scaled(second, np.arange(size)), b * np.arange(size)),
        (transformed(M, first), a @ M.T),
        (transformed(sparse.csr_array(M), second), b @ M.T),
    ]
    for form, expected in checks:
        np.testing.assert_allclose(form(values), expected, rtol=1e-12, atol=1e-12)
    replaced = substituted(first, {1: Form(np.ones(2), {0: np.ones((2, size))})})
    np.testing.assert_allclose(
        replaced(values), first([values[0], 1 + values[0].sum(axis=1, keepdims=True) * np.ones(2)]), rtol=1e-9
    )
    assert set(replaced.terms) == {0}


def test_dense_gives_arrays():
    np.testing.assert_array_equal(dense(sparse.eye_array(3, format="csr")), np.eye(3))


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"curve", "step", "floor", "round"}))
def test_slopes_are_central_differences(name):
    rng = np.random.default_rng(2)
    function, h = FUNCTIONS[name], 1e-6
    arguments = [rng.uniform(0.3, 2.0, size=20) for _ in range(2 if name in ("normalized", "product") else 1)]
    slopes = function.slope(*arguments, 1.7)
    for k, slope in enumerate(slopes):
        ahead, behind = ([a + s * h * (j == k) for j, a in enumerate(arguments)] for s in (1, -1))
        by_values = (function.value(*ahead, 1.7) - function.value(*behind, 1.7)) / (2 * h)
        np.testing.assert_allclose(slope, by_values, rtol=1e-6, atol=1e-9)


def test_structure_is_the_simplest_class():
    x = group_form(0, 2)
    square = Group("square", 2, (x,))
    of = lambda *groups: Program((Group("input", 2), *groups), (group_form(len(groups), 2),)).structure  # noqa: E731
    assert of() is Structure.AFFINE
    assert of(Group("relu", 2, (x,))) is Structure.PIECEWISE_LINEAR
    assert of(square, Group("product", 2, (x, x))) is Structure.QUADRATIC
    assert of(square, Group("product", 2, (x, group_form(1, 2)))) is Structure.SMOOTH
    assert of(Group("tanh", 2, (x,))) is Structure.SMOOTH


def test_only_keeps_what_an_output_needs():
    rng = np.random.default_rng(3)
    program = dense_program(*random_network(rng, (2, 3, 3, 1), "relu"))
    both = Program(program.groups, (*program.outputs, group_form(1, 3)))
    small, points = both.only([1]), rng.normal(size=(5, 2))
    assert len(small.groups) == 2
    np.testing.assert_array_equal(small(points)[0], both(points)[1])
