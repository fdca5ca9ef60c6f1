"""A graph as one kernel: scalar statements for tiny graphs, loops over arrays for larger ones."""

from graphopt.engine.kernels.array_kernel import array_kernel
from graphopt.engine.kernels.native_call import NativeCall
from graphopt.engine.kernels.scalar_kernel import scalar_kernel
from graphopt.engine.kernels.step_kernel import StepKernel

__all__ = ["NativeCall", "StepKernel", "array_kernel", "scalar_kernel"]
