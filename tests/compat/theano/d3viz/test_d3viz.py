"""Graphs as web pages."""

import importlib.util
import shutil

import pytest

from compat import theano
from compat.theano import d3viz
from compat.theano import tensor as T
from compat.theano.d3viz import formatting

HAS_GRAPHVIZ = bool(importlib.util.find_spec("pydot") and shutil.which("dot"))


@pytest.fixture
def function():
    x = T.dmatrix("x")
    return theano.function([x], T.exp(x).sum())


@pytest.mark.skipif(not HAS_GRAPHVIZ, reason="needs pydot and Graphviz")
def test_pages_and_files(function, tmp_path):
    d3viz.d3viz(function, str(tmp_path / "out" / "page.html"))
    assert "Elemwise" in (tmp_path / "out" / "page.html").read_text()
    assert (tmp_path / "out" / "d3viz" / "js" / "d3viz.js").exists()
    d3viz.d3write(function, str(tmp_path / "graph.dot"))
    assert "Sum" in (tmp_path / "graph.dot").read_text()


def test_without_pydot(monkeypatch):
    monkeypatch.setattr(formatting, "pydot_imported", False)
    with pytest.raises(ImportError, match="Failed to import pydot"):
        formatting.PyDotFormatter()


def test_what_is_drawn_of_a_function(function):
    assert formatting.drawable(function) is function.maker.fgraph
    x = T.vector()
    assert formatting.drawable(x) is x


@pytest.mark.parametrize(
    ("variable", "text"),
    [(T.dvector(), "dvector"), (T.frow(), "frow"), (T.TensorType("int8", (False,) * 3)(), "int8")],
)
def test_types(variable, text):
    assert formatting.type_to_str(variable.type) == text
