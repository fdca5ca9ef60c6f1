"""Convolution of an image or several with a kernel or several: `theano.tensor.signal.conv`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Variable

from ...configdefaults import config
from .. import basic as tensor
from ..nnet import conv

__all__ = ["conv2d"]


def conv2d(
    input: Variable,
    filters: Variable,
    image_shape: Sequence[int] | None = None,
    filter_shape: Sequence[int] | None = None,
    border_mode: str = "valid",
    subsample: Sequence[int] = (1, 1),
    **kargs: Any,
) -> Variable:
    """Return the convolution, ([images,] [kernels,] rows, columns).

    Parameters
    ----------
    input : ([images,] rows, columns)
    filters : ([kernels,] rows, columns)
    image_shape, filter_shape : sequence of int, optional
        Their shapes, if both are known.
    border_mode : {"valid", "full"}
    subsample : pair of int
    kargs
        For `theano.tensor.nnet.conv.ConvOp`.
    """
    assert input.ndim in (2, 3)
    assert filters.ndim in (2, 3)
    known = {}
    if filter_shape and image_shape:
        known = {
            "bsize": image_shape[0] if input.ndim == 3 else 1,
            "imshp": (1, *image_shape[-2:]),
            "nkern": filter_shape[0] if filters.ndim == 3 else 1,
            "kshp": filter_shape[-2:],
        }
    op = conv.ConvOp(output_mode=border_mode, dx=subsample[0], dy=subsample[1], **known, **kargs)
    output = op(*(_with_one_channel(v) for v in (input, filters)))
    if input.ndim == 2 and filters.ndim == 2:
        if config.warn.signal_conv2d_interface:
            warnings.warn(
                "theano.tensor.signal.conv2d() now outputs a 2d tensor when both inputs are 2d. To "
                "disable this warning, set the Theano flag warn.signal_conv2d_interface to False",
                stacklevel=3,
            )
        return tensor.flatten(output.T, ndim=2).T
    if input.ndim == 2 or filters.ndim == 2:
        return tensor.flatten(output.T, ndim=3).T
    return output


def _with_one_channel(v: Variable) -> Variable:
    """Return ([n,] rows, columns) as (n, 1, rows, columns)."""
    count = v.shape[0] if v.ndim == 3 else 1
    return v.reshape((count, 1, v.shape[-2], v.shape[-1]), ndim=4)
