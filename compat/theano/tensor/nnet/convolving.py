"""Convolutions of images, their gradients, and what is made of them, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable

from .. import basic as tensor
from .conv_ops import (
    FORWARD,
    GRAD_INPUTS,
    GRAD_WEIGHTS,
    AbstractConv2d,
    AbstractConv2d_gradInputs,
    AbstractConv3d,
)

__all__ = [
    "causal_conv1d",
    "conv2d",
    "conv2d_grad_wrt_inputs",
    "conv2d_grad_wrt_weights",
    "conv3d",
    "conv3d_grad_wrt_inputs",
    "conv3d_grad_wrt_weights",
    "separable_conv2d",
    "separable_conv3d",
]


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Return the convolution of images with kernels.

    Parameters
    ----------
    input : (batch size, input channels, rows, columns)
    filters : (output channels, input channels / num_groups, rows, columns)
        When `unshared`, the rows and columns of the result stand before the input channels.
    input_shape, filter_shape : sequence of int or None, optional
        The shapes as far as they are known.
    border_mode : {"valid", "full", "half"}, int, or a pair of ints or of pairs of ints
        The zeros around the images: none, one less than the kernel, half the kernel, or their number.
    subsample, filter_dilation : pair of int
        How far the kernel moves, and how far its weights lie apart.
    filter_flip : bool
        Whether the kernels are turned round: a convolution; else a correlation.
    num_groups : int
        Into how many groups channels and kernels are divided.
    unshared : bool
        Whether each place has its own kernels.
    """
    op = AbstractConv2d(
        input_shape, filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
    )
    return op(input, filters)


def conv3d(
    input: Any,
    filters: Any,
    input_shape: Sequence | None = None,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """Return the convolution of images (batch size, channels, depth, rows, columns); see `conv2d`."""
    op = AbstractConv3d(
        input_shape, filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups
    )
    return op(input, filters)


def conv2d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Sequence,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Return the gradient of a convolution with respect to its images, which have `input_shape`.

    Parameters
    ----------
    output_grad : (batch size, output channels, rows, columns)
        The gradient of the convolution's result.
    filters, filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        Of the convolution; see `conv2d`.
    input_shape : sequence of 4
        The first two int, constant or None; the last two may be scalar variables.

    Raises
    ------
    ValueError
        If an entry of a shape is something else.
    """
    for dim in (0, 1):
        if not _is_constant_or_none(input_shape[dim]):
            raise ValueError(f"input_shape[{dim}] must be a constant or None.")
    for dim in (2, 3):
        if not _is_length(input_shape[dim]):
            raise ValueError(f"input_shape[{dim}] must be a symbolic variable, a constant or None.")
    if filter_shape is not None:
        expected = 6 if unshared else 4
        if len(filter_shape) != expected:
            raise ValueError(
                f"The lenght of filter_shape was {len(filter_shape)}, but we expected {expected}."
            )
        for dim in range(expected):
            if not _is_constant_or_none(filter_shape[dim]):
                raise ValueError(f"filter_shape[{dim}] must be a constant or None")
    op = AbstractConv2d_gradInputs(
        _numbers(input_shape, 2), filter_shape, border_mode, subsample, filter_flip, filter_dilation,
        num_groups, unshared,
    )  # fmt: skip
    return op(filters, output_grad, input_shape[-2:])


def conv3d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Sequence,
    filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """Return the gradient of a 3d convolution with respect to its images; see `conv2d_grad_wrt_inputs`."""
    assert all(map(_is_constant_or_none, input_shape[:2]))
    assert all(map(_is_length, input_shape[2:]))
    assert filter_shape is None or all(map(_is_constant_or_none, filter_shape))
    op = GRAD_INPUTS[3](
        _numbers(input_shape, 3),
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
    )
    return op(filters, output_grad, input_shape[-3:])


def conv2d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Sequence,
    input_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Return the gradient of a convolution with respect to its kernels, which have `filter_shape`.

    The last two entries of `filter_shape` may be scalar variables; the others are int, constant or None.
    """
    return _grad_wrt_weights(
        2, input, output_grad, filter_shape, input_shape, border_mode, subsample, filter_flip,
        filter_dilation, num_groups, unshared=unshared,
    )  # fmt: skip


def conv3d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Sequence,
    input_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1, 1),
    num_groups: int = 1,
) -> Variable:
    """Return the gradient of a 3d convolution with respect to its kernels; see `conv2d_grad_wrt_weights`."""
    return _grad_wrt_weights(
        3, input, output_grad, filter_shape, input_shape, border_mode, subsample, filter_flip,
        filter_dilation, num_groups,
    )  # fmt: skip


