"""The old names of pooling."""

import importlib
import sys

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T


@pytest.fixture(scope="module")
def downsample():
    sys.modules.pop("compat.theano.tensor.signal.downsample", None)
    with pytest.warns(UserWarning, match="downsample module has been moved"):
        return importlib.import_module("compat.theano.tensor.signal.downsample")


def test_old_names_pool(downsample):
    x = T.dtensor4()
    value = np.random.RandomState(0).normal(size=(1, 2, 5, 4))
    by_op = downsample.DownsampleFactorMax((2, 2), ignore_border=True)(x)
    by_function = downsample.max_pool_2d(x, (2, 2), ignore_border=True)
    slopes = [theano.grad((y**2).sum(), x) for y in (by_op, by_function)]
    slopes.append(downsample.DownsampleFactorMaxGrad((2, 2), True)(x, by_op, 2 * by_op))
    got = theano.function([x], [by_op, by_function, *slopes])(value)
    expected = value[:, :, :4].reshape(1, 2, 2, 2, 2, 2).max(axis=(3, 5))
    for pooled in got[:2]:
        np.testing.assert_array_equal(pooled, expected)
    for slope in got[3:]:
        np.testing.assert_array_equal(slope, got[2])
