"""Which operations compute a convolution after a mode's rewrites."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.tensor.nnet import abstract_conv, corr, corr3d

RNG = np.random.RandomState(0)


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("flip", [True, False])
def test_products_of_matrices_give_the_same(axes, flip):
    x, w = (T.TensorType("float64", (False,) * (2 + axes))() for _ in range(2))
    convolve = {2: abstract_conv.conv2d, 3: abstract_conv.conv3d}[axes]
    y = convolve(x, w, border_mode="half", filter_flip=flip)
    outputs = [y, *theano.grad((y**2).sum(), [x, w])]
    rewritten = theano.function([x, w], outputs, mode="FAST_RUN")
    plain = theano.function([x, w], outputs, mode=theano.Mode(optimizer=None))
    base = {2: corr.BaseCorrMM, 3: corr3d.BaseCorr3dMM}[axes]
    ops = [node.op for node in rewritten.maker.fgraph.toposort()]
    assert sum(isinstance(op, base) for op in ops) == 3
    assert not any(isinstance(op, abstract_conv.BaseAbstractConv) for op in ops)
    values = RNG.normal(size=(2, 3, 5, 4, 3)[: 2 + axes]), RNG.normal(size=(2, 3, 3, 2, 2)[: 2 + axes])
    for got, expected in zip(rewritten(*values), plain(*values)):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


def test_the_tag_conv_gemm_turns_them_off():
    x, w = T.dtensor4s("x", "w")
    mode = theano.compile.mode.get_mode("FAST_RUN").excluding("conv_gemm")
    ops = [
        n.op for n in theano.function([x, w], abstract_conv.conv2d(x, w), mode=mode).maker.fgraph.toposort()
    ]
    assert any(isinstance(op, abstract_conv.AbstractConv2d) for op in ops)
