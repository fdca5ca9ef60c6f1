"""The 3d convolution of Theano before 0.9, channels last, with its bias and stride as inputs.

::

    H[i, r, c, t, j] = b[j] + sum over k, l, m, z of
                       W[j, k, l, m, z] * V[i, d[0] r + k, d[1] c + l, d[2] t + m, z]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply

from graphopt.ops.correlation import Correlation
from graphopt.ops.sliding import Sliding

from ...gof.op import Op
from .. import basic as tensor

__all__ = ["Conv3D", "ConvGrad3D", "ConvTransp3D", "conv3D", "convGrad3D", "convTransp3D"]

_FIRST, _LAST = (0, 4, 1, 2, 3), (0, 2, 3, 4, 1)


def _correlation(d: np.ndarray) -> Correlation:
    return Correlation(Sliding("valid", tuple(map(int, d)), (1, 1, 1)))


class _Volumes(Op):
    """An Op whose inputs have the numbers of axes in `ndims`, and whose output is a volume."""

    __props__ = ()
    ndims: tuple[int, ...]

    def make_node(self, *inputs: Any) -> Apply:
        variables = [tensor.as_tensor_variable(v) for v in inputs]
        got = tuple(v.ndim for v in variables)
        if got != self.ndims:
            raise TypeError(f"{type(self).__name__}: the inputs have {got} axes, expected {self.ndims}")
        volumes = [v for v in variables if v.ndim == 5]
        return Apply(self, variables, [tensor.TensorType(volumes[0].dtype, (False,) * 5)()])

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        result = self.values(*inputs)
        output_storage[0][0] = result.astype(node.outputs[0].type.dtype, copy=False)


class Conv3D(_Volumes):
    """``(V, W, b, d) -> H``"""

    ndims = (5, 5, 1, 1)

    def values(self, V, W, b, d) -> np.ndarray:
        return _correlation(d).forward(V.transpose(_FIRST), W.transpose(_FIRST)).transpose(_LAST) + b

    def grad(self, inputs: Sequence, output_gradients: Sequence) -> list:
        (V, W, _, d), (dCdH,) = inputs, output_gradients
        return [
            convTransp3D(W, tensor.zeros_like(V[0, 0, 0, 0, :]), d, dCdH, V.shape[1:4]),
            convGrad3D(V, d, W.shape, dCdH),
            tensor.sum(dCdH, axis=(0, 1, 2, 3)),
            grad_undefined(self, 3, d),
        ]

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        V, W = shapes[:2]
        d = node.inputs[3]
        places = [(V[1 + i] - W[1 + i]) // d[i] + 1 for i in range(3)]
        return [(V[0], *places, W[0])]


class ConvGrad3D(_Volumes):
    """``(V, d, shape of W, dC/dH) -> dC/dW``"""

    ndims = (5, 1, 1, 5)

    def values(self, V, d, WShape, dCdH) -> np.ndarray:
        V, dCdH = V.transpose(_FIRST), dCdH.transpose(_FIRST)
        kernel = tuple(map(int, WShape[1:4]))
        used = [(n - 1) * s + k for n, s, k in zip(dCdH.shape[2:], map(int, d), kernel)]
        V = V[(..., *map(slice, used))]
        return _correlation(d).weight_gradient(V, dCdH, kernel).transpose(_LAST)

    def grad(self, inputs: Sequence, output_gradients: Sequence) -> list:
        (V, d, WShape, dCdH), (dLdA,) = inputs, output_gradients
        return [
            convTransp3D(dLdA, tensor.zeros_like(V[0, 0, 0, 0, :]), d, dCdH, V.shape[1:4]),
            grad_undefined(self, 1, d),
            grad_undefined(self, 2, WShape),
            conv3D(V, dLdA, tensor.zeros_like(dCdH[0, 0, 0, 0, :]), d),
        ]

    def infer_shape(self, node: Apply, shapes: Sequence) -> list:
        return [tuple(node.inputs[2][i] for i in range(5))]


class ConvTransp3D(_Volumes):
    """``(W, b, d, H[, size of R]) -> R``: the transpose of `Conv3D`, plus a bias for each channel of R.

    The size is the least that has places for all of H, or (at least that) the one given.
    """

    ndims = (5, 1, 1, 5, 1)

    def make_node(self, W: Any, b: Any, d: Any, H: Any, RShape: Any = None) -> Apply:
        return super().make_node(W, b, d, H, [-1, -1, -1] if RShape is None else RShape)

    def values(self, W, b, d, H, RShape) -> np.ndarray:
        W, H = W.transpose(_FIRST), H.transpose(_FIRST)
        least = [(n - 1) * s + k for n, s, k in zip(H.shape[2:], map(int, d), W.shape[2:])]
        size = [n if wanted == -1 else int(wanted) for n, wanted in zip(least, RShape)]
        if any(n < m for n, m in zip(size, least)):
            raise ValueError(f"ConvTransp3D: the result was asked to have size {size}, below {least}")
        R = np.zeros((H.shape[0], W.shape[1], *size), np.result_type(W, H))
        R[(..., *map(slice, least))] = _correlation(d).input_gradient(W, H, least)
        return R.transpose(_LAST) + b

    def grad(self, inputs: Sequence, output_gradients: Sequence) -> list:
        (W, _, d, H, RShape), (dCdR,) = inputs, output_gradients
        return [
            convGrad3D(dCdR, d, W.shape, H),
            tensor.sum(dCdR, axis=(0, 1, 2, 3)),
            grad_undefined(self, 2, d),
            conv3D(dCdR, W, tensor.zeros_like(H[0, 0, 0, 0, :]), d),
            grad_undefined(self, 4, RShape),
        ]


conv3D = Conv3D()
convGrad3D = ConvGrad3D()
convTransp3D = ConvTransp3D()
