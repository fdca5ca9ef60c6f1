"""The MRG generator on a GPU: a class to compare with."""

from ..sandbox.rng_mrg import mrg_uniform_base
from .basic_ops import GpuKernelBase


class GPUA_mrg_uniform(GpuKernelBase, mrg_uniform_base):
    """Uniform samples drawn on a GPU."""
