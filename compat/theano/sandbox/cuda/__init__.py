"""The old GPU back end, as a machine without one shows it.

Guards (`cuda_available`, `cuda_enabled`, `dnn.dnn_available()`) say no. What moved data between the CPU and
the GPU gives back what it got, and what stood for cuDNN's operations calls those of the CPU, so that programs
written for a GPU alone run here too.
"""

from __future__ import annotations

import logging
from typing import Any

from ...compile.sharedvalue import shared_constructor
from ...gof import Op

_logger = logging.getLogger("theano.sandbox.cuda")

cuda_available = False
cuda_enabled = False
cuda_initialization_error_message = "There is no GPU back end."


class GpuOp(Op):
    """Base of Ops that ran on the GPU: a program may define such classes, and cannot run them."""


from . import basic_ops, dnn, rng_curand, type, var  # noqa: E402
from .basic_ops import (  # noqa: E402
    GpuContiguous,
    GpuFromHost,
    HostFromGpu,
    as_cuda_ndarray_variable,
    gpu_alloc,
    gpu_alloc_empty,
    gpu_contiguous,
    gpu_from_host,
    host_from_gpu,
)
from .type import CudaNdarray, CudaNdarrayType  # noqa: E402
from .var import (  # noqa: E402
    CudaNdarrayConstant,
    CudaNdarraySharedVariable,
    CudaNdarrayVariable,
    float32_shared_constructor,
)

__all__ = [
    "CudaNdarray",
    "CudaNdarrayConstant",
    "CudaNdarraySharedVariable",
    "CudaNdarrayType",
    "CudaNdarrayVariable",
    "GpuContiguous",
    "GpuFromHost",
    "GpuOp",
    "HostFromGpu",
    "as_cuda_ndarray_variable",
    "basic_ops",
    "cuda_available",
    "cuda_enabled",
    "dnn",
    "float32_shared_constructor",
    "gpu_alloc",
    "gpu_alloc_empty",
    "gpu_contiguous",
    "gpu_from_host",
    "host_from_gpu",
    "rng_curand",
    "shared_constructor",
    "type",
    "unuse",
    "use",
    "var",
]


def use(
    device: Any,
    force: bool = False,
    default_to_move_computation_to_gpu: bool = True,
    move_shared_float32_to_gpu: bool = True,
    enable_cuda: bool = True,
    test_driver: bool = True,
) -> None:
    """Say in the log that the CPU is used.

    Raises
    ------
    OSError
        With `force`.
    """
    if force:
        raise OSError(f"You forced the use of gpu device {device}. {cuda_initialization_error_message}")
    _logger.warning("Device %s: %s Running on the CPU.", device, cuda_initialization_error_message)


def unuse() -> None:
    """Do nothing: no GPU is in use."""
