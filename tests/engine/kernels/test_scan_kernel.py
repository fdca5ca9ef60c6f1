"""Loops in native code: values and gradients are those of the same loops in NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from engine.lines.test_scan_loop import (
    as_list,
    distant_tap,
    distant_tap_last_two,
    last_only,
    map_only,
    passed_on,
    scalars,
    scan,
    symbolic_steps,
    taps,
    truncated,
    two_states_and_a_trace,
)
from engine.python_vm import assert_same
from graphopt import engine
from graphopt.engine import native
from graphopt.engine.kernels import scan_kernel

pytestmark = pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")

BUILDS = [
    two_states_and_a_trace, taps, distant_tap, distant_tap_last_two, last_only, map_only, scalars, passed_on,
    symbolic_steps, truncated,
]  # fmt: skip


@pytest.fixture
def compiled(monkeypatch):
    """Return the kernels that calls of the test have run."""
    used = []
    call = scan_kernel._Twin._call

    def recorded(self, kernel, *arguments):
        used.append(kernel)
        return call(self, kernel, *arguments)

    monkeypatch.setattr(scan_kernel._Twin, "_call", recorded)
    return used


@pytest.mark.parametrize("build", BUILDS)
def test_values_and_gradients_agree(build, compiled):
    inputs, outputs, values = build()
    outputs = as_list(outputs)
    loss = sum((o**2).sum() for o in outputs)
    real = [i for i in inputs if i.dtype == "float64"]
    outputs = [*outputs, *pytensor.grad(loss, real, disconnected_inputs="ignore")]
    fast = engine.compile(inputs, outputs, tier="fast")
    assert_same(fast(*values), engine.compile(inputs, outputs, tier="now")(*values), rtol=1e-10)
    assert compiled or fast.report()["runs_as"] == "native"  # a map is no loop after rewrites


def test_undeclared_axes_are_not_stretched():
    z, y = pt.dmatrix("z"), pt.dvector("y")
    fn = engine.compile([z, y], scan(lambda z_t, h, y: h * y + z_t, [z], [y], non_sequences=[y]), tier="fast")
    with pytest.raises(ValueError, match="Input dimension mismatch"):
        fn(np.ones((2, 1)), np.ones(4))


def test_what_has_no_kernel_runs_in_numpy(compiled):
    z = pt.dmatrix("z")
    fn = engine.compile([z], scan(lambda z_t, h: pt.sort(z_t) + h, [z], [pt.zeros(3)]), tier="fast")
    np.testing.assert_array_equal(fn(np.array([[3.0, 1, 2], [5, 4, 6]])), [[1, 2, 3], [5, 7, 9]])
    assert not compiled


def test_rows_of_other_shapes_are_compiled_when_they_come_often(compiled, monkeypatch):
    monkeypatch.setattr(scan_kernel, "ROWS_BEFORE_COMPILING", 10)
    z, w = pt.dmatrix("z"), pt.dmatrix("w")
    step = scan(lambda z_t, h, w: pt.tanh(pt.dot(h, w) + z_t), [z], [z[0]], non_sequences=[w])
    fn = engine.compile([z, w], step, tier="fast")
    counts = []
    for width in (2, 3, 3, 3):
        fn(np.ones((4, width)), np.eye(width))
        counts.append(len(compiled))
    assert counts == [1, 1, 1, 2]  # the third call of width 3 comes to 12 rows
