"""theano.tensor.fft against numpy.fft, its gradients against finite differences."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor import fft

RNG = np.random.RandomState(3)


def as_complex(pairs):
    return pairs[..., 0] + 1j * pairs[..., 1]


def call(function, value, **kwargs):
    """Return ``function(value)``, compiled."""
    x = T.TensorType("float64", (False,) * value.ndim)()
    return theano.function([x], function(x, **kwargs))(value)


@pytest.mark.parametrize("shape", [(2, 8), (2, 7), (2, 4, 6), (1, 3, 4, 5)])
def test_rfft_is_that_of_numpy(shape):
    x = RNG.randn(*shape)
    expected = np.fft.rfftn(x, axes=range(1, x.ndim))
    np.testing.assert_allclose(as_complex(call(fft.rfft, x)), expected, atol=1e-12)


@pytest.mark.parametrize("norm", [None, "ortho", "no_norm"])
@pytest.mark.parametrize("length", [8, 7])
def test_irfft_undoes_rfft(norm, length):
    x = RNG.randn(2, 3, length)
    back = call(fft.irfft, call(fft.rfft, x, norm=norm), norm=norm, is_odd=bool(length % 2))
    np.testing.assert_allclose(back, x * (x[0].size if norm == "no_norm" else 1), atol=1e-12)


def test_ortho_keeps_the_norm():
    x = RNG.randn(1, 9)  # Parseval: of an odd length all frequencies but zero count twice
    spectrum = as_complex(call(fft.rfft, x, norm="ortho"))[0]
    energy = abs(spectrum[0]) ** 2 + 2 * (abs(spectrum[1:]) ** 2).sum()
    np.testing.assert_allclose(energy, (x**2).sum(), rtol=1e-12)


def test_float32_stays_and_is_computed_in_double():
    x = RNG.randn(1, 1000).astype("float32")
    v = T.fmatrix()
    pairs = theano.function([v], fft.rfft(v))(x)
    assert pairs.dtype == "float32"
    exact = np.fft.rfft(x.astype("float64"), axis=1)
    np.testing.assert_array_equal(pairs[..., 0], exact.real.astype("float32"))


@pytest.mark.parametrize("length", [6, 5])
@pytest.mark.parametrize("name", ["rfft", "irfft"])
def test_gradient_is_the_adjoint(name, length):
    """The transforms are linear, so a difference quotient with any step is the derivative."""
    if name == "rfft":
        function, value = fft.rfft, RNG.randn(1, 3, length)
    else:
        x = T.tensor4()
        function, value = (lambda y: fft.irfft(y, is_odd=bool(length % 2))), None
        value = call(fft.rfft, RNG.randn(1, 3, length))
    x = T.TensorType("float64", (False,) * value.ndim)()
    y = function(x)
    weights = RNG.randn(*theano.function([x], y)(value).shape)
    cost = (y * weights).sum()
    f, gradient = theano.function([x], cost), theano.function([x], theano.grad(cost, x))(value)
    numeric = np.empty_like(value)
    for i in np.ndindex(value.shape):
        step = np.zeros_like(value)
        step[i] = 1
        numeric[i] = f(value + step) - f(value)
    if name == "irfft":  # the imaginary parts of zero and of the highest even frequency have no meaning
        gradient[..., 0, 1] = numeric[..., 0, 1] = 0
        if length % 2 == 0:
            gradient[..., -1, 1] = numeric[..., -1, 1] = 0
    np.testing.assert_allclose(gradient, numeric, atol=1e-10)


def test_lengths_may_be_given():
    x = T.matrix()
    value = RNG.randn(2, 5)
    pairs = theano.function([x], fft.rfft_op(x, np.array([8])))(value)
    np.testing.assert_allclose(as_complex(pairs), np.fft.rfft(value, n=8, axis=1), atol=1e-12)


def test_wrong_arguments():
    x = T.matrix()
    with pytest.raises(TypeError, match="dimension >= 2"):
        fft.rfft_op(T.vector())
    with pytest.raises(TypeError, match="dimension >= 3"):
        fft.irfft_op(x)
    with pytest.raises(TypeError, match="must be of type integer"):
        fft.rfft_op(x, np.array([2.5]))
    with pytest.raises(ValueError, match="for norm"):
        fft.rfft(x, norm=123)
    with pytest.raises(ValueError, match="for is_odd"):
        fft.irfft(T.tensor3(), is_odd=123)
