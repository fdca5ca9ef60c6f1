"""A column in front of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable

from ... import scalar
from ...gof.op import Op
from .. import basic as tensor

__all__ = [
    "Prepend_scalar_constant_to_each_row",
    "Prepend_scalar_to_each_row",
    "prepend_0_to_each_row",
    "prepend_1_to_each_row",
    "prepend_scalar_to_each_row",
]


def _check_matrix(mat: Variable) -> None:
    if mat.type.broadcastable != (False, False):
        raise TypeError("Expected a matrix as input")


def _prepended(value: Any, mat: np.ndarray) -> np.ndarray:
    result = np.empty((mat.shape[0], mat.shape[1] + 1), mat.dtype)
    result[:, 0] = value
    result[:, 1:] = mat
    return result


class Prepend_scalar_constant_to_each_row(Op):
    """Put the number `val` before each row."""

    __props__ = ()

    def __init__(self, val: Any = 0) -> None:
        self.val = scalar.constant(val) if isinstance(val, float) else val

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self._number() == other._number()

    def __hash__(self) -> int:
        return hash((type(self), self._number()))

    def __str__(self) -> str:
        return f"{type(self).__name__}{{{self.val}}}"

    def _number(self) -> Any:
        return np.asarray(self.val.data if isinstance(self.val, Constant) else self.val).item()

    def make_node(self, mat: Any) -> Apply:
        mat = tensor.as_tensor_variable(mat)
        _check_matrix(mat)
        return Apply(self, [mat], [mat.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = _prepended(self._number(), inputs[0])

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(shapes[0][0], shapes[0][1] + 1)]

    def grad(self, inputs: Any, grads: Any) -> list:
        return [grads[0][:, 1:]]


class Prepend_scalar_to_each_row(Op):
    """``(val, mat) ->`` `mat` with the number `val` before each row."""

    __props__ = ()

    def make_node(self, val: Any, mat: Any) -> Apply:
        val, mat = tensor.as_tensor_variable(val), tensor.as_tensor_variable(mat)
        _check_matrix(mat)
        assert val.ndim == 0
        return Apply(self, [val, mat], [mat.type()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        outputs[0][0] = _prepended(*inputs)

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [(shapes[1][0], shapes[1][1] + 1)]

    def grad(self, inputs: Any, grads: Any) -> list:
        (g,) = grads
        return [g[:, 0].sum(), g[:, 1:]]


prepend_scalar_to_each_row = Prepend_scalar_to_each_row()
prepend_0_to_each_row = Prepend_scalar_constant_to_each_row(0.0)
prepend_1_to_each_row = Prepend_scalar_constant_to_each_row(1.0)
