"""theano.gradient; numbers are closed forms or those of the real Theano 1.0.5, errors are Theano's."""

from collections import OrderedDict

import numpy as np
import pytest

from compat import theano
from compat.theano import gradient
from compat.theano import tensor as T
from compat.theano.gof import Apply, Op

W = theano.shared(np.linspace(-1, 1, 9).reshape(3, 3), "W")
V, U = np.array([0.1, -0.2, 0.3]), np.array([1.0, 2.0, 3.0])
v, u = T.dvector("v"), T.dvector("u")
a, b = T.dscalar("a"), T.dscalar("b")


def value(outputs, values):
    return theano.function(list(values), outputs, on_unused_input="ignore")(*values.values())


class Cube(Op):
    """x**3 with all of Theano's methods."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] ** 3

    def grad(self, inputs, gradients):
        return [gradients[0] * 3 * inputs[0] ** 2]

    def R_op(self, inputs, eval_points):
        return [None] if eval_points[0] is None else [3 * inputs[0] ** 2 * eval_points[0]]


class Broken(Cube):
    """Its gradient is whatever `answer` says."""

    answer = staticmethod(lambda inputs, gradients: None)

    def grad(self, inputs, gradients):
        return type(self).answer(inputs, gradients)


def test_grad_takes_what_theano_took():
    cost = (v**2).sum()
    assert isinstance(T.grad(cost, [v]), list)
    assert isinstance(T.grad(cost, (v,)), tuple)
    assert type(T.grad(cost, v)) is T.TensorVariable
    named = v.sum()
    named.name = "f"
    assert T.grad(named, v).name == "(df/dv)"
    assert T.grad(named, v, add_names=False).name is None


def test_operations_of_ones_own():
    y = Cube()(T.tanh(v))
    expected = 3 * np.tanh(V) ** 2 * (1 - np.tanh(V) ** 2)
    np.testing.assert_allclose(value(T.grad(y.sum(), v), {v: V}), expected)
    np.testing.assert_allclose(value(T.Rop(y, v, u), {v: V, u: U}), expected * U)


def test_known_and_constant():
    y = v * 2
    np.testing.assert_array_equal(
        value(T.grad(None, v, known_grads=OrderedDict([(y, u)])), {v: V, u: U}), 2 * U
    )
    np.testing.assert_allclose(value(T.grad((v * y).sum(), v, consider_constant=[y]), {v: V}), 2 * V)


def test_integers_have_float_gradients():
    n = T.iscalar("n")
    assert T.grad(n * a, n).dtype == theano.config.floatX
    np.testing.assert_array_equal(value(T.grad(n, n), {n: 12}), 1)


WRONG = {
    "no cost": (lambda: T.grad(None, v), AssertionError, "can't both be None"),
    "a vector": (lambda: T.grad(v, v), TypeError, "cost must be a scalar"),
    "a set": (lambda: T.grad(v.sum(), {v}), TypeError, "must not be a set"),
    "a number": (lambda: T.grad(v.sum(), 3), TypeError, "Expected Variable, got 3"),
    "another variable": (lambda: T.grad(v.sum(), u), gradient.DisconnectedInputError, None),
    "a bad choice": (
        lambda: T.grad(v.sum(), u, disconnected_inputs="no"),
        ValueError,
        "'ignore', 'warn' and",
    ),
    "no constants": (lambda: T.grad(v.sum(), v, consider_constant=3), TypeError, "iterable collection"),
    "an integer gradient": (
        lambda: T.grad(None, v, known_grads={v: T.ivector()}),
        TypeError,
        "Gradients must always be",
    ),
    "other ranks": (lambda: T.Rop(v, v, T.dmatrix()), ValueError, "mismatched dimensionality: 1 versus 2"),
    "nothing to move": (lambda: T.Rop(u, v, v), gradient.DisconnectedInputError, None),
    "undefined": (lambda: T.grad(gradient.undefined_grad(a), a), gradient.NullTypeGradError, "undefined"),
    "clipped upside down": (lambda: gradient.grad_clip(a, 1, -1), AssertionError, None),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_questions(case):
    ask, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        ask()


BROKEN = {
    "None": (lambda i, g: None, TypeError, "NoneType"),
    "too many": (lambda i, g: [i[0], i[0]], ValueError, "wrong number of gradient terms"),
    "None inside": (lambda i, g: [None], TypeError, "returned None for a gradient term"),
    "integers": (lambda i, g: [T.zeros((), dtype="int32")], TypeError, "integer-valued"),
    "another rank": (lambda i, g: [v], ValueError, "1 dimensions, but 0 are required"),
    "not implemented": (
        lambda i, g: [gradient.grad_not_implemented("op", 0, i[0], "Yet.")],
        gradient.NullTypeGradError,
        "tensor.grad encountered a NaN.*input 0.*is not implemented. Yet.",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_wrong_gradients_of_operations(case, monkeypatch):
    answer, error, message = BROKEN[case]
    monkeypatch.setattr(Broken, "answer", staticmethod(answer))
    with pytest.raises(error, match=message):
        T.grad(Broken()(a) * 2, a)


def test_disconnected():
    for wish, expected in (("zero", 0), ("None", None)):
        got = T.grad(a, b, disconnected_inputs="ignore", return_disconnected=wish)
        assert got is None if expected is None else value(got, {b: 1.0}) == 0
    got = T.grad(a, b, disconnected_inputs="ignore", return_disconnected="Disconnected")
    assert isinstance(got.type, gradient.DisconnectedType)
    with pytest.warns(UserWarning, match="not part of the computational graph"):
        T.grad(a, b, disconnected_inputs="warn")
    with pytest.raises(gradient.DisconnectedInputError):
        T.grad(gradient.disconnected_grad(a), a)
    assert isinstance(T.grad(gradient.undefined_grad(a), a, null_gradients="return").type, gradient.NullType)


def test_views_change_what_flows_back():
    x = np.array(2.0)
    cases = {
        gradient.zero_grad(a) * a: 2,
        gradient.grad_clip(a, -1, 1) ** 2: 1,
        gradient.grad_scale(a, -3.0) ** 2: -12,
        gradient.disconnected_grad(a) * a: 2,
    }
    with pytest.warns(UserWarning, match="deprecated"):
        cases[gradient.consider_constant(a) * a] = 2
    for expression, expected in cases.items():
        assert type(expression) is T.TensorVariable
        assert value(T.grad(expression, a), {a: x}) == expected
    assert value(T.Rop(gradient.zero_grad(v) * v, v, u), {v: V, u: U}).tolist() == (V * U).tolist()


def test_jacobian_and_hessian_are_those_of_theano():
    J = gradient.jacobian(T.tanh(T.dot(W, v)), v)
    np.testing.assert_allclose(value(J, {v: V})[0], [-0.9900662908, -0.7425497181, -0.4950331454], atol=1e-10)
    H = gradient.hessian((v**3).sum() * v[0], v)
    expected = [[0.12, 0.12, 0.27], [0.12, -0.12, 0.0], [0.27, 0.0, 0.18]]
    np.testing.assert_allclose(value(H, {v: V}), expected, atol=1e-12)
    assert isinstance(gradient.jacobian(v * 2, [v]), list)
    with pytest.raises(AssertionError, match="1 dimensional"):
        gradient.jacobian(T.outer(v, v), v)


def test_products_with_jacobians_are_those_of_theano():
    x = T.dmatrix("x")
    X = np.linspace(-0.5, 1, 12).reshape(4, 3)
    h, _ = theano.scan(lambda x_t, h: T.tanh(T.dot(h, W) + x_t), x, v)
    got = value([T.Rop(h[-1], v, u), T.Lop(h[-1], v, u)], {x: X, v: V, u: U})
    np.testing.assert_allclose(got[0], [0.2695007859, 0.3315897268, 0.2454712555], atol=1e-10)
    np.testing.assert_allclose(got[1], [0.6558796155, 0.3726066546, 0.0893336938], atol=1e-10)
    cost = (T.tanh(T.dot(W, v)) ** 2).sum()
    got = value(T.Rop(T.grad(cost, v), v, u), {v: V, u: U})
    np.testing.assert_allclose(got, [11.6806051573, 12.1288037902, 12.5770024231], atol=1e-9)


M = T.dmatrix("M")
FORWARD = {
    "sum": lambda m: m.sum(axis=1),
    "max": lambda m: m.max(axis=0),
    "dot": lambda m: T.dot(m, m.T).flatten(),
    "softmax": lambda m: T.nnet.softmax(m).flatten(),
    "join": lambda m: T.concatenate([m[0], m[1] ** 2]),
    "picked": lambda m: m[T.arange(3), T.arange(3)],
    "inverse": lambda m: T.nlinalg.matrix_inverse(m).flatten(),
    "cumulated": lambda m: T.extra_ops.cumsum(m, axis=0).flatten(),
    "switched": lambda m: T.switch(m > 0, m**2, T.exp(m)).flatten(),
    "assigned": lambda m: T.set_subtensor(m[0], m[1] * m[2]).flatten(),
}


@pytest.mark.parametrize("name", FORWARD)
def test_the_r_operator_agrees_with_finite_differences(name):
    rng = np.random.RandomState(0)
    point, direction = rng.randn(3, 3), rng.randn(3, 3)
    y, D = FORWARD[name](M), T.dmatrix("D")
    f = theano.function([M], y)
    expected = (f(point + 1e-6 * direction) - f(point - 1e-6 * direction)) / 2e-6
    got = value(T.Rop(y, M, D), {M: point, D: direction})
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-7)


def test_subgraph_grad():
    y = T.tanh(T.dot(v, W))
    cost = (y**2).sum()
    (), (dy,) = gradient.subgraph_grad(wrt=[], end=[y], cost=cost)
    (dW,), _ = gradient.subgraph_grad(wrt=[W], end=[v], start={y: dy})
    for got, expected in zip(*[value(g, {v: V}) for g in ([dW], [T.grad(cost, W)])]):
        np.testing.assert_allclose(got, expected)


def test_verify_grad():
    rng = np.random.RandomState(1)
    gradient.verify_grad(lambda x: T.tanh(x) ** 2, [V], rng=rng)
    Broken.answer = staticmethod(lambda inputs, gradients: [gradients[0] * 2.0])
    with pytest.raises(gradient.verify_grad.E_grad, match="numeric gradient and analytic gradient exceed"):
        gradient.verify_grad(Broken(), [V], rng=rng)
    with pytest.raises(TypeError, match="floating point"):
        gradient.verify_grad(T.tanh, [np.arange(3)], rng=rng)
    with pytest.raises(TypeError, match="RandomState"):
        gradient.verify_grad(T.tanh, [V])


@pytest.mark.parametrize("wrt", [v, u])
def test_the_gradient_of_a_product_does_not_stretch(wrt):
    f = theano.function([v, u], T.grad((v * u).sum(), wrt))
    for values in ((np.ones(4), np.ones(1)), (np.ones(1), np.ones(4))):
        with pytest.raises(ValueError, match="mismatch"):
            f(*values)


def test_format_as():
    assert gradient.format_as(True, False, a) == [a]
    assert gradient.format_as(False, True, [a, b]) == (a, b)
    assert gradient.format_as(False, False, [a]) is a
    with pytest.raises(AssertionError, match="one element"):
        gradient.format_as(False, False, [a, b])


def test_gradients_through_a_loop_one_by_one_are_those_asked_for_together():
    """The sum of a b, a^2 b and a^3 b has the derivatives b (1 + 2a + 3a^2) and a + a^2 + a^3."""
    a, b = theano.shared(2.0, "a"), theano.shared(3.0, "b")
    x = T.vector("x")
    steps, _ = theano.scan(lambda x_t, h: h * a, sequences=x, outputs_info=b)
    cost = steps.sum()
    one_by_one = [theano.grad(cost, v) for v in (a, b, a)]
    together = theano.grad(cost, [a, b])
    f = theano.function([x], [*one_by_one, *together])
    np.testing.assert_allclose(f([0.0, 0.0, 0.0]), [51, 14, 51, 51, 14])
    with pytest.raises(theano.gradient.DisconnectedInputError):
        theano.grad(cost, T.vector("unrelated"))


def test_variables_to_differentiate_by_may_be_the_values_of_a_dict():
    parameters = {"w": theano.shared(2.0), "b": theano.shared(3.0)}
    cost = parameters["w"] ** 2 + 5 * parameters["b"]
    found = theano.grad(cost, parameters.values())
    assert [float(g.eval()) for g in found] == [4.0, 5.0]
