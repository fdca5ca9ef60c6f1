"""What the functions of convolution refuse. Their values are in `test_images`."""

import pytest

from compat.theano import tensor as T
from compat.theano.tensor.nnet import abstract_conv as module

TOP, W = T.tensor4("top"), T.tensor4("w")
N = T.lscalar("n")


def test_shapes_of_images_hold_variables_only_at_the_end():
    assert module.conv2d_grad_wrt_inputs(TOP, W, (None, 1, N, N)).ndim == 4
    with pytest.raises(ValueError, match=r"input_shape\[1\] must be a constant or None"):
        module.conv2d_grad_wrt_inputs(TOP, W, (None, N, 3, 3))
    with pytest.raises(ValueError, match=r"input_shape\[2\] must be a symbolic variable, a constant or None"):
        module.conv2d_grad_wrt_inputs(TOP, W, (None, None, None, 3))
    with pytest.raises(ValueError, match="The lenght of filter_shape was 3, but we expected 4"):
        module.conv2d_grad_wrt_inputs(TOP, W, (None, None, 3, 3), (1, 2, 3))
    with pytest.raises(ValueError, match=r"filter_shape\[0\] must be a constant or None"):
        module.conv2d_grad_wrt_inputs(TOP, W, (None, None, 3, 3), (N, 2, 3, 3))


def test_shapes_of_kernels_hold_variables_only_at_the_end():
    assert module.conv2d_grad_wrt_weights(TOP, TOP, (None, 1, N, 3)).ndim == 4
    with pytest.raises(AssertionError):
        module.conv2d_grad_wrt_weights(TOP, TOP, (N, 1, 3, 3))
    with pytest.raises(AssertionError):
        module.conv3d_grad_wrt_weights(T.tensor5(), T.tensor5(), (1, 1, None, 3, 3))
    with pytest.raises(AssertionError):
        module.conv3d_grad_wrt_inputs(T.tensor5(), T.tensor5(), (N, 1, 3, 3, 3))


def test_causal_convolution_wants_sequences():
    with pytest.raises(ValueError, match="Input should be 3D"):
        module.causal_conv1d(T.matrix(), T.tensor3(), (1, 1, 2))
    with pytest.raises(ValueError, match="Filters should be 3D"):
        module.causal_conv1d(T.tensor3(), T.matrix(), (1, 1, 2))


def test_separable_convolution_passes_the_known_shape_on():
    y = module.separable_conv2d(
        T.tensor4(), T.tensor4(), T.tensor4(), 2, (1, 2, 6, 5), (4, 1, 3, 3), (3, 4, 1, 1), border_mode="half"
    )
    assert y.owner.op.imshp == (1, 4, 6, 5)
