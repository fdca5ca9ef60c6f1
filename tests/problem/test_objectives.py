"""Objectives by name come to the number their name says."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.errors import InvalidType, InvalidValue, UnknownName
from graphopt.problem.objectives import choose_objective

y = pt.matrix("y", shape=(2, 3), dtype="float64")
z = pt.vector("z", shape=(1,), dtype="float64")
Y, Z = np.arange(6.0).reshape(2, 3), np.array([7.0])

VALUES = [
    ({"y": y}, "sum", 15.0),
    ({"y": y}, "mean", 2.5),
    ({"y": y}, 4, 4.0),
    ({"y": y}, -1, 5.0),
    ({"y": y}, (1, 0), 3.0),
    ({"y": y}, lambda v: pt.max(v), 5.0),
    ({"z": z}, None, 7.0),
    ({"z": z}, "z", 7.0),
    ({"y": y, "z": z}, "z", 7.0),
    ({"y": y, "z": z}, 1, 7.0),
    ({"y": y, "z": z}, "sum", 22.0),
    ({"y": y, "z": z}, "mean", 22 / 7),
    ({"y": y, "z": z}, lambda v: pt.sum(v["y"]) * v["z"][0], 105.0),
]


@pytest.mark.parametrize(("outputs", "objective", "expected"), VALUES)
def test_objective(outputs, objective, expected):
    expression = choose_objective(outputs, objective)
    assert expression.ndim == 0
    inputs = [{"y": y, "z": z}[name] for name in outputs]
    value = engine.compile(inputs, expression, tier="now")(*[{"y": Y, "z": Z}[name] for name in outputs])
    assert float(value) == pytest.approx(expected)


WRONG = [
    ({"y": y}, None, InvalidValue, r"\(2, 3\)"),
    ({"y": y}, "y", InvalidValue, r"'y' has shape \(2, 3\)"),
    ({"y": y, "z": z}, None, InvalidValue, "2 outputs"),
    ({"y": y, "z": z}, 2, InvalidValue, "2 outputs: y, z"),
    ({"y": y}, 6, InvalidValue, "6 elements"),
    ({"y": y}, (0, 3), InvalidValue, r"\(0, 3\)"),
    ({"y": y}, "maen", UnknownName, "Did you mean 'mean'"),
    ({"y": y}, True, InvalidType, "True"),
    ({"y": y}, lambda v: v, InvalidValue, "single number"),
]


@pytest.mark.parametrize(("outputs", "objective", "error", "text"), WRONG)
def test_wrong_objective(outputs, objective, error, text):
    with pytest.raises(error, match=text):
        choose_objective(outputs, objective)
