"""The recurrent kernels a second time, in the kernel language of ``graphopt.engine.native``."""

from graphopt.ops.kernels.calls import compiled_kernel
from graphopt.ops.kernels.table import KERNELS, RecurrentKernel

__all__ = ["KERNELS", "RecurrentKernel", "compiled_kernel"]
