"""The 3d convolution before Theano 0.9 against its sum written out, finite differences and transposes."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet.Conv3D import conv3D
from compat.theano.tensor.nnet.ConvGrad3D import convGrad3D
from compat.theano.tensor.nnet.ConvTransp3D import convTransp3D

RNG = np.random.RandomState(0)
V, W, B, D = RNG.normal(size=(2, 5, 4, 6, 2)), RNG.normal(size=(3, 2, 3, 2, 2)), RNG.normal(size=3), (2, 1, 3)


def written_out():
    H = np.empty((2, 2, 2, 2, 3))
    for i, r, c, t, j in np.ndindex(*H.shape):
        part = V[i, D[0] * r : D[0] * r + 2, D[1] * c : D[1] * c + 3, D[2] * t : D[2] * t + 2]
        H[i, r, c, t, j] = B[j] + (W[j] * part).sum()
    return H


def test_it_is_the_sum_of_its_first_lines():
    v, w, b, d = T.dtensor5(), T.dtensor5(), T.dvector(), T.lvector()
    h = conv3D(v, w, b, d)
    value, shape = theano.function([v, w, b, d], [h, h.shape])(V, W, B, D)
    np.testing.assert_allclose(value, written_out(), rtol=1e-12)
    assert tuple(shape) == value.shape


def test_gradients_are_those_of_finite_differences():
    T.verify_grad(lambda v, w, b: conv3D(v, w, b, D), [V[:1], W[:2], B[:2]], rng=RNG)


def test_the_others_are_its_transposes():
    h = RNG.normal(size=(2, 2, 2, 2, 3))
    v, w, top = T.dtensor5(), T.dtensor5(), T.dtensor5()
    no_bias = np.zeros(2)
    outputs = [convTransp3D(w, no_bias, D, top, V.shape[1:4]), convGrad3D(v, D, W.shape, top)]
    dv, dw = theano.function([v, w, top], outputs)(V, W, h)
    inner = (h * (written_out() - B)).sum()
    np.testing.assert_allclose([(dv * V).sum(), (dw * W).sum()], inner, rtol=1e-10)
    least = theano.function([w, top], convTransp3D(w, no_bias, D, top))(W, h)
    np.testing.assert_allclose(least, dv[:, :4, :4, :5], rtol=1e-12)
    T.verify_grad(lambda w, b, top: convTransp3D(w, b, D, top), [W[:2], no_bias, h[:1, ..., :2]], rng=RNG)


def test_what_does_not_fit_is_refused():
    with pytest.raises(TypeError, match=r"axes, expected \(5, 5, 1, 1\)"):
        conv3D(T.tensor4(), T.tensor5(), T.vector(), (1, 1, 1))
    w, top = T.dtensor5(), T.dtensor5()
    run = theano.function([w, top], convTransp3D(w, np.zeros(2), D, top, (3, 4, 5)))
    with pytest.raises(ValueError, match="below"):
        run(W, np.ones((2, 2, 2, 2, 3)))
