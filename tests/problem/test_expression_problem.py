"""Questions about bare expressions, as a Theano user has them in hand."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt.api import maximize, minimize

THETA1 = np.array([[-3.0, 4.0, 1.0], [5.0, -4.0, 0.5], [-2.0, 2.0, 0.0]])
THETA2 = np.array([[6.0], [-5.0], [0.5], [-1.0]])


def layer(x, theta):
    """Return the layer with its bias met by a concatenated 1."""
    return pt.sigmoid(pt.dot(theta.T, pt.concatenate([x, np.ones(1)])))


def forward(x):
    """Return the same network in NumPy."""
    for theta in (THETA1, THETA2):
        x = 1 / (1 + np.exp(-np.append(x, 1.0) @ theta))
    return x[0]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_best_input_of_a_sigmoid_network_written_by_hand(dtype):
    """Weights with the signs of a trained (0, 1) -> 1 gate: the first hidden unit wants (0, 1), the second
    hates it.
    """
    theta1 = pytensor.shared(THETA1.astype(dtype), name="theta1")
    theta2 = pytensor.shared(THETA2.astype(dtype), name="theta2")
    x = pt.vector("x", shape=(2,), dtype=dtype)
    answer = maximize(layer(layer(x, theta1), theta2)[0], over={x: (0, 1)}, tier="now")
    assert answer.success
    np.testing.assert_allclose(answer.x, [0, 1], atol=1e-6)
    assert answer.fun == pytest.approx(
        forward(np.array([0.0, 1.0])), rel=1e-9 if dtype == "float64" else 1e-6
    )
    corners = [forward(np.array(corner, dtype=float)) for corner in [(0, 0), (1, 0), (1, 1)]]
    assert answer.fun > max(corners)


def test_output_of_one_element_needs_no_index():
    x = pt.vector("x", shape=(2,), dtype="float64")
    assert minimize(layer(x, THETA1)[:1], over={x: (0, 1)}, tier="now").success


def test_the_only_input_needs_no_name():
    x = pt.vector("x", shape=(2,), dtype="float64")
    answer = minimize(pt.sum((x - [0.5, 2.0]) ** 2), (0, 1), tier="now")
    np.testing.assert_allclose(answer.x, [0.5, 1.0], atol=1e-8)


def test_several_variables_of_several_shapes():
    a, b = pt.scalar("a", dtype="float64"), pt.matrix("b", shape=(2, 2), dtype="float64")
    answer = minimize((a - 3) ** 2 + pt.sum((b - a) ** 2), over={a: (None, 2), b: (0, 10)}, tier="now")
    np.testing.assert_allclose(answer.x_named["b"], np.full((2, 2), 2.0), atol=1e-6)
    assert answer.x_named["a"] == 2.0
    assert answer.active_bounds["a"] == "upper"


def test_held_input_by_variable():
    x, w = pt.vector("x", shape=(2,), dtype="float64"), pt.vector("w", dtype="float64")
    answer = maximize(pt.dot(x, w), over={x: (0, 1)}, fixed={w: np.array([1.0, -1.0])}, tier="now")
    np.testing.assert_array_equal(answer.x, [1, 0])


def test_unnamed_variables_are_numbered():
    a, b = pt.scalar(dtype="float64"), pt.scalar(dtype="float64")
    answer = minimize((a - 1) ** 2 + (b - 2) ** 2, over={a: (0, 3), b: (0, 3)}, tier="now")
    assert list(answer.x_named) == ["x0", "x1"]
    np.testing.assert_allclose(answer.x, [1, 2], atol=1e-6)


def test_index_objective_of_a_vector():
    x = pt.vector("x", shape=(3,), dtype="float64")
    y = 2 * x - 1
    y.name = "y"
    answer = minimize(y, over={x: (0, 1)}, objective=lambda v: pt.sum(v**2), tier="now")
    np.testing.assert_allclose(answer.outputs["y"], 0, atol=1e-6)
