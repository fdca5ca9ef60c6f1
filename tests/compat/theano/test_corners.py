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


#: errors that say it in words of their own, or of the node that stands in the graph here
OWN_WORDS = {
    "a word": "the class of a text has another name",
    "max of nothing": "one Op for max and argmax",
    "max over a fraction": "",
    "max over an axis too many": "",
    "reshape by a constant of another length": "refused while the graph is built",
    "reshape to a wrong size": "NumPy's text; an output is not copied by an Op",
    "reshape to no such size": "NumPy's text; an output is not copied by an Op",
    "reshape to too many": "an output is not copied by an Op",
    "text of a wrong pattern": "a trace inside of a tuple",
    "tensor of nonsense": "says what to do",
    "text of a matrix that has no inverse": "",
    "text of a step by a word": "",
    "text of a truth value": "says what to do",
    "text of a wrong outputs info": "Python's text",
    "text of an index": "an output is not copied by an Op",
    "text of an object": "Python's text",
    "text of dot": "dot where Theano has Dot22",
    "text of dot with a vector": "dot where Theano has Gemv",
    "text of lengths that do not join": "NumPy's text",
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


def _without_frames(text):
    """Return the lines of a text without those of a trace, and without the first where a node failed: what
    NumPy says differs from one version to the next.
    """
    lines = [line for line in text.splitlines() if not line.startswith(("  File ", "    "))]
    return lines[1:] if "Apply node that caused the error" in text else lines


ERRORS = sorted(n for n, e in EXPECTED.items() if isinstance(e, dict) and n not in WORKS_HERE)


@pytest.mark.parametrize("name", [name for name in ERRORS if name not in OWN_WORDS])
def test_text_is_theanos(name):
    assert _without_frames(corners.outcome(theano, name)["text"]) == _without_frames(EXPECTED[name]["text"])
