"""`OpFromGraph`: values, gradients, overrides, shared inputs, inlining."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.compile.builders import OpFromGraph


@pytest.fixture(params=[False, True], ids=["kept", "inline"])
def inline(request):
    return request.param


def test_value_and_gradient(inline):
    x, y = T.dvectors("xy")
    op = OpFromGraph([x, y], [T.exp(x) * y], inline=inline)
    a, b = T.dvectors("ab")
    f = theano.function([a, b], [op(a, b), *theano.grad(op(a, b).sum(), [a, b])])
    value, ga, gb = f([0.0, 1.0], [2.0, 3.0])
    np.testing.assert_allclose(value, np.exp([0.0, 1.0]) * [2, 3])
    np.testing.assert_allclose(ga, np.exp([0.0, 1.0]) * [2, 3])
    np.testing.assert_allclose(gb, np.exp([0.0, 1.0]))
    assert any(isinstance(n.op, OpFromGraph) for n in f.maker.fgraph.toposort()) is not inline


def test_shared_variables_are_inputs_of_their_own(inline):
    w = theano.shared(2.0)
    x = T.dscalar()
    op = OpFromGraph([x], [x * w], inline=inline)
    f = theano.function([x], op(x))
    assert f(3.0) == 6
    w.set_value(5.0)
    assert f(3.0) == 15


def test_gradient_overrides(inline):
    x, y = T.dscalars("xy")
    op = OpFromGraph([x, y], [x * y], inline=inline, grad_overrides=lambda i, g: [g[0] * 7, g[0] * 8])
    a, b = T.dscalars("ab")
    assert [float(v) for v in theano.function([a, b], theano.grad(op(a, b), [a, b]))(2, 3)] == [7, 8]
    mixed = OpFromGraph(
        [x, y], [x * y], inline=inline, lop_overrides=["default", lambda i, o, g: o[0] * g[0]]
    )
    assert [float(v) for v in theano.function([a, b], theano.grad(mixed(a, b), [a, b]))(2, 3)] == [3, 6]


def test_r_operator():
    x = T.dvector()
    op = OpFromGraph([x], [x**3], rop_overrides=lambda i, points: points[0] * 11)
    v = T.dvector()
    assert theano.function([x, v], theano.Rop(op(x), x, v), on_unused_input="ignore")(
        [2.0], [1.0]
    ).tolist() == [11.0]


def test_wrong_calls():
    x = T.dscalar()
    with pytest.raises(TypeError, match="outputs must be list"):
        OpFromGraph([x], x)
    with pytest.raises(ValueError, match="mutually exclusive"):
        OpFromGraph([x], [x], lop_overrides=None, grad_overrides=None)
    with pytest.raises(ValueError, match="expects 1 inputs"):
        OpFromGraph([x], [x * 2])(x, x)
