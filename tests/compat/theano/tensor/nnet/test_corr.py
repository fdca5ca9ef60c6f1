"""Correlation as products of matrices: against the abstract convolution, sizes that follow, refusals."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import abstract_conv, corr

RNG = np.random.RandomState(0)
X, W = RNG.normal(size=(2, 4, 6, 5)), RNG.normal(size=(6, 2, 3, 2))
OPTIONS = [
    {"border_mode": "half", "subsample": (2, 1)},
    {"border_mode": ((0, 2), (1, 1)), "filter_dilation": (2, 1)},
    {"border_mode": "full"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_values_and_gradients_are_those_of_the_abstract_convolution(options):
    x, w = T.dtensor4s("x", "w")
    product = corr.CorrMM(**options, num_groups=2)(x, w)
    plain = abstract_conv.conv2d(x, w, **options, num_groups=2, filter_flip=False)
    both = [[y, *theano.grad((y**2).sum(), [x, w])] for y in (product, plain)]
    run = theano.function([x, w], both[0] + both[1], mode=theano.Mode(optimizer=None))
    results = run(X, W)
    for got, expected in zip(results[:3], results[3:]):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("border_mode", ["valid", "full", ((1, 0), (2, 2))])
def test_sizes_follow_without_a_subsample(border_mode):
    options = {"border_mode": border_mode, "filter_dilation": (2, 1), "num_groups": 2}
    x, w, top = T.dtensor4s("x", "w", "top")
    value = theano.function([x, w], corr.CorrMM(**options)(x, w))(X, W)
    dw, dx = corr.CorrMM_gradWeights(**options)(x, top), corr.CorrMM_gradInputs(**options)(w, top)
    run = theano.function([x, w, top], [dw, dx, dw.shape, dx.shape])
    got_w, got_x, w_shape, x_shape = run(X, W, value)
    assert got_w.shape == tuple(w_shape) == W.shape
    assert got_x.shape == tuple(x_shape) == X.shape
    # the gradients of sum(y**2) / 2 by their definition
    np.testing.assert_allclose((got_w * W).sum(), (value**2).sum(), rtol=1e-10)
    np.testing.assert_allclose((got_x * X).sum(), (value**2).sum(), rtol=1e-10)


# texts recorded from Theano 1.0.5
REFUSED = [
    ({"border_mode": -1}, "which must be a non-negative integer"),
    ({"border_mode": (1, 2, 3)}, "which must be a tuple of length 2"),
    ({"border_mode": (1, -2)}, "The tuple can only contain integers or tuples of length 2"),
    ({"border_mode": "same"}, "an integer or a tuple of two integers or a pair of integers"),
    ({"subsample": (1,)}, "subsample must have two elements"),
    ({"filter_dilation": (1,)}, "filter_dilation must have two elements"),
    ({"num_groups": 0}, "Number of groups should be greater than 0"),
]


@pytest.mark.parametrize(("options", "text"), REFUSED, ids=str)
def test_options_are_refused_as_by_theano(options, text):
    with pytest.raises(ValueError, match=text):
        corr.CorrMM(**options)


def test_inputs_are_refused_as_by_theano():
    with pytest.raises(TypeError, match="img must be 4D tensor"):
        corr.CorrMM()(T.tensor3(), T.tensor4())
    with pytest.raises(TypeError, match="kern must be 6D tensor"):
        corr.CorrMM(unshared=True)(T.tensor4(), T.tensor4())
    with pytest.raises(
        ValueError, match=r'shape must be given if subsample != \(1, 1\) or border_mode == "half"'
    ):
        corr.CorrMM_gradWeights(border_mode="half")(T.tensor4(), T.tensor4())
    with pytest.raises(ValueError, match=r"shape must be given if subsample != \(1, 1\)"):
        corr.CorrMM_gradInputs(subsample=(2, 2))(T.tensor4(), T.tensor4())
    with pytest.raises(ValueError, match="_direction must be one of"):
        corr.BaseCorrMM()


def test_attributes():
    op = corr.CorrMM((1, (0, 2)), (2, 3), (4, 5))
    assert str(op) == "CorrMM{((1, 1), (0, 2)), (2, 3), (4, 5), 1 False}"
    assert (op.dH, op.dW, op.dilH, op.dilW) == (2, 3, 4, 5)
    assert (op.padH_l, op.padH_r, op.padW_l, op.padW_r) == (1, 1, 0, 2)
    assert corr.CorrMM("half").pad == ((-1, -1), (-1, -1))
    assert corr.CorrMM()(T.fmatrix().dimshuffle("x", "x", 0, 1), T.dtensor4()).dtype == "float64"
