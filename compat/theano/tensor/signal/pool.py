"""Maximum, sum and average of images under a sliding window: `theano.tensor.signal.pool`."""

from __future__ import annotations

import warnings
from typing import Any

from pytensor.graph.basic import Variable

from ...gof import EnumList
from .pool_arguments import renamed
from .pool_ops import (
    AveragePoolGrad,
    DownsampleFactorMaxGradGrad,
    MaxPoolGrad,
    MaxPoolRop,
    Pool,
    PoolGrad,
)

__all__ = [
    "AveragePoolGrad",
    "DownsampleFactorMaxGradGrad",
    "MaxPoolGrad",
    "MaxPoolRop",
    "Pool",
    "PoolGrad",
    "PoolingMode_t",
    "max_pool_2d_same_size",
    "pool_2d",
    "pool_3d",
]


PoolingMode_t = EnumList(
    ("POOLING_MAX", "max"),
    ("POOLING_SUM", "sum"),
    ("POOLING_AVERAGE_COUNT_INCLUDE_PADDING", "average_inc_pad"),
    ("POOLING_AVERAGE_COUNT_EXCLUDE_PADDING", "average_exc_pad"),
)


def max_pool_2d_same_size(input: Any, patch_size: Any) -> Variable:
    """Return `input`, all but the maximum of each patch (height, width) of its last two axes set to zero."""
    output = Pool(True)(input, patch_size)
    return MaxPoolGrad(True)(input, output, output, patch_size)


def pool_2d(
    input: Variable,
    ws: Any = None,
    ignore_border: bool | None = None,
    stride: Any = None,
    pad: Any = (0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """Return the maximum, sum or average under a window that slides over the last two axes.

    Parameters
    ----------
    input : (..., rows, columns)
    ws : two ints, or a vector of them
        The size of the window.
    ignore_border : bool, optional
        Whether windows that reach over the end are left out; False, with a warning, if not given.
    stride : two ints or a vector, optional
        How far the window moves; its own size if not given.
    pad : two ints or a vector
        The border at both ends of each axis.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
        Only "average_inc_pad" counts the border.
    ds, st, padding
        The old names of `ws`, `stride` and `pad`.
    """
    return _pool(2, input, ws, ignore_border, stride, pad, mode, ds, st, padding)


def pool_3d(
    input: Variable,
    ws: Any = None,
    ignore_border: bool | None = None,
    stride: Any = None,
    pad: Any = (0, 0, 0),
    mode: str = "max",
    ds: Any = None,
    st: Any = None,
    padding: Any = None,
) -> Variable:
    """Return the maximum, sum or average under a window over the last three axes; see `pool_2d`."""
    return _pool(3, input, ws, ignore_border, stride, pad, mode, ds, st, padding)


def _pool(axes: int, input, ws, ignore_border, stride, pad, mode, ds, st, padding) -> Variable:
    ws, stride, pad = renamed(ws, ds, stride, st, pad, padding, none=(0,) * axes, depth=4)
    if input.ndim < axes:
        raise NotImplementedError(f"pool_{axes}d requires a dimension >= {axes}")
    if ignore_border is None:
        warnings.warn(
            f"pool_{axes}d() will have the parameter ignore_border default value changed to True "
            "(currently False). To have consistent behavior with all Theano version, explicitly add the "
            "parameter ignore_border=True. On the GPU, using ignore_border=True is needed to use cuDNN. "
            "When using ignore_border=False and not using cuDNN, the only GPU combination supported is "
            f"when `ws == stride and pad == {(0,) * axes} and mode == 'max'`. Otherwise, the convolution "
            "will be executed on CPU.",
            stacklevel=3,
        )
        ignore_border = False
    return Pool(ignore_border, ndim=axes, mode=mode)(input, ws, stride, pad)
