"""Variables on the GPU: classes to compare with, and shared variables, which stay on the CPU."""

from __future__ import annotations

import numpy as np

from ...tensor.sharedvar import TensorSharedVariable, tensor_constructor
from ...tensor.var import TensorConstant, TensorVariable


class CudaNdarrayVariable(TensorVariable):
    """A variable on the GPU; there is none."""


class CudaNdarrayConstant(TensorConstant):
    """A constant on the GPU; there is none."""


class CudaNdarraySharedVariable(TensorSharedVariable):
    """A shared variable on the GPU; there is none."""


def float32_shared_constructor(value, name=None, strict=False, allow_downcast=None, borrow=False, **kwargs):
    """Return the shared variable of a float32 array, on the CPU.

    Raises
    ------
    TypeError
        If `value` is no array of float32.
    """
    if not isinstance(value, np.ndarray) or value.dtype != np.float32:
        raise TypeError(f"Expected a numpy.ndarray of float32, got {getattr(value, 'dtype', type(value))}.")
    return tensor_constructor(value, name, strict, allow_downcast, borrow, **kwargs)
