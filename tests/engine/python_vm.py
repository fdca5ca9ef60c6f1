"""PyTensor's own Python virtual machine as the reference: the same graph, no rewrites, no C, no code of ours."""

from __future__ import annotations

import numpy as np
import pytensor
from pytensor.compile.mode import Mode


def python_vm(inputs, outputs, *, updates=None):
    """Return the function of a graph as PyTensor's Python machine runs it."""
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):  # the mode of inner graphs
        mode = Mode("py", None)
        return pytensor.function(inputs, outputs, updates=updates, mode=mode, on_unused_input="ignore")


def assert_same(got, expected, *, rtol=1e-12, atol=1e-14):
    """Check values, shapes and dtypes of two lists of results."""
    assert len(got) == len(expected)
    for one, other in zip(got, expected):
        assert isinstance(one, np.ndarray), type(one)
        assert one.shape == np.shape(other)
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)
