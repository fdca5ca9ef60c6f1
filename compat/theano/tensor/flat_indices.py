"""Indices along each axis from indices into the flattened array, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

from ..gof.op import Op
from . import basic as tensor


def _integers(*variables: Variable) -> None:
    for variable in variables:
        if variable.dtype not in tensor.int_dtypes:
            raise TypeError(f"'{variable.dtype}' object cannot be interpreted as an index")
    if variables[-1].ndim != 1:
        raise TypeError("dims must be a 1D array")


class UnravelIndex(Op):
    """``(flat indices, dims) ->`` an array of indices for each of `ndim` axes.

    `order` is kept for old programs: as under Theano, indices are counted in C order whatever it says.
    """

    __props__ = ("ndim", "order")

    def __init__(self, ndim: int, order: str = "C") -> None:
        assert order in ("C", "F")
        if not isinstance(ndim, int) or ndim < 1:
            raise ValueError("ndim must be an integer greater than 0")
        self.ndim, self.order = ndim, order

    def make_node(self, indices: Any, dims: Any) -> Apply:
        indices, dims = tensor.as_tensor_variable(indices), tensor.as_tensor_variable(dims)
        _integers(indices, dims)
        kind = tensor.TensorType("int64", (False,) * indices.ndim)
        return Apply(self, [indices, dims], [kind() for _ in range(self.ndim)])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        results = np.unravel_index(*inputs)
        assert len(results) == len(outputs)
        for cell, value in zip(outputs, results):
            cell[0] = np.array(value, dtype="int64")

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]] * len(node.outputs)


def unravel_index(indices: Any, dims: Any, order: str = "C", ndim: int | None = None) -> tuple[Variable, ...]:
    """Return the indices along each axis of an array of shape `dims` for the flat `indices`.

    Parameters
    ----------
    ndim : int, optional
        The length of `dims`, where the graph does not tell.

    Raises
    ------
    ValueError
        If the length of `dims` is neither known nor given.
    """
    if ndim is None:
        try:
            ndim = tensor.get_vector_length(dims)
        except ValueError:
            raise ValueError(
                f"The length of the provided dimension list ({dims}) cannot be automatically determined, so "
                "Theano is not able to know what the number of dimensions of the unraveled index will be. "
                "You can provide the 'ndim' keyword argument to 'unravel_index' to avoid this problem."
            ) from None
    result = UnravelIndex(ndim=ndim, order=order)(indices, dims)
    return (result,) if ndim == 1 else tuple(result)


class RavelMultiIndex(Op):
    """``(index of each axis..., dims) ->`` flat indices; see `ravel_multi_index`."""

    __props__ = ("mode", "order")

    def __init__(self, mode: str = "raise", order: str = "C") -> None:
        assert mode in ("raise", "wrap", "clip")
        assert order in ("C", "F")
        self.mode, self.order = mode, order

    def make_node(self, *inputs: Any) -> Apply:
        inputs = [tensor.as_tensor_variable(i) for i in inputs]
        _integers(*inputs)
        return Apply(self, inputs, [tensor.TensorType("int64", (False,) * inputs[0].ndim)()])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        *indices, dims = inputs
        flat = np.ravel_multi_index(indices, dims, mode=self.mode, order=self.order)
        outputs[0][0] = np.asarray(flat, dtype="int64")

    def infer_shape(self, node: Apply, shapes: Any) -> list:
        return [shapes[0]]


def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Variable:
    """Return the flat indices into an array of shape `dims` for a tuple of one index for each axis."""
    if not isinstance(multi_index, tuple | list):
        raise TypeError("multi_index must be a tuple or a list.")
    return RavelMultiIndex(mode=mode, order=order)(*multi_index, dims)
