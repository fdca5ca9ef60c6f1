"""Lifting a bias changes no value and no gradient, and leaves no Join and no Split."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.basic import Join, Split

from engine.python_vm import python_vm
from graphopt import engine

rng = np.random.default_rng(2)


def matrix(name, *shape, dtype="float64"):
    return pytensor.shared(rng.normal(size=shape).astype(dtype), name=name, shape=shape)


def vector():
    x, W = pt.dvector("x"), matrix("W", 4, 2)
    return x, pt.dot(pt.concatenate([x, pt.ones(1)]), W), [W], rng.normal(size=3)


def vector_bias_first():
    x, W = pt.dvector("x"), matrix("W", 4, 2)
    return x, pt.dot(pt.concatenate([[1.0], x]), W), [W], rng.normal(size=3)


def batch():
    x, W = pt.dmatrix("x"), matrix("W", 4, 2)
    return x, pt.dot(pt.concatenate([x, pt.ones((x.shape[0], 1))], axis=1), W), [W], rng.normal(size=(5, 3))


def batch_bias_first():
    x, W = pt.dmatrix("x"), matrix("W", 4, 2)
    return x, pt.dot(pt.concatenate([pt.ones((x.shape[0], 1)), x], axis=1), W), [W], rng.normal(size=(5, 3))


def bias_of_minus_one():
    x, W = pt.dmatrix("x"), matrix("W", 4, 2)
    return (
        x,
        pt.dot(pt.concatenate([x, pt.full((x.shape[0], 1), -1.0)], axis=1), W),
        [W],
        rng.normal(size=(5, 3)),
    )


def theano_transposed():
    x, W = pt.dmatrix("x"), matrix("W", 4, 2)
    return x, pt.dot(W.T, pt.concatenate([x, np.ones((1, 1))])), [W], rng.normal(size=(3, 1))


def theano_columns():
    """Inputs of shape (2, 1) with a (1, 1) bias, through two layers."""
    x, W, V = pt.tensor("x", shape=(2, 1), dtype="float64"), matrix("W", 3, 3), matrix("V", 4, 1)
    b = np.ones((1, 1))
    h = pt.sigmoid(pt.dot(W.T, pt.concatenate([x, b])))
    return x, pt.sigmoid(pt.dot(V.T, pt.concatenate([h, b]))), [W, V], rng.normal(size=(2, 1))


def deep():
    x = h = pt.dmatrix("x")
    weights = [matrix(f"W{k}", 4, 3) for k in range(6)]
    for W in weights:
        h = pt.tanh(pt.dot(pt.concatenate([h, pt.ones((h.shape[0], 1))], axis=1), W))
    return x, h, weights, rng.normal(size=(5, 3))


def single_precision():
    x, W = pt.fmatrix("x"), matrix("W", 4, 2, dtype="float32")
    one = pt.ones((x.shape[0], 1), dtype="float32")
    return x, pt.dot(pt.concatenate([x, one], axis=1), W), [W], rng.normal(size=(5, 3)).astype("float32")


def whole_numbers():
    x, W = pt.lmatrix("x"), matrix("W", 4, 2)
    one = pt.ones((x.shape[0], 1), dtype="int64")
    return x, pt.dot(pt.concatenate([x, one], axis=1), W), [W], rng.integers(-3, 3, size=(5, 3))


def weights_used_elsewhere():
    x, out, [W], value = batch()
    return x, out * (W**2).sum() + W[-1], [W], value


LIFTED = [
    vector, vector_bias_first, batch, batch_bias_first, bias_of_minus_one, theano_transposed,
    theano_columns, deep, single_precision, whole_numbers, weights_used_elsewhere,
]  # fmt: skip


def joins(fn):
    return [node for node in fn.flat.fgraph.apply_nodes if isinstance(node.op, Join | Split)]


def check(inputs, outputs, value):
    fn = engine.compile(inputs, outputs)
    low = outputs[0].dtype == "float32"
    for got, expected in zip(fn(value), python_vm(inputs, outputs)(value)):
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got, expected, rtol=1e-5 if low else 1e-11, atol=1e-6 if low else 1e-13)
    return fn


@pytest.mark.parametrize("build", LIFTED)
def test_values_stay(build):
    x, out, _, value = build()
    assert not joins(check([x], [out], value))


@pytest.mark.parametrize("build", LIFTED)
@pytest.mark.parametrize("before", [True, False], ids=["lifted, then gradient", "gradient, then lifted"])
def test_gradients_stay(build, before):
    x, out, weights, value = build()
    lifted = engine.lift_bias([out])[0] if before else out
    wrt = [*weights, x] if x.dtype.startswith("float") else weights
    expected = python_vm([x], pytensor.grad((out**2).sum(), wrt))(value)
    fn = engine.compile([x], pytensor.grad((lifted**2).sum(), wrt))
    for got, want in zip(fn(value), expected):
        assert got.dtype == want.dtype
        low = got.dtype == "float32"
        np.testing.assert_allclose(got, want, rtol=1e-4 if low else 1e-10, atol=1e-5 if low else 1e-12)
    assert not joins(fn)


def two_inputs():
    x, W = pt.dmatrix("x"), matrix("W", 6, 2)
    return x, pt.dot(pt.concatenate([x, x * 2], axis=1), W), rng.normal(size=(5, 3))


def two_columns_of_ones():
    x, W = pt.dmatrix("x"), matrix("W", 5, 2)
    return x, pt.dot(pt.concatenate([x, pt.ones((x.shape[0], 2))], axis=1), W), rng.normal(size=(5, 3))


def different_constants():
    x, W = pt.dvector("x"), matrix("W", 5, 2)
    return x, pt.dot(pt.concatenate([x, [1.0, 2.0]]), W), rng.normal(size=3)


def ones_that_may_be_none():
    """``x[:, :1]`` has no column when x has none."""
    x, W = pt.dmatrix("x"), matrix("W", 4, 2)
    return x, pt.dot(pt.concatenate([x, pt.ones_like(x[:, :1])], axis=-1), W), rng.normal(size=(5, 3))


def three_parts():
    x, W = pt.dvector("x"), matrix("W", 5, 2)
    return x, pt.dot(pt.concatenate([[1.0], x, [1.0]]), W), rng.normal(size=3)


def a_row_for_a_batch():
    x, W = pt.dmatrix("x"), matrix("W", 3, 2)
    return x, pt.dot(pt.concatenate([x, np.ones((1, 3))], axis=0), W), rng.normal(size=(5, 3))


def one_elementwise():
    x = pt.dvector("x")
    return x, pt.concatenate([x, [1.0]]) * 2, rng.normal(size=3)


@pytest.mark.parametrize(
    "build",
    [
        two_inputs,
        two_columns_of_ones,
        different_constants,
        ones_that_may_be_none,
        three_parts,
        a_row_for_a_batch,
        one_elementwise,
    ],
)
def test_what_is_no_bias_stays_right(build):
    x, out, value = build()
    check([x], [out, pytensor.grad((out**2).sum(), x)], value)


def test_lifted_inside_a_scan():
    x, W = pt.dmatrix("x"), matrix("W", 6, 2)
    h = pytensor.scan(
        lambda x_t, h, W: pt.tanh(pt.dot(pt.concatenate([x_t, h, pt.ones(1)]), W)),
        [x], [pt.zeros(2)], non_sequences=[W], return_updates=False,
    )  # fmt: skip
    check([x], [h, pytensor.grad(h.sum(), W)], rng.normal(size=(4, 3)))


def test_a_second_derivative_stays():
    x, out, [W, _], value = theano_columns()
    first = pytensor.grad(out.sum(), x)
    check([x], [pytensor.grad((first**2).sum(), W), pytensor.grad((first**2).sum(), x)], value)


def test_errors_in_lifted_products_point_at_the_user():
    x, W = pt.dmatrix("x"), matrix("W", 4, 2)
    fn = engine.compile([x], pt.dot(pt.concatenate([x, pt.ones((x.shape[0], 1))], axis=1), W))
    with pytest.raises(ValueError, match=r"(?s)Apply node.*Written at:.*test_bias.py"):
        fn(np.ones((5, 2)))
