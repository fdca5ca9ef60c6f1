"""Indexing on a GPU: classes to compare with."""

from .basic_ops import GpuKernelBase


class GpuSubtensor(GpuKernelBase):
    """A subtensor on a GPU."""


class GpuIncSubtensor(GpuKernelBase):
    """Increments of a subtensor on a GPU."""


class GpuAdvancedSubtensor1(GpuKernelBase):
    """Rows of an array on a GPU."""


class GpuAdvancedIncSubtensor1(GpuKernelBase):
    """Increments of rows of an array on a GPU."""
