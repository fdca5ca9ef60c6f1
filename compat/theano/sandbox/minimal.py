"""The smallest Op that runs: the template new ones were written from."""

from __future__ import annotations

import unittest
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import gof, tensor
from ..compile import function


class Minimal(gof.Op):
    """Takes any inputs, prints how many and the greatest element of the first, and returns 0."""

    __props__ = ()

    def make_node(self, *args: Any) -> gof.Apply:
        return gof.Apply(op=self, inputs=list(args), outputs=[tensor.lscalar()])

    def perform(self, node: gof.Apply, inputs: Sequence, output_storage: Sequence) -> None:
        print(f"perform got {len(inputs)} arguments")
        print("Max of input[0] is ", np.max(inputs[0]))
        output_storage[0][0] = np.asarray(0, dtype="int64")


minimal = Minimal()


class T_minimal(unittest.TestCase):
    def test0(self):
        """The Op runs on matrices and vectors."""
        rng = np.random.RandomState(666)
        A, b = tensor.matrix(), tensor.vector()
        f = function([A, b], minimal(A, A, b, b, A))
        assert f(rng.randn(5, 5).astype(A.dtype), np.arange(5, dtype=b.dtype)) == 0
