"""Bilinear interpolation between pixels, as convolutions with pyramids."""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from ...configdefaults import config
from .. import basic as tensor
from ..subtensor import set_subtensor
from .convolving import conv2d, conv2d_grad_wrt_inputs

__all__ = ["bilinear_kernel_1D", "bilinear_kernel_2D", "bilinear_upsampling", "frac_bilinear_upsampling"]


def bilinear_kernel_1D(ratio: Any, normalize: bool = True) -> Variable:
    """Return the vector 1, 2, ... ratio, ... 2, 1, divided by `ratio` if `normalize`."""
    rising = tensor.arange(1, ratio + 1, dtype=config.floatX)
    kernel = tensor.concatenate([rising, rising[-2::-1]])
    return kernel / tensor.cast(ratio, config.floatX) if normalize else kernel


def bilinear_kernel_2D(ratio: Any, normalize: bool = True) -> Variable:
    """Return the pyramid that two `bilinear_kernel_1D` make; `ratio` may be (rows, columns)."""
    rows, columns = ratio if isinstance(ratio, tuple) else (ratio, ratio)
    across = bilinear_kernel_1D(columns, normalize).dimshuffle("x", 0)
    return across * bilinear_kernel_1D(rows, normalize).dimshuffle(0, "x")


def bilinear_upsampling(
    input: Variable,
    ratio: Any = None,
    frac_ratio: Any = None,
    batch_size: int | None = None,
    num_input_channels: int | None = None,
    use_1D_kernel: bool = True,
) -> Variable:
    """Return images (batch size, channels, rows, columns) enlarged by bilinear interpolation.

    Parameters
    ----------
    input : (batch size, channels, rows, columns)
    ratio : int or scalar variable, optional
    frac_ratio : pair of int, or pair of such pairs, optional
        (numerator, denominator), for both axes or for each.
    batch_size, num_input_channels : int, optional
    use_1D_kernel : bool
        Whether rows and columns are enlarged one after the other; the result is the same.

    Raises
    ------
    ValueError
        If not exactly one of `ratio` and `frac_ratio` is given, or `frac_ratio` with `use_1D_kernel`.
    """
    if ratio and frac_ratio:
        raise ValueError("can't use ratio and frac_ratio together")
    if not (ratio or frac_ratio):
        raise ValueError("No ratio (or frac_ratio) provided")
    if frac_ratio:
        if use_1D_kernel:
            raise ValueError(
                "For fractional ratios 1D kernel method not implemented. You may want to pass "
                "use_1D_kernel as False"
            )
        return frac_bilinear_upsampling(input, frac_ratio=frac_ratio)
    try:
        images = batch_size * num_input_channels
    except TypeError:
        images = None
    rows, columns = input.shape[2:]
    bordered = _with_edges_twice(input.reshape((-1, 1, rows, columns)))
    pad = 2 * ratio - (ratio - 1) // 2 - 1
    if use_1D_kernel:
        kernel = bilinear_kernel_1D(ratio=ratio, normalize=True)
        down, along = kernel[None, None, :, None], kernel[None, None, None, :]
        larger = conv2d_grad_wrt_inputs(
            bordered, down, (images, 1, rows * ratio, columns + 2), (1, 1, None, 1), (pad, 0), (ratio, 1)
        )
        larger = conv2d_grad_wrt_inputs(
            larger, along, (images, 1, rows * ratio, columns * ratio), (1, 1, 1, None), (0, pad), (1, ratio)
        )
    else:
        kernel = bilinear_kernel_2D(ratio=ratio, normalize=True)[None, None, :, :]
        shape = (images, 1, rows * ratio, columns * ratio)
        larger = conv2d_grad_wrt_inputs(
            bordered, kernel, shape, (1, 1, None, None), (pad, pad), (ratio, ratio)
        )
    return larger.reshape((input.shape[0], input.shape[1], rows * ratio, columns * ratio))


def frac_bilinear_upsampling(input: Variable, frac_ratio: tuple) -> Variable:
    """Return images enlarged by a fraction, or by one for each axis; see `bilinear_upsampling`.

    Raises
    ------
    ValueError
        If `frac_ratio` is not a tuple.
    """
    if not isinstance(frac_ratio, tuple):
        raise ValueError("frac_ratio must be a tuple")
    fractions = frac_ratio if isinstance(frac_ratio[0], tuple) else (frac_ratio, frac_ratio)
    ratio, subsample = zip(*((p // gcd(p, q), q // gcd(p, q)) for p, q in fractions))
    rows, columns = input.shape[2:]
    bordered = _with_edges_twice(input.reshape((-1, 1, rows, columns)))
    # The images are the kernels, dilated: they slide over a pyramid in a field of zeros.
    width = (2 * tensor.as_tensor_variable([rows, columns]) - 1) * np.array(ratio) + 1
    left = width // 2
    kernel = bilinear_kernel_2D(ratio=ratio)
    pyramid = tensor.zeros((kernel.shape[0] + width[0], kernel.shape[1] + width[1]), dtype=config.floatX)
    middle = pyramid[left[0] : left[0] + kernel.shape[0], left[1] : left[1] + kernel.shape[1]]
    pyramid = set_subtensor(middle, kernel.astype(config.floatX))[None, None, :, :]
    larger = conv2d(pyramid, bordered, filter_dilation=ratio, subsample=subsample)
    return larger.reshape((input.shape[0], input.shape[1], larger.shape[2], larger.shape[3]))


def _with_edges_twice(images: Variable) -> Variable:
    """Return images whose first and last rows and columns stand there twice."""
    images = tensor.concatenate((images[:, :, :1, :], images, images[:, :, -1:, :]), axis=2)
    return tensor.concatenate((images[:, :, :, :1], images, images[:, :, :, -1:]), axis=3)
