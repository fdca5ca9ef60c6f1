"""Compiled loops that nobody waits for."""

import time

import pytest

from compat.theano.sandbox import background_kernel
from compat.theano.sandbox.background_kernel import BackgroundKernel
from graphopt.engine import native

TEXT = """
def twice_TAG(n: i64, x: REALp) -> None:
    for i in range(n):
        x[i] = 2 * x[i]
"""


def test_little_work_looks_for_nothing(monkeypatch):
    monkeypatch.setattr(native, "is_cached", lambda *_: pytest.fail("looked"))
    kernel = BackgroundKernel("twice_a", TEXT.replace("TAG", "a"))
    assert kernel.get(background_kernel.WORTH_LOOKING / 2, REAL="f64") is None


def test_no_kernel_for_other_types():
    kernel = BackgroundKernel("twice_a", TEXT.replace("TAG", "a"))
    assert kernel.get(100.0, REAL=None) is None
    assert kernel.get(100.0, REAL=None) is None


def test_faults_in_a_kernel_leave_numpy(monkeypatch):
    monkeypatch.setattr(native, "is_cached", lambda *_: True)
    kernel = BackgroundKernel("twice_a", "def twice_a(x: i64) -> None:\n    import os\n")
    assert kernel.get(100.0, REAL="f64") is None


@pytest.mark.skipif(native.available() != "c", reason="needs a C compiler")
def test_much_work_builds_in_the_background():
    tag = f"b{time.time_ns()}"  # nobody has built it
    kernel = BackgroundKernel(f"twice_{tag}", TEXT.replace("TAG", tag))
    assert kernel.get(0.01, REAL="f64") is None
    assert not kernel._coming
    assert kernel.get(100.0, REAL="f64") is None
    kernel._coming["f64",].result(timeout=60)
    assert kernel.get(0.0, REAL="f64") is not None
