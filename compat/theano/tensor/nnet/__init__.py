"""Operations of neural networks: `theano.tensor.nnet`."""

from __future__ import annotations

import warnings
from typing import Any

from pytensor.graph.basic import Variable

from . import nnet, opt
from .abstract_conv import conv2d as abstract_conv2d
from .abstract_conv import conv2d_grad_wrt_inputs, conv3d, separable_conv2d
from .bn import batch_normalization
from .conv import ConvOp
from .nnet import *
from .sigm import hard_sigmoid, scalar_sigmoid, sigmoid, sigmoid_inplace, softplus, ultra_fast_sigmoid


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    image_shape: Any = None,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    **kwargs: Any,
) -> Variable:
    """Return the convolution of a batch of images with filters; see `abstract_conv.conv2d`.

    `image_shape` is the old name of `input_shape`. Other keywords of the old interface are ignored, with a
    warning.

    Raises
    ------
    ValueError
        If both names of the shape are given, or a logical shape, which only `conv.conv2d` has.
    """
    if "imshp_logical" in kwargs or "kshp_logical" in kwargs:
        raise ValueError(
            "Keyword arguments 'imshp_logical' and 'kshp_logical' for conv2d are not supported anymore (and "
            "have not been a reliable way to perform upsampling). That feature is still available by calling "
            "theano.tensor.nnet.conv.conv2d() for the time being."
        )
    if kwargs:
        warnings.warn(
            f"{kwargs.keys()} are now deprecated in `tensor.nnet.abstract_conv.conv2d` interface and will be "
            "ignored.",
            stacklevel=2,
        )
    if image_shape is not None:
        warnings.warn(
            "The `image_shape` keyword argument to `tensor.nnet.conv2d` is deprecated, it has been renamed "
            "to `input_shape`.",
            stacklevel=2,
        )
        if input_shape is not None:
            raise ValueError("input_shape and image_shape should not be provided at the same time.")
        input_shape = image_shape
    return abstract_conv2d(
        input,
        filters,
        input_shape,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )


def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    input_dilation: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Return the transpose of a convolution: images of `output_shape`, of which `input` is the gradient.

    See `abstract_conv.conv2d_grad_wrt_inputs`; `input_dilation` is the step of that convolution.
    """
    return conv2d_grad_wrt_inputs(
        output_grad=input,
        filters=filters,
        input_shape=output_shape,
        filter_shape=filter_shape,
        border_mode=border_mode,
        subsample=input_dilation,
        filter_flip=filter_flip,
        filter_dilation=filter_dilation,
        num_groups=num_groups,
        unshared=unshared,
    )


__all__ = [
    "ConvOp",
    "abstract_conv2d",
    "batch_normalization",
    "conv2d",
    "conv2d_grad_wrt_inputs",
    "conv2d_transpose",
    "conv3d",
    "hard_sigmoid",
    "nnet",
    "opt",
    "scalar_sigmoid",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_inplace",
    "softplus",
    "ultra_fast_sigmoid",
    *nnet.__all__,
]
