"""`theano.sandbox.cuda` without a GPU: guards say no, programs for a GPU alone run on the CPU."""

import logging

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.sandbox import cuda
from compat.theano.sandbox.cuda import basic_ops, dnn
from compat.theano.sandbox.cuda.rng_curand import CURAND_RandomStreams

IMAGES = np.random.RandomState(0).randn(2, 3, 6, 6)
FILTERS = np.random.RandomState(1).randn(4, 3, 3, 3)


def test_guards(caplog):
    assert not cuda.cuda_available
    assert not cuda.cuda_enabled
    assert not dnn.dnn_available()
    assert "no GPU" in dnn.dnn_available.msg
    with pytest.raises(RuntimeError):
        dnn.version()
    with caplog.at_level(logging.WARNING, logger="theano.sandbox.cuda"):
        cuda.use("gpu0")
    assert "gpu0" in caplog.text
    with pytest.raises(OSError, match="forced"):
        cuda.use("gpu0", force=True)
    cuda.unuse()


def test_nothing_is_on_a_gpu():
    x = T.fmatrix()
    assert not isinstance(x.type, cuda.CudaNdarrayType)
    assert not isinstance(x, cuda.CudaNdarrayVariable)
    assert not isinstance(theano.shared(np.zeros(3, "float32")), cuda.CudaNdarraySharedVariable)
    with pytest.raises(RuntimeError, match="no GPU back end"):
        cuda.CudaNdarray(np.zeros(3, "float32"))


def test_moving_data_is_the_identity():
    x = T.fmatrix()
    moved = cuda.host_from_gpu(cuda.gpu_contiguous(cuda.gpu_from_host(basic_ops.as_cuda_ndarray_variable(x))))
    assert moved is x
    assert theano.function([], cuda.gpu_alloc(np.float32(2), 2, 3))().tolist() == [[2.0] * 3] * 2
    assert theano.function([], cuda.gpu_alloc_empty(2, 3))().shape == (2, 3)
    shared = cuda.float32_shared_constructor(np.ones(3, "float32"))
    assert shared.get_value().tolist() == [1.0] * 3
    with pytest.raises(TypeError):
        cuda.float32_shared_constructor(np.ones(3))


@pytest.mark.parametrize("conv_mode", ["conv", "cross"])
def test_convolution(conv_mode):
    x, w = T.dtensor4(), T.dtensor4()
    f = theano.function([x, w], dnn.dnn_conv(x, w, border_mode=1, subsample=(2, 2), conv_mode=conv_mode))
    g = theano.function(
        [x, w], T.nnet.conv2d(x, w, border_mode=1, subsample=(2, 2), filter_flip=conv_mode == "conv")
    )
    np.testing.assert_array_equal(f(IMAGES, FILTERS), g(IMAGES, FILTERS))
    with pytest.raises(ValueError, match="conv_mode"):
        dnn.dnn_conv(x, w, conv_mode="both")


def test_pooling_and_softmax():
    x = T.dtensor4()
    windows = np.lib.stride_tricks.sliding_window_view(IMAGES, (2, 2), axis=(2, 3))
    np.testing.assert_array_equal(theano.function([x], dnn.dnn_pool(x, (2, 2)))(IMAGES), windows.max((4, 5)))
    exponentials = np.exp(IMAGES)
    for mode, axes in (("channel", 1), ("instance", (1, 2, 3))):
        f = theano.function([x], dnn.GpuDnnSoftmax(mode=mode)(x))
        np.testing.assert_allclose(f(IMAGES), exponentials / exponentials.sum(axes, keepdims=True))


def test_random_streams_run():
    sample = theano.function([], CURAND_RandomStreams(3).uniform((4, 4)))()
    assert 0 < sample.min() < sample.max() < 1
