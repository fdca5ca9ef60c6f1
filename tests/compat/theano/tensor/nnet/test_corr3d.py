"""The same in three axes."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import abstract_conv, corr3d

RNG = np.random.RandomState(0)
X, W = RNG.normal(size=(1, 2, 4, 5, 3)), RNG.normal(size=(2, 1, 2, 3, 2))


@pytest.mark.parametrize(
    "options", [{"border_mode": "half", "subsample": (2, 1, 1)}, {"border_mode": (1, 0, 2)}]
)
def test_values_and_gradients_are_those_of_the_abstract_convolution(options):
    x, w = T.dtensor5("x"), T.dtensor5("w")
    product = corr3d.Corr3dMM(**options, num_groups=2)(x, w)
    plain = abstract_conv.conv3d(x, w, **options, num_groups=2, filter_flip=False)
    both = [[y, *theano.grad((y**2).sum(), [x, w])] for y in (product, plain)]
    results = theano.function([x, w], both[0] + both[1], mode=theano.Mode(optimizer=None))(X, W)
    for got, expected in zip(results[:3], results[3:]):
        np.testing.assert_array_equal(got, expected)


def test_options_are_refused_as_by_theano():
    with pytest.raises(ValueError, match="a tuple of three non-negative integers"):
        corr3d.Corr3dMM((1, 2))
    with pytest.raises(ValueError, match="an integer or a tuple of three integers"):
        corr3d.Corr3dMM("same")
    with pytest.raises(ValueError, match="subsample must have three elements"):
        corr3d.Corr3dMM(subsample=(1, 1))
    with pytest.raises(TypeError, match="img must be 5D tensor"):
        corr3d.Corr3dMM()(T.tensor4(), T.tensor4())
    op = corr3d.Corr3dMM(2, (1, 2, 3))
    assert (str(op), op.padD, op.dD) == ("Corr3dMM{(2, 2, 2), (1, 2, 3), (1, 1, 1), 1}", 2, 3)