def _grad_wrt_weights(axes, input, output_grad, filter_shape, input_shape, *options, **unshared) -> Variable:
    assert all(map(_is_constant_or_none, filter_shape[:-axes]))
    assert all(map(_is_length, filter_shape[-axes:]))
    assert input_shape is None or all(map(_is_constant_or_none, input_shape))
    op = GRAD_WEIGHTS[axes](input_shape, _numbers(filter_shape, axes), *options, **unshared)
    return op(input, output_grad, filter_shape[-axes:])


def separable_conv2d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Sequence | None = None,
    depthwise_filter_shape: Sequence | None = None,
    pointwise_filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1),
) -> Variable:
    """Return a convolution of each channel by itself, followed by one that mixes channels at each pixel.

    Parameters
    ----------
    input : (batch size, num_channels, rows, columns)
    depthwise_filters : (depthwise channels, 1, rows, columns)
    pointwise_filters : (output channels, depthwise channels, 1, 1)
    border_mode, subsample, filter_flip, filter_dilation
        Of the first convolution; see `conv2d`.
    """
    return _separable(
        2, input, depthwise_filters, pointwise_filters, num_channels, input_shape, depthwise_filter_shape,
        pointwise_filter_shape, border_mode, subsample, filter_flip, filter_dilation,
    )  # fmt: skip


def separable_conv3d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Sequence | None = None,
    depthwise_filter_shape: Sequence | None = None,
    pointwise_filter_shape: Sequence | None = None,
    border_mode: Any = "valid",
    subsample: Sequence[int] = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Sequence[int] = (1, 1, 1),
) -> Variable:
    """Return a 3d convolution of each channel, then one that mixes them; see `separable_conv2d`."""
    return _separable(
        3, input, depthwise_filters, pointwise_filters, num_channels, input_shape, depthwise_filter_shape,
        pointwise_filter_shape, border_mode, subsample, filter_flip, filter_dilation,
    )  # fmt: skip


def _separable(
    axes, input, depthwise, pointwise, num_channels, input_shape, depthwise_shape, pointwise_shape,
    border_mode, subsample, filter_flip, filter_dilation,
):  # fmt: skip
    each = FORWARD[axes](
        input_shape, depthwise_shape, border_mode, subsample, filter_flip, filter_dilation, num_channels
    )
    between = None
    if input_shape is not None and depthwise_shape is not None:
        (between,) = each.infer_shape(None, [input_shape, depthwise_shape])
    mix = FORWARD[axes](between, pointwise_shape, "valid", (1,) * axes, filter_flip, (1,) * axes, 1)
    return mix(each(input, depthwise), pointwise)


def causal_conv1d(
    input: Any,
    filters: Any,
    filter_shape: Sequence,
    input_shape: Sequence | None = None,
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    unshared: bool = False,
) -> Variable:
    """Return the convolution of sequences, (batch size, output channels, length), that sees no later steps.

    Parameters
    ----------
    input : (batch size, input channels, length)
    filters : (output channels, input channels, kernel length)
    filter_shape : sequence of 3
        The last must be known: it says how many zeros stand before the sequence.

    Raises
    ------
    ValueError
        If input or filters have not three axes.
    """
    input, filters = tensor.as_tensor_variable(input), tensor.as_tensor_variable(filters)
    if input.ndim != 3:
        raise ValueError("Input should be 3D for causal convolution.")
    if filters.ndim != 3:
        raise ValueError("Filters should be 3D for causal convolution")
    assert input_shape is None or len(input_shape) == 3
    assert len(filter_shape) == 3
    op = AbstractConv2d(
        None if input_shape is None else (*input_shape, 1),
        (*filter_shape, 1),
        ((filter_dilation * (filter_shape[2] - 1), 0), 0),
        (subsample, 1),
        filter_flip,
        (filter_dilation, 1),
        num_groups,
        unshared,
    )
    return op(input.dimshuffle(0, 1, 2, "x"), filters.dimshuffle(0, 1, 2, "x"))[:, :, :, 0]


def _is_constant_or_none(length: Any) -> bool:
    return isinstance(length, tensor.TensorConstant | int | type(None))


def _is_length(length: Any) -> bool:
    return isinstance(length, tensor.TensorVariable | tensor.TensorConstant | int)


def _numbers(shape: Sequence, axes: int) -> list:
    """Return `shape` with None for variables among its last entries."""
    first, last = list(shape[:-axes]), shape[-axes:]
    return first + [None if isinstance(n, tensor.TensorVariable) else n for n in last]
