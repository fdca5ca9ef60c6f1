"""Keeps a loaded graph from being computed while it is loaded.

PyTensor computes expressions of constants when it builds and compiles graphs. A pickle of a few bytes can
hold constants for which that takes all memory there is, so what might become large waits for the call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op

__all__ = ["Folding", "Later", "later"]

#: elements that one load may have computed beforehand: 32 MiB of float64
_MOST = 1 << 22
#: Ops whose output may be larger than the product of their inputs' sizes: it grows with values, or squares
_GROWING = """
    Alloc AllocDiag AllocEmpty ARange Bartlett BinCountOp CSM ConstructSparseFromList DenseFromSparse Eye
    Fourier Images2Neibs IRFFTOp OpFromGraph RepeatOp RFFTOp Scan Tile Tri mrg_uniform
    AbstractConv_gradInputs AbstractConv2d_gradInputs AbstractConv3d_gradInputs CorrMM_gradInputs
    AbstractConv_gradWeights AbstractConv2d_gradWeights AbstractConv3d_gradWeights CorrMM_gradWeights
    Corr3dMM_gradInputs Corr3dMM_gradWeights
"""
#: those with a graph of their own, where constants may come to stand too
_NESTED = ("OpFromGraph", "Scan")


class Later(Op):
    """Gives its input, when the function runs."""

    __props__ = ()
    view_map = {0: [0]}  # noqa: RUF012  (a fact about all of them)

    def make_node(self, x: Variable) -> Apply:
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        output_storage[0][0] = inputs[0]

    def do_constant_folding(self, *args: Any) -> bool:
        return False

    def infer_shape(self, fgraph: Any, node: Apply, shapes: Any) -> Any:
        return shapes

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> Any:
        return cotangents

    def pushforward(self, inputs: Any, outputs: Any, tangents: Any) -> Any:
        return tangents


later = Later()


class Folding:
    """What of one load can be computed beforehand, and how large it is at most."""

    def __init__(self) -> None:
        self._sizes: dict[Variable, int] = {}
        self._left = _MOST

    def kept_small(self, kind: str, inputs: Sequence[Variable]) -> list[Variable]:
        """Return the inputs for an Op of the class `kind`, one put off if the output might be large."""
        inputs = list(inputs)
        if kind in _NESTED:
            inputs = [later(x) if isinstance(x, Constant) and _largest(x.data) > _MOST else x for x in inputs]
        sizes = [self._size(x) for x in inputs]
        if not inputs or None in sizes:
            return inputs
        if self._bound(kind, inputs, sizes) <= self._left:
            return inputs
        where = 0 if kind in _GROWING.split() else int(np.argmax(sizes))
        inputs[where] = later(inputs[where])
        return inputs

    def made(self, kind: str, inputs: Sequence[Variable], outputs: Sequence[Variable]) -> None:
        """Note the outputs of an Op."""
        sizes = [self._size(x) for x in inputs]
        if None not in sizes:
            bound = self._bound(kind, inputs, sizes)
            self._left -= bound
            self._sizes.update(dict.fromkeys(outputs, bound))

    def _size(self, x: Variable) -> int | None:
        """Return the most elements of an expression of constants, None for other expressions."""
        if isinstance(x, Constant):
            return max(math.prod(getattr(x.data, "shape", ())), 1)
        return self._sizes.get(x)

    def _bound(self, kind: str, inputs: Sequence[Variable], sizes: Sequence[int]) -> float:
        bound: float = math.prod(sizes)
        if kind not in _GROWING.split():
            return bound
        for x in inputs:
            bound *= _largest(getattr(x, "data", None))
        return bound


def _largest(data: Any) -> float:
    """Return the product of a few numbers, or of their inverses if larger; infinity for anything else."""
    data = np.asarray(data)
    if data.size > 64 or data.dtype.kind not in "biuf":
        return math.inf
    return math.prod(max(abs(v), abs(1 / v) if v else 1.0, 1.0) for v in data.astype(float).flat)
