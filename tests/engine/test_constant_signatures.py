"""Constants are told apart as PyTensor tells them apart, with less work for plain numbers."""

import subprocess
import sys

import numpy as np
import pytest
from pytensor.tensor.variable import TensorConstantSignature

from graphopt.engine import constant_signatures

VALUES = [
    np.array(2.5),
    np.array([1, 2, 3]),
    np.array([True, False]),
    np.array([1.0 + 2.0j]),
    np.float32([0.1, 0.2, 0.3]),
    np.empty((0, 2)),
    np.array(np.nan),
    np.array([1.0, np.nan]),
    np.array([1.0, np.inf]),
    np.array([-np.inf, np.inf]),
    np.array([np.nan, np.inf, 2.0]),
]


class PyTensors(TensorConstantSignature):
    """A signature that finds its sum the way PyTensor wrote it."""

    sum = property(constant_signatures._sum)
    no_nan = property(constant_signatures._no_nan)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_the_sum_is_pytensors(value):
    quick, slow = (kind(("a type", value)) for kind in (TensorConstantSignature, PyTensors))
    assert type(quick).sum.fget is constant_signatures._quick_sum
    assert quick.sum == slow.sum
    assert hash(quick.sum) == hash(slow.sum)
    assert quick.has_nan == slow.has_nan


def test_they_are_equal_where_pytensors_are():
    for kind in (TensorConstantSignature, PyTensors):
        made = [kind(("a type", value)) for value in VALUES]
        again = [kind(("a type", value.copy())) for value in VALUES]
        assert [[a == b for b in again] for a in made] == np.eye(len(VALUES), dtype=bool).tolist()


def test_has_nan_is_known_before_the_sum():
    signature = TensorConstantSignature(("a type", np.array([1.0, np.nan])))
    assert signature.no_nan.mask.tolist() == [False, True]
    assert signature.has_nan


PROGRAM = """
import sys
from graphopt import engine
import pytensor.tensor as pt
x = pt.dvector("x")
assert engine.compile([x], (2 * x + 1.5).sum())([1.0, 2.0]) == 9.0
print("numpy.ma" in sys.modules)
"""


def test_a_graph_with_constants_needs_no_masked_arrays():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
