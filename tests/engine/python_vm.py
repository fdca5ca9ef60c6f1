"""PyTensor's own Python machine as the reference: the same graph, no rewrites, no C, no code of ours."""

from __future__ import annotations

import numpy as np
import pytensor
from pytensor.compile.mode import Mode


def python_vm(inputs, outputs, *, updates=None):
    """Return the function of a graph as PyTensor's Python machine runs it."""
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):  # the mode of inner graphs
        mode = Mode("py", None)
        return pytensor.function(inputs, outputs, updates=updates, mode=mode, on_unused_input="ignore")


def performed(output, arrays):
    """Return what PyTensor's own Python code makes of a graph of a few nodes, or None where it cannot."""
    known = dict(arrays)

    def value(variable):
        if variable not in known and variable.owner is None:
            known[variable] = variable.data
        if variable not in known:
            node, inputs = variable.owner, [value(i) for i in variable.owner.inputs]
            cells = [[None] for _ in node.outputs]
            if hasattr(node.op, "prepare_node"):
                node.op.prepare_node(node, None, None, "py")
            node.op.perform(node, inputs, cells)
            known.update((o, c[0]) for o, c in zip(node.outputs, cells))
        return known[variable]

    return value(output)


def assert_same(got, expected, *, rtol=1e-12, atol=1e-14):
    """Check values, shapes and dtypes of two lists of results."""
    assert len(got) == len(expected)
    for one, other in zip(got, expected):
        assert isinstance(one, np.ndarray), type(one)
        assert one.shape == np.shape(other)
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)
