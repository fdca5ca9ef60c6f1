"""What moved data to and from the GPU: on a CPU it is the data itself."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Variable

from ... import tensor
from . import GpuOp


def as_cuda_ndarray_variable(x: Any) -> Variable:
    """Return `x` as a tensor variable."""
    return tensor.as_tensor_variable(x)


gpu_from_host = host_from_gpu = gpu_contiguous = as_cuda_ndarray_variable


def gpu_alloc(value: Any, *shape: Any) -> Variable:
    """Return `value` in every place of an array of `shape`."""
    return tensor.alloc(value, *shape)


def gpu_alloc_empty(*shape: Any) -> Variable:
    """Return a float32 array of `shape` whose content means nothing."""
    return tensor.AllocEmpty("float32")(*shape)


class GpuFromHost(GpuOp):
    """The Op that copied to the GPU: to compare with."""


class HostFromGpu(GpuOp):
    """The Op that copied from the GPU: to compare with."""


class GpuContiguous(GpuOp):
    """The Op that made an array contiguous: to compare with."""


class GpuElemwise(GpuOp):
    """Elementwise operations on the GPU: to compare with."""
