"""theano.tensor.fourier against numpy.fft.fft, its gradient against finite differences."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.fourier import fft

RNG = np.random.RandomState(4)


@pytest.mark.parametrize("n", [None, 3, 6])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_is_that_of_numpy(n, axis):
    x, value = T.matrix(), RNG.randn(4, 5)
    out = theano.function([x], fft(x, n, axis))(value)
    assert out.dtype == "complex128"
    np.testing.assert_allclose(out, np.fft.fft(value, n, -1 if axis is None else axis), atol=1e-12)


def test_shape_is_inferred_for_a_symbolic_axis():
    x, axis = T.matrix(), T.lscalar()
    shape = theano.function([x, axis], fft(x, 7, axis).shape)
    assert shape(np.zeros((4, 5)), 0).tolist() == [7, 5]
    assert shape(np.zeros((4, 5)), 1).tolist() == [4, 7]


@pytest.mark.parametrize("n", [None, 3, 6])
@pytest.mark.parametrize("axis", [0, 1])
def test_gradient(n, axis):
    """The transform is the matrix exp(-2i pi j k / n), and so is its gradient, of a complex variable."""
    x, gz = T.matrix(), T.zmatrix()
    value, length = RNG.randn(4, 5), n or (4, 5)[axis]
    along = [4, 5]
    along[axis] = length
    weights = RNG.randn(*along) + 1j * RNG.randn(*along)
    node = fft(x, n, axis).owner
    gradient = theano.function([x, gz], fft.grad(node.inputs, [gz])[0], on_unused_input="ignore")(
        value, weights
    )
    used = np.arange(value.shape[axis])
    matrix = np.exp(-2j * np.pi * np.outer(np.arange(length), used) / length) * (used < length)
    expected = matrix.T @ weights if axis == 0 else weights @ matrix
    np.testing.assert_allclose(gradient, expected, atol=1e-12)


def test_wrong_arguments():
    with pytest.raises(TypeError, match="must be an array"):
        fft(T.scalar(), None, None)
    with pytest.raises(TypeError, match="index of the transformed axis"):
        fft(T.matrix(), None, 2)
    with pytest.raises(TypeError, match="length of the transformed axis"):
        fft(T.matrix(), 0, 0)
    with pytest.raises(TypeError, match="of type integer"):
        fft(T.matrix(), 2.5, 0)
