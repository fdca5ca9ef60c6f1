"""Compiled recurrent layers called from NumPy lines, where the graph as a whole has no kernel."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine, ops
from graphopt.engine import native

pytestmark = pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")

RNG = np.random.default_rng(0)
SHAPES = {"z": (6, 3, 20), "U": (5, 20), "h0": (3, 5), "c0": (3, 5)}
VALUES = {name: RNG.normal(size=shape) for name, shape in SHAPES.items()}


def outputs_and_gradients(inputs):
    z, U, h0, c0 = inputs
    h, c = ops.lstm(z, U, h0, c0)
    cost = (pt.sort(h[-1], axis=-1) * pt.arange(5)).sum() + (c**2).mean()
    return [cost, *pytensor.grad(cost, inputs)]


def test_lines_with_compiled_layers_give_what_numpy_gives():
    inputs = [pt.tensor(name, shape=shape, dtype="float64") for name, shape in SHAPES.items()]
    outputs = outputs_and_gradients(inputs)
    now, fast = (engine.compile(inputs, outputs, tier=tier) for tier in ("now", "fast"))
    for got, expected in zip(fast(*VALUES.values()), now(*VALUES.values()), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13)
    assert fast.report()["runs_as"] == "native layers"
    assert now.report()["runs_as"] == "numpy"


def test_a_loop_of_such_steps_carries_its_state():
    results = {}
    for tier in ("now", "fast"):
        z = pt.tensor("z", shape=SHAPES["z"], dtype="float64")
        U = pytensor.shared(VALUES["U"], shape=SHAPES["U"])
        cost, _, gradient, *_ = outputs_and_gradients(
            [z, U, pt.constant(VALUES["h0"]), pt.constant(VALUES["c0"])]
        )
        loop = engine.compile_loop([z], [cost], updates={U: U - 0.1 * gradient}, tier=tier)
        data = np.random.default_rng(1).normal(size=(4, *SHAPES["z"]))
        results[tier] = [*loop([data], epochs=2), U.get_value()]
    for got, expected in zip(results["fast"], results["now"], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)
