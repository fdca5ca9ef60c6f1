"""Expressions of SymPy as scalar operations."""

import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.scalar import floats
from compat.theano.scalar.basic_sympy import SymPyCCode

sympy = pytest.importorskip("sympy")


def test_value_and_gradient():
    a, b = sympy.symbols("a b")
    op = SymPyCCode([a, b], a**2 * b)
    x, y = floats("xy")
    assert theano.function([x, y], op(x, y))(2.0, 3.0) == 12
    u, v = T.dvectors("uv")
    over = T.Elemwise(op)(u, v)
    f = theano.function([u, v], theano.grad((3 * over).sum(), [u, v]))
    assert [g.tolist() for g in f([2.0], [3.0])] == [[36.0], [12.0]]


def test_the_number_of_inputs():
    a = sympy.Symbol("a")
    with pytest.raises(TypeError, match="Wrong number of inputs"):
        SymPyCCode([a], a + 1)(*floats("xy"))
