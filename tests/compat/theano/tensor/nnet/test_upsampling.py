"""The kernels of bilinear interpolation written out; its values are in `test_images`."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet.abstract_conv import (
    bilinear_kernel_1D,
    bilinear_kernel_2D,
    bilinear_upsampling,
    frac_bilinear_upsampling,
)


def test_kernels_are_pyramids():
    ratio = T.lscalar()
    run = theano.function([ratio], [bilinear_kernel_1D(ratio, normalize=False), bilinear_kernel_2D(ratio)])
    side, pyramid = run(3)
    np.testing.assert_array_equal(side, [1, 2, 3, 2, 1])
    np.testing.assert_allclose(pyramid, np.outer(side, side) / 9, rtol=1e-6)
    rows, columns = theano.function([], bilinear_kernel_2D((2, 4)))().shape
    assert (rows, columns) == (3, 7)


def test_one_ratio_must_be_given():
    x = T.tensor4()
    with pytest.raises(ValueError, match="can't use ratio and frac_ratio together"):
        bilinear_upsampling(x, ratio=2, frac_ratio=(3, 2))
    with pytest.raises(ValueError, match="No ratio"):
        bilinear_upsampling(x)
    with pytest.raises(ValueError, match="For fractional ratios 1D kernel"):
        bilinear_upsampling(x, frac_ratio=(3, 2))
    with pytest.raises(ValueError, match="frac_ratio must be a tuple"):
        frac_bilinear_upsampling(x, [3, 2])
