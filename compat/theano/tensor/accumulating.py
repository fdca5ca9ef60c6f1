"""Running sums, running products and differences of neighbours along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor.extra_ops as ptx
from pytensor.graph.basic import Apply, Variable

from ...front import FrontOp
from ..gof.op import Op
from . import basic as tensor


def _normalised(axis: int, ndim: int) -> int:
    return axis + ndim if axis < 0 else axis


class CumOp(FrontOp, ptx.CumOp):
    """The running sum ("add") or product ("mul") along `axis`, of the flattened array when None."""

    stands_for = ptx.CumOp

    def __init__(self, axis: int | None = None, mode: str = "add") -> None:
        super().__init__(0, mode)
        self.axis = axis

    @property
    def plain(self) -> ptx.CumOp:
        return ptx.CumOp(self.axis or 0, self.mode)

    def make_node(self, x: Any) -> Apply:
        x = tensor.as_tensor_variable(x)
        if self.axis is None:
            x = x.flatten() if x.ndim != 1 else x
            axis = 0
        else:
            if self.axis >= x.ndim or self.axis < -x.ndim:
                raise ValueError(f"axis(={self.axis}) out of bounds")
            axis = _normalised(self.axis, x.ndim)
        return CumOp(axis, self.mode)._plain_node(x)

    def _plain_node(self, x: Variable) -> Apply:
        return super().make_node(x)

    def __str__(self) -> str:
        return f"CumOp{{{self.axis}, {self.mode}}}"


def _cum_op(mode: str) -> type:
    """Return the class of old programs and pickles that is a `CumOp` of this mode."""

    def make(kind: type, axis: int | None = None) -> CumOp:
        return CumOp(axis, mode)

    return type("Cumsum" if mode == "add" else "Cumprod", (), {"__new__": make, "__module__": __name__})


CumsumOp, CumprodOp = _cum_op("add"), _cum_op("mul")


def cumsum(x: Any, axis: int | None = None) -> Variable:
    """Return the running sum along `axis`, of the flattened array when None."""
    return CumOp(axis=axis, mode="add")(x)


def cumprod(x: Any, axis: int | None = None) -> Variable:
    """Return the running product along `axis`, of the flattened array when None."""
    return CumOp(axis=axis, mode="mul")(x)


class DiffOp(Op):
    """The `n`-th differences of neighbours along `axis`."""

    __props__ = ("n", "axis")

    def __init__(self, n: int = 1, axis: int = -1) -> None:
        self.n, self.axis = n, axis
        if n == 0:
            self.view_map = {0: [0]}

    def make_node(self, x: Any) -> Apply:
        x = tensor.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = np.diff(inputs[0], n=self.n, axis=self.axis)

    def grad(self, inputs: Any, grads: Any) -> list:
        (x,), (g,) = inputs, grads
        lengths = [x.shape[i] for i in range(x.ndim)]
        lengths[self.axis] = 1
        zero = tensor.alloc(np.zeros((), g.dtype), *lengths)
        for _ in range(self.n):
            g = tensor.concatenate([zero, g], axis=self.axis) - tensor.concatenate([g, zero], axis=self.axis)
        return [g]

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        shape = list(shapes[0])
        shape[self.axis] = tensor.maximum(shape[self.axis] - self.n, 0)
        return [shape]


def diff(x: Any, n: int = 1, axis: int = -1) -> Variable:
    """Return the `n`-th differences of neighbours along `axis`, as `numpy.diff`."""
    return DiffOp(n=n, axis=axis)(x)
