"""Schedules against the values that Keras 3 gives (tests/recorded/updates.py)."""

import json
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.training import schedules

RECORDED = Path(__file__).parents[1] / "recorded"
TABLES = json.loads((RECORDED / "updates.json").read_text())["tables"]["schedules"]
TABLES["cosine_warmup"] = ["CosineDecay", [0.01, 20, 0.1, 0.2, 6]]


@pytest.mark.parametrize("name", TABLES)
def test_rates_are_those_of_keras(name):
    cls, options = TABLES[name]
    schedule = getattr(schedules, cls)(*options)
    with np.load(RECORDED / "updates.npz") as file:
        expected = file[f"schedule/{name}"]
    numbers = [schedule(step) for step in range(40)]
    step = pt.lscalar("step")
    rate = engine.compile([step], schedule(step), tier="now")
    # Keras computes the schedule in float32.
    np.testing.assert_allclose(numbers, expected, rtol=2e-6, atol=1e-8)
    np.testing.assert_allclose([rate(np.asarray(s)) for s in range(40)], numbers, rtol=1e-14, atol=1e-17)
