"""`Fourier`: the discrete Fourier transform along one axis, complex. See `fft` for real signals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from .. import gof, tensor

__all__ = ["Fourier", "fft"]


class Fourier(gof.Op):
    """``fft(a, n, axis)``: the transform of `a` along `axis` (None: the last), cut or padded to length `n`.

    The frequencies are in NumPy's order: zero, the positive ones, the negative ones.
    """

    __props__ = ()

    def make_node(self, a: Any, n: Any, axis: Any) -> Apply:
        a = tensor.as_tensor_variable(a)
        if a.ndim < 1:
            raise TypeError(f"{type(self).__name__}: input must be an array, not a scalar")
        axis = self._integer(a.ndim - 1 if axis is None else axis, "index", 0, a.ndim - 1)
        n = self._integer(a.shape[axis] if n is None else n, "length", 1, math.inf)
        return gof.Apply(self, [a, n, axis], [tensor.TensorType("complex128", a.type.broadcastable)()])

    def _integer(self, value: Any, what: str, least: float, most: float) -> Variable:
        """Return `value` as a variable, an integer between the bounds as far as it is known."""
        value = tensor.as_tensor_variable(value)
        who = f"{type(self).__name__}: {what} of the transformed axis must be"
        if value.dtype not in tensor.integer_dtypes:
            raise TypeError(f"{who} of type integer")
        known = isinstance(value, tensor.TensorConstant)
        if value.ndim != 0 or (known and not least <= value.data <= most):
            raise TypeError(f"{who} a scalar from {least} to {most}")
        return value

    def infer_shape(self, node: Apply, in_shapes: Any) -> list:
        lengths, (_, n, axis) = in_shapes[0], node.inputs
        if len(lengths) == 1:
            return [(n,)]
        if isinstance(axis, tensor.TensorConstant):
            return [[n if i == axis.data else length for i, length in enumerate(lengths)]]
        return [[tensor.switch(tensor.eq(axis, i), n, length) for i, length in enumerate(lengths)]]

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        a, n, axis = inputs
        output_storage[0][0] = np.fft.fft(a, n=int(n), axis=axis.item()).astype(np.complex128)

    def grad(self, inputs: Any, cost_grad: Any) -> list:
        """Return the gradient of the transform, taken as a complex-differentiable function of `a`."""
        (a, n, axis), (gz,) = inputs, cost_grad
        if not isinstance(axis, tensor.TensorConstant):
            raise NotImplementedError(
                "Fourier: gradient is currently implemented only for axis being a Theano constant"
            )
        axis = int(axis.data)
        elements = tensor.arange(0, tensor.shape(a)[axis], 1)
        frequencies = tensor.arange(0, n, 1)
        kernel = tensor.exp(((-2 * math.pi * 1j) * tensor.outer(frequencies, elements)) / (1.0 * n))
        reached = tensor.tensordot(gz, kernel, (axis, 0))  # the elements are its last axis
        cut = tensor.lt(elements, n).astype(reached.dtype)  # what was cut off has no influence
        order = [*range(axis), a.ndim - 1, *range(axis, a.ndim - 1)]
        return [(reached * cut).dimshuffle(*order), None, None]


fft = Fourier()
