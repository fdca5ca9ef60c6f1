"""Expressions of theano.tensor: dtypes, broadcast patterns, values and errors as Theano 1.0.5 had them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from compat import theano

RECORDED = Path(__file__).parents[2] / "recorded"
_spec = importlib.util.spec_from_file_location("theano_core", RECORDED / "theano_core.py")
core = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(core)
EXPECTED = json.loads((RECORDED / "theano_core.json").read_text(encoding="utf-8"))


def test_every_case_is_recorded():
    assert set(EXPECTED) == set(core.CASES)


@pytest.mark.parametrize("name", sorted(core.CASES))
def test_result_is_theanos(name):
    found, expected = core.outcome(theano, name), EXPECTED[name]
    if isinstance(expected, str):
        assert found == expected
        return
    assert not isinstance(found, str), f"raises {found}"
    for number, ((dtype, pattern, value), (dtype0, pattern0, value0)) in enumerate(
        zip(found, expected, strict=True)
    ):
        wanted = np.asarray(value0)
        if "complex" in dtype0:
            wanted = wanted.view(complex).reshape(np.shape(value))
        assert (dtype, pattern) == (dtype0, pattern0), f"result {number}"
        tolerance = 1e-6 if dtype in ("float32", "complex64") else 1e-3 if dtype == "float16" else 1e-12
        np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance, err_msg=f"result {number}")
