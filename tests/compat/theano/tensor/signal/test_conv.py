"""Convolution of single images and kernels: numbers of axes. Its values are in `test_images`."""

import numpy as np
import pytest
from scipy.signal import convolve2d

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.signal.conv import conv2d

RNG = np.random.RandomState(0)


@pytest.mark.parametrize("images", [(), (2,)])
@pytest.mark.parametrize("kernels", [(), (3,)])
def test_axes_of_the_result(images, kernels):
    x, w = (T.TensorType("float64", (False,) * (2 + len(several)))() for several in (images, kernels))
    values = RNG.normal(size=(*images, 5, 4)), RNG.normal(size=(*kernels, 2, 3))
    got = theano.function([x, w], conv2d(x, w))(*values)
    assert got.shape == (*images, *kernels, 4, 2)
    first = convolve2d(values[0].reshape(-1, 5, 4)[0], values[1].reshape(-1, 2, 3)[0], "valid")
    np.testing.assert_allclose(got.reshape(-1, 4, 2)[0], first, rtol=1e-12, atol=1e-13)


def test_a_changed_interface_is_warned_of_when_asked():
    asked = theano.change_flags(**{"warn.signal_conv2d_interface": True})
    with asked, pytest.warns(UserWarning, match="now outputs a 2d tensor"):
        conv2d(T.matrix(), T.matrix())
    with pytest.raises(AssertionError):
        conv2d(T.tensor4(), T.matrix())
