"""Walks over graphs meet nodes in the order recorded from Theano 1.0.5: programs number parameters by it."""

from __future__ import annotations

import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.gof import graph

a, b, c = T.scalars("abc")
d = T.exp(a)
e = d + b


@pytest.mark.parametrize(
    ("variables", "inputs"),
    [
        ([a, b, c], "cba"),
        (reversed([a, b, c]), "abc"),
        ([a + b, b * c], "bca"),
        ([(a + b) * c], "abc"),
        ([a * b + c, a], "abc"),
    ],
)
def test_inputs(variables, inputs):
    assert "".join(v.name for v in graph.inputs(variables)) == inputs


def test_shared_variables_of_a_layer():
    """Lasagne reverses what it asks for, and gets the parameters as they were listed."""
    W, bias = theano.shared(0.0, "W"), theano.shared(0.0, "b")
    assert graph.inputs(reversed([W, bias])) == [W, bias]


def test_ancestors():
    both = (a * b) + c
    assert graph.ancestors([both]) == [both, both.owner.inputs[0], a, b, c]
    assert graph.ancestors([both], blockers=[both.owner.inputs[0]]) == [both, both.owner.inputs[0], c]


def test_variables_and_orphans():
    product = a * b * c
    assert graph.variables([a], [a * b])[1:] == [a, b]
    assert graph.orphans([a], [product]) == [b, c]
    assert graph.variables([a, b], [e * d])[1:] == [e, d, a, b]


def test_nodes():
    outputs = [e * d, T.sqrt(d), T.sin(b)]
    order = graph.io_toposort([a, b], outputs)
    assert [n.op.scalar_op.__class__.__name__ for n in order] == ["Exp", "Add", "Mul", "Sqrt", "Sin"]
    assert graph.ops([a, b], outputs) == set(order)
    assert graph.io_toposort([d, b], [e]) == [e.owner]
    assert graph.list_of_nodes([a, b], [e]) == [e.owner, d.owner]
