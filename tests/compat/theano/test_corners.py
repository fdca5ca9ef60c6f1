"""Attributes, wrong arguments, empty axes and texts of errors as Theano 1.0.5 had them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

import compat.theano.compile.nanguardmode
import compat.theano.tensor.shared_randomstreams  # noqa: F401  (cases name both)
from compat import text, theano

RECORDED = Path(__file__).parents[1] / "recorded"
_spec = importlib.util.spec_from_file_location("theano_corners", RECORDED / "theano_corners.py")
corners = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(corners)
EXPECTED = json.loads((RECORDED / "theano_corners.json").read_text(encoding="utf-8"))

#: what Theano refused and works here
WORKS_HERE = {
    "argmax of a scalar",
    "forward derivative of max over (0, 1)",
    "forward derivative of max over (1, 0)",
    "forward derivative of max over None",
    "forward derivative of max over no axis",
}


@pytest.fixture(autouse=True)
def _texts_are_theanos():
    text.speak_theano()
    yield
    text.speak_pytensor()


def test_every_case_is_recorded():
    assert set(EXPECTED) == set(corners.CASES)


@pytest.mark.parametrize("name", sorted(set(corners.CASES) - WORKS_HERE))
def test_outcome_is_theanos(name):
    found, expected = corners.outcome(theano, name), EXPECTED[name]
    if not isinstance(expected, dict):
        assert found == expected
    else:
        assert isinstance(found, dict), f"gives {found}, where Theano raises {expected['error'][0]}"
        assert set(expected["error"]) <= set(found["error"]), "what caught Theano's error must catch ours"


@pytest.mark.parametrize("name", sorted(WORKS_HERE))
def test_works_where_theano_failed(name):
    assert isinstance(EXPECTED[name], dict)
    assert not isinstance(corners.outcome(theano, name), dict)
