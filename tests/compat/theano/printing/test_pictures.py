"""`pydotprint`: what is drawn, with a stand-in for pydot that keeps it."""

from types import SimpleNamespace

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.printing import _pictures, pydotprint


class Kept:
    """A graph, node, edge or cluster of pydot."""

    def __init__(self, *names, **look):
        self.names, self.look = names, look
        self.nodes, self.edges, self.clusters = [], [], []
        self.add_node, self.add_edge = self.nodes.append, self.edges.append
        self.add_subgraph = self.clusters.append

    def create(self, prog, format):
        return self


@pytest.fixture
def draw(monkeypatch):
    pydot = SimpleNamespace(Dot=Kept, Node=Kept, Edge=Kept, Cluster=Kept)
    monkeypatch.setattr(_pictures, "load_pydot", lambda user: pydot)
    return lambda *args, **kwargs: pydotprint(*args, return_image=True, **kwargs)


def labels(graph, color=None):
    return [n.look["label"] for n in graph.nodes if color in (None, n.look.get("fillcolor"))]


def test_variables_and_operations(draw):
    x, w = T.dvector("x"), theano.shared(np.ones(2), "w")
    graph = draw(T.exp(x * w) + 1)
    assert "name=x TensorType(float64, vector)" in labels(graph, "green")
    assert labels(graph, "cyan") == ["name=w TensorType(float64, vector)"]
    assert labels(graph, "blue") == ["TensorType(float64, vector)"]
    assert set(labels(graph, "#FFAABB")) == {
        f"Elemwise{{{name},no_inplace}}" for name in ("mul", "exp", "add")
    }
    assert {e.look.get("label") for e in graph.edges} >= {"0", "1", "TensorType(float64, vector)"}


def test_updates_of_functions(draw):
    w = theano.shared(np.ones(2), "w")
    graph = draw(theano.function([], w.sum(), updates={w: w * 2}))
    assert [e.look["label"] for e in graph.edges if e.look.get("label") == "UPDATE"] == ["UPDATE"]
    assert set(labels(graph, "cyan")) == {"name=w TensorType(float64, vector)"}


def test_long_names_stay_apart(draw):
    x = T.dvector()
    texts = labels(draw([x * 2, x + x], max_label_size=5, high_contrast=False))
    operations = [text for text in texts if text.startswith("El")]
    assert len(operations) == len(set(operations)) == 2


def test_names_alone_and_numbers(draw):
    x = T.dvector("x")
    texts = labels(draw(T.exp(x), var_with_name_simple=True, with_ids=True))
    assert texts[:2] == ["Elemwise{exp,no_inplace} id=0", "x"]


def test_branches_of_ifelse(draw, caplog):
    from compat.theano.ifelse import ifelse

    x = T.dscalar("x")
    graph = draw(ifelse(T.gt(x, 0), T.exp(x), T.log(x), name="choice"), cond_highlight="choice")
    assert [c.names for c in graph.clusters] == [("Left",), ("Right",), ("Middle",)]
    assert [len(c.nodes) for c in graph.clusters] == [1, 1, 0]
    draw(T.exp(x), cond_highlight="choice")
    assert caplog.messages == ["pydotprint: cond_highlight is set but there is no IfElse node in the graph"]


def test_without_pydot(monkeypatch):
    monkeypatch.setattr(_pictures, "pydot_imported", False)
    with pytest.raises(RuntimeError, match="You must install graphviz and either pydot or pydot-ng"):
        pydotprint(T.dvector() * 2)
