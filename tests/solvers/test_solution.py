"""The answer is a SciPy result, prints, pickles, and speaks strict JSON."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys

import numpy as np
import pytensor.tensor as pt
import pytest
import scipy.optimize

from graphopt.api import maximize
from graphopt.solvers import Solution, Status
from graphopt.solvers.solution import plain

FIELDS = [
    "x",
    "fun",
    "success",
    "status",
    "message",
    "nit",
    "nfev",
    "njev",
    "jac",
    "maxcv",
    "x_named",
    "value",
    "outputs",
    "active_bounds",
    "multipliers",
    "kkt_residual",
    "feasible",
    "starts",
    "n_distinct",
    "certificate",
    "route",
    "seed",
    "versions",
    "seconds",
]


@pytest.fixture(scope="module")
def answer():
    x = pt.vector("x", shape=(3,), dtype="float64")
    return maximize(-pt.sum((x - [0.25, 2.0, 1.0]) ** 2), over={x: ([0, 0, 0.5], [1, 1, 0.5])}, tier="now")


def test_every_field_is_there(answer):
    assert [field for field in FIELDS if field not in answer] == []


def test_values_are_those_of_the_question(answer):
    np.testing.assert_allclose(answer.x, [0.25, 1, 0.5], atol=1e-9)
    assert answer.fun == pytest.approx(-1.25)
    np.testing.assert_allclose(answer.jac, [0, 2, 1], atol=1e-7)  # of what was maximised
    assert answer.active_bounds["x"].tolist() == ["", "upper", "fixed"]
    np.testing.assert_allclose(answer.multipliers["x"]["upper"], [0, 2, 1], atol=1e-7)
    np.testing.assert_allclose(answer.multipliers["x"]["lower"], 0, atol=1e-7)
    assert answer.maxcv == 0.0
    assert answer.feasible


def test_multiplier_is_what_moving_the_bound_brings():
    """The shadow price by its definition: solve again with the bound moved by h."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    f = pt.sum((x - [2.0, -1.0]) ** 2) + x[0] * x[1]
    h = 1e-5
    base = maximize(-f, over={x: ([0, 0.5], [1, 3])}, tier="now")
    wider = maximize(-f, over={x: ([0, 0.5], [1 + h, 3])}, tier="now")
    lower = maximize(-f, over={x: ([0, 0.5 - h], [1, 3])}, tier="now")
    assert (wider.fun - base.fun) / h == pytest.approx(base.multipliers["x"]["upper"][0], rel=1e-4)
    assert (lower.fun - base.fun) / h == pytest.approx(base.multipliers["x"]["lower"][1], rel=1e-4)


def test_is_a_scipy_result(answer):
    assert isinstance(answer, scipy.optimize.OptimizeResult)
    assert isinstance(answer, Solution)
    assert not isinstance(answer, list)
    assert answer["fun"] == answer.fun


@pytest.mark.parametrize("twin", [lambda a: pickle.loads(pickle.dumps(a)), copy.deepcopy, copy.copy])
def test_survives_a_copy(answer, twin):
    other = twin(answer)
    assert type(other) is Solution
    np.testing.assert_array_equal(other.x, answer.x)
    assert other.status is Status.LOCAL_OPTIMUM
    assert other.certificate.checks == answer.certificate.checks


def test_json_is_strict(answer):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    read = json.loads(answer.to_json(), parse_constant=refuse)
    assert read["status"] == "local_optimum"
    assert read["x_named"]["x"] == answer.x.tolist()
    assert plain({"a": np.array([1.0, np.inf, np.nan]), 3: np.float64("nan")}) == {
        "a": [1.0, None, None],
        "3": None,
    }


def test_unknown_field_is_an_attribute_error_that_lists_the_fields(answer):
    with pytest.raises(AttributeError, match=r"'gap'.*x, fun"):
        _ = answer.gap
    assert not hasattr(answer, "gap")


def test_statuses_are_sentences():
    for status in Status:
        assert str(status).endswith(".")
        assert ": " in str(status)


def test_one_start_needs_no_scipy_optimize():
    """Importing scipy.optimize takes a quarter second; a solve does without."""
    code = (
        "import sys, pytensor.tensor as pt; from graphopt.api import minimize; "
        "x = pt.vector('x', shape=(2,)); answer = minimize(pt.sum(x**2), over={x: (-1, 1)}, tier='now'); "
        "assert answer.success; assert 'scipy.optimize' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
