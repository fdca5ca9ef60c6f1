"""Batch normalisation: second derivatives, layouts of parameters, wrong arguments."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import bn

rng = np.random.default_rng(0)


@pytest.mark.parametrize("output", [0, 1, 2], ids=["inputs", "scale", "bias"])
def test_gradients_of_the_gradient(output):
    def gradient(*inputs):
        return bn.AbstractBatchNormTrainGrad((0,))(*inputs)[output]

    shapes = [(4, 3), (4, 3), (1, 3), (1, 3), (1, 3)]
    T.verify_grad(
        gradient, [rng.random(s) + 0.5 for s in shapes], rng=np.random.RandomState(0), mode="FAST_COMPILE"
    )


def test_gradients_of_inference():
    def normalised(*inputs):
        return bn.batch_normalization_test(*inputs)

    shapes = [(4, 3), (3,), (3,), (3,), (3,)]
    T.verify_grad(
        normalised, [rng.random(s) + 0.5 for s in shapes], rng=np.random.RandomState(0), mode="FAST_COMPILE"
    )


def test_only_formulas_run():
    x, scale = T.dmatrix("x"), T.dvector("s")
    out = bn.batch_normalization_train(x, scale, scale)[0]
    f = theano.function([x, scale], [out, theano.grad((out**3).sum(), x)])
    assert not any(isinstance(node.op, bn._Normalisation) for node in f.maker.fgraph.toposort())


def test_the_same_without_rewrites():
    x, scale = T.dmatrix("x"), T.dvector("s")
    outputs = bn.batch_normalization_train(x, scale, scale, running_mean=scale, running_var=scale)
    values = rng.random((4, 3)), rng.random(3)
    plain = theano.function([x, scale], list(outputs), mode=theano.Mode(optimizer=None))
    for a, b in zip(plain(*values), theano.function([x, scale], list(outputs))(*values)):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("axes", ["spatial", (0, 2, 3)], ids=str)
def test_parameters_without_and_with_the_normalised_axes(axes):
    x, few, full = T.tensor4("x"), T.vector("few"), T.tensor4("full")
    short = bn.batch_normalization_train(x, few, few, axes=axes)
    long = bn.batch_normalization_train(x, full, full, axes=axes)
    f = theano.function([x, few, full], [*short, *long])
    numbers = rng.random(3)
    results = f(rng.random((2, 3, 2, 2)), numbers, numbers.reshape(1, 3, 1, 1))
    for a, b in zip(results[:3], results[3:]):
        np.testing.assert_array_equal(a, b.reshape(a.shape))


def test_float32_stays():
    x, scale = T.fmatrix("x"), T.fvector("s")
    outputs = bn.batch_normalization_train(x, scale, scale, running_mean=scale, running_var=scale)
    values = rng.random((4, 3)).astype("float32"), np.ones(3, "float32")
    assert {o.dtype for o in outputs} == {"float32"}
    assert {v.dtype.name for v in theano.function([x, scale], list(outputs))(*values)} == {"float32"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"axes": "every"}, "invalid axes"),
        ({"axes": ()}, "at least one normalization axis"),
        ({"axes": (0, 4)}, "less than ndim"),
        ({"gamma": T.dmatrix()}, "gamma and beta dimensionality"),
        ({"epsilon": 1e-6}, "at least 1e-5"),
        ({"running_mean": T.tensor3()}, "both be given"),
        ({"running_mean": T.dvector(), "running_var": T.dvector()}, "running_mean must be"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_wrong_arguments(arguments, message):
    usual = {"inputs": T.dtensor4(), "gamma": T.dtensor3(), "beta": T.dtensor3()}
    with pytest.raises(ValueError, match=message):
        bn.batch_normalization_train(**{**usual, **arguments})


def test_wrong_mode():
    with pytest.raises(ValueError, match="low_mem"):
        bn.batch_normalization(*[T.dvector()] * 5, mode="fast")


def test_composite():
    kind = bn.BNComposite("float64")
    arguments = T.dvectors("abcde")
    values = rng.random((5, 3)) + 0.5
    x, mean, std, gamma, beta = values
    y = T.Elemwise(kind)(*arguments)
    f = theano.function(arguments, [y, *theano.grad(y.sum(), arguments)])
    results = f(*values)
    np.testing.assert_allclose(results[0], (x - mean) / std * gamma + beta)
    np.testing.assert_allclose(results[3], -gamma * (x - mean) / std**2)
