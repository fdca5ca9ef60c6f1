"""Convolution of movies with kernels in space and time, by convolutions of pictures: `conv3d2d`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import copy_stack_trace, in2out, node_rewriter

from ...compile.mode import optdb
from ...gof.op import Op
from .. import basic as tensor
from ..subtensor import set_subtensor
from .convolving import conv2d

__all__ = [
    "DiagonalSubtensor",
    "IncDiagonalSubtensor",
    "conv3d",
    "diagonal_subtensor",
    "get_diagonal_subtensor_view",
    "inc_diagonal_subtensor",
    "local_inplace_DiagonalSubtensor",
]


def get_diagonal_subtensor_view(x: np.ndarray, i0: Any, i1: Any) -> np.ndarray:
    """Return the stripe of diagonals of `x` along axes `i0` and `i1` that reach all over `i1`, as a view.

    Its entry (t, k) is ``x[t + n - 1 - k, k]``, where n is the length of `i1`.

    Raises
    ------
    NotImplementedError
        If `i0` is shorter than `i1`, so that no diagonal does.
    """
    i0, i1 = int(i0), int(i1)
    n = x.shape[i1]
    if x.shape[i0] < n:
        raise NotImplementedError("is this allowed?")
    index = [slice(None)] * x.ndim
    index[i0] = slice(n - 1, None)
    view = x[tuple(index)]
    if n == 1:
        return view
    strides = list(view.strides)
    strides[i1] -= strides[i0]
    return np.lib.stride_tricks.as_strided(view, view.shape, strides, writeable=x.flags.writeable)


class DiagonalSubtensor(Op):
    """``(x, i0, i1) -> a stripe of diagonals``; see `get_diagonal_subtensor_view`."""

    __props__ = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace
        if inplace:
            self.view_map = {0: [0]}

    def __str__(self) -> str:
        return f"{type(self).__name__}{{inplace}}" if self.inplace else type(self).__name__

    def make_node(self, x: Variable, i0: Any, i1: Any) -> Apply:
        return Apply(self, [x, tensor.as_tensor_variable(i0), tensor.as_tensor_variable(i1)], [x.type()])

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        view = get_diagonal_subtensor_view(*inputs)
        output_storage[0][0] = view if self.inplace else view.copy()

    def grad(self, inputs: Sequence, g_outputs: Sequence) -> list:
        x, i0, i1 = inputs
        gx = inc_diagonal_subtensor(tensor.zeros_like(x), i0, i1, g_outputs[0])
        return [gx, DisconnectedType()(), DisconnectedType()()]

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [False], [False]]


class IncDiagonalSubtensor(Op):
    """``(x, i0, i1, amount) -> x`` with `amount` added to a stripe of diagonals."""

    __props__ = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    __str__ = DiagonalSubtensor.__str__

    def make_node(self, x: Variable, i0: Any, i1: Any, amt: Variable) -> Apply:
        return Apply(self, [x, tensor.as_tensor_variable(i0), tensor.as_tensor_variable(i1), amt], [x.type()])

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence) -> None:
        x, i0, i1, amount = inputs
        if not self.inplace:
            x = x.copy()
        view = get_diagonal_subtensor_view(x, i0, i1)
        view += amount
        output_storage[0][0] = x

    def grad(self, inputs: Sequence, g_outputs: Sequence) -> list:
        _, i0, i1, _ = inputs
        (gy,) = g_outputs
        return [gy, DisconnectedType()(), DisconnectedType()(), diagonal_subtensor(gy, i0, i1)]

    def connection_pattern(self, node: Apply) -> list:
        return [[True], [False], [False], [True]]


diagonal_subtensor = DiagonalSubtensor(False)
inc_diagonal_subtensor = IncDiagonalSubtensor(False)


def conv3d(
    signals: Variable,
    filters: Variable,
    signals_shape: Sequence | None = None,
    filters_shape: Sequence | None = None,
    border_mode: Any = "valid",
) -> Variable:
    """Return the convolution of movies with kernels in space and time, which are turned round.

    Parameters
    ----------
    signals : (movies, time, channels, rows, columns)
    filters : (kernels, time, channels, rows, columns)
    signals_shape, filters_shape : sequence of 5, optional
    border_mode : {"valid", "full", "half"}, or three of them

    Raises
    ------
    NotImplementedError
        If rows and columns have different borders.
    ValueError
        If a border is none of the three.
    """
    borders = (border_mode,) * 3 if isinstance(border_mode, str) else border_mode
    movies, times, channels, rows, columns = signals.shape if signals_shape is None else signals_shape
    kernels, span, _, height, width = filters.shape if filters_shape is None else filters_shape
    if borders[1] != borders[2]:
        raise NotImplementedError("height and width bordermodes must match")
    pictures, faces = (movies * times, channels, rows, columns), (kernels * span, channels, height, width)
    each = conv2d(
        signals.reshape(pictures),
        filters.reshape(faces),
        input_shape=None if signals_shape is None else pictures,
        filter_shape=None if filters_shape is None else faces,
        border_mode=borders[1],
    )
    places = [
        n + 2 * _border(borders[1], length) - length + 1 for n, length in ((rows, height), (columns, width))
    ]
    # Each picture has met each moment of the kernel; the diagonals belong to one moment of the result.
    met = each.reshape((movies, times, kernels, span, *places))
    if not isinstance(span, Variable) and span == 1:
        return met.reshape((movies, times, kernels, *places))
    pad = _border(borders[0], span)
    if isinstance(pad, Variable) or pad:
        empty = tensor.zeros((movies, times + 2 * pad, kernels, span, *places), dtype=met.dtype)
        met = set_subtensor(empty[:, pad : times + pad], met)
    return diagonal_subtensor(met, 1, 3).sum(axis=3)


def _border(name: str, length: Any) -> Any:
    """Return the zeros at either end for a kernel of this length."""
    if name == "same":
        raise NotImplementedError()
    if name not in ("valid", "full", "half"):
        raise ValueError("invalid border mode", name)
    return {"valid": lambda: 0, "full": lambda: length - 1, "half": lambda: length // 2}[name]()


@node_rewriter([DiagonalSubtensor, IncDiagonalSubtensor])
def local_inplace_DiagonalSubtensor(fgraph: Any, node: Apply) -> Any:
    """Let diagonals be views, and sums be made in place."""
    if node.op.inplace:
        return False
    new = type(node.op)(inplace=True)(*node.inputs)
    copy_stack_trace(node.outputs[0], new)
    return [new]


optdb.register(
    "local_inplace_DiagonalSubtensor",
    in2out(local_inplace_DiagonalSubtensor),
    "fast_run",
    "inplace",
    position=60,
)
