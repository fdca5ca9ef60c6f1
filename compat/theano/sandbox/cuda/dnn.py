"""cuDNN's operations by the CPU: the same arguments, the same numbers."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Variable

from ...tensor.nnet import abstract_conv
from ...tensor.nnet.nnet import softmax
from ...tensor.signal import pool
from . import GpuOp, cuda_initialization_error_message


def dnn_available() -> bool:
    """Return False: there is no cuDNN."""
    return False


dnn_available.avail = False
dnn_available.msg = cuda_initialization_error_message
dnn_present = dnn_available


def version() -> int:
    """Raise RuntimeError: there is no cuDNN."""
    raise RuntimeError("We can't determine the cudnn version as it is not available", dnn_available.msg)


def dnn_conv(
    img: Any,
    kerns: Any,
    border_mode: Any = "valid",
    subsample: tuple[int, int] = (1, 1),
    conv_mode: str = "conv",
    direction_hint: str | None = None,
    workmem: str | None = None,
    algo: str | None = None,
    precision: str | None = None,
) -> Variable:
    """Return the convolution ("conv") or cross-correlation ("cross") of images with filters."""
    return abstract_conv.conv2d(
        img, kerns, border_mode=border_mode, subsample=subsample, filter_flip=_flips(conv_mode)
    )


def dnn_conv3d(
    img: Any,
    kerns: Any,
    border_mode: Any = "valid",
    subsample: tuple[int, int, int] = (1, 1, 1),
    conv_mode: str = "conv",
    direction_hint: str | None = None,
    workmem: str | None = None,
    algo: str | None = None,
    precision: str | None = None,
) -> Variable:
    """Return the convolution ("conv") or cross-correlation ("cross") of volumes with filters."""
    return abstract_conv.conv3d(
        img, kerns, border_mode=border_mode, subsample=subsample, filter_flip=_flips(conv_mode)
    )


def _flips(conv_mode: str) -> bool:
    if conv_mode not in ("conv", "cross"):
        raise ValueError(f"conv_mode is {conv_mode!r}; expected 'conv' or 'cross'.")
    return conv_mode == "conv"


def dnn_pool(
    img: Any,
    ws: tuple[int, ...],
    stride: tuple[int, ...] | None = None,
    mode: str = "max",
    pad: tuple[int, ...] | None = None,
) -> Variable:
    """Return the pools of images or volumes; windows that do not fit are left out.

    Parameters
    ----------
    stride : tuple of int, optional
        1 in each direction if not given.
    """
    function = pool.pool_2d if len(ws) == 2 else pool.pool_3d
    return function(
        img,
        ws=tuple(ws),
        ignore_border=True,
        stride=tuple(stride or (1,) * len(ws)),
        pad=tuple(pad or (0,) * len(ws)),
        mode=mode,
    )


class GpuDnnSoftmax:
    """The softmax over channels, in each pixel ("channel") or over all of an image ("instance")."""

    def __init__(self, tensor_format: str = "bc01", algo: str = "accurate", mode: str = "channel") -> None:
        if mode not in ("channel", "instance"):
            raise ValueError(f"mode is {mode!r}; expected 'channel' or 'instance'.")
        self.tensor_format, self.algo, self.mode = tensor_format, algo, mode

    def __call__(self, x: Variable) -> Variable:
        if self.mode == "instance":
            return softmax(x.flatten(2)).reshape(x.shape)
        pixels = x.dimshuffle(0, 2, 3, 1)
        return softmax(pixels.reshape((-1, x.shape[1]))).reshape(pixels.shape).dimshuffle(0, 3, 1, 2)


class GpuDnnConv(GpuOp):
    """The Op of a convolution on the GPU: to compare with."""


class GpuDnnConvDesc(GpuOp):
    """The Op that described one: to compare with."""


class GpuDnnPool(GpuOp):
    """The Op of pooling on the GPU: to compare with."""
