"""The shape of draws, from a given size and the parameters of the distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable

from .. import tensor

Shape = Any
"""A tuple of integers and scalar variables, an integer vector, or None for the shape of the arguments."""


def _infer_ndim_bcast(
    ndim: int | None, shape: Shape, *args: Variable
) -> tuple[int, Variable, tuple[bool, ...]]:
    """Return the number of dimensions, the shape as an int64 vector, and the broadcast pattern of a sample.

    An entry -1 of a tuple `shape` is the length that the `args` have there.
    """
    if isinstance(shape, tuple | list):
        if ndim is None:
            ndim = len(shape)
        elif len(shape) != ndim:
            raise ValueError(
                "ndim should be equal to len(shape), but\n",
                f"ndim = {ndim}, len(shape) = {len(shape)}, shape = {shape}",
            )
        lengths = [_length(i, s, ndim, args) for i, s in enumerate(shape)]
        bcast = [not hasattr(s, "type") and s == 1 for s in lengths]
        v_shape = tensor.stack(list(map(tensor.as_tensor_variable, lengths))) if lengths else _no_lengths()
    elif shape is None:
        if not args:
            raise TypeError("_infer_ndim_bcast cannot infer shape without either shape or args")
        return _infer_ndim_bcast(None, (-1,) * max(a.ndim for a in args), *args)
    else:
        v_shape = tensor.as_tensor_variable(shape)
        if v_shape.ndim != 1:
            raise TypeError(f"shape must be a vector or list of scalar, got '{v_shape}'")
        if ndim is None:
            ndim = tensor.get_vector_length(v_shape)
        bcast = [False] * ndim
    if v_shape.ndim != 1:
        raise TypeError(f"shape must be a vector or list of scalar, got '{v_shape}'")
    if v_shape.dtype not in tensor.integer_dtypes:
        raise TypeError("shape must be an integer vector or list", v_shape.dtype)
    args_ndim = max((a.ndim for a in args), default=0)
    if args_ndim > ndim:
        raise ValueError("ndim should be at least as big as required by args value", (ndim, args_ndim), args)
    assert ndim == len(bcast)
    return ndim, tensor.cast(v_shape, "int64"), tuple(bcast)


def _no_lengths() -> Variable:
    return tensor.constant([], dtype="int64")


def _length(i: int, s: Any, ndim: int, args: Sequence[Variable]) -> Any:
    """Return `s`, entry `i` of `ndim` of a shape, with -1 replaced by the length the `args` have there."""
    if hasattr(s, "type") or s >= 0:
        return s
    if s != -1:
        raise ValueError("negative shape", s)
    axes = [(a, i + a.ndim - ndim) for a in args if i >= ndim - a.ndim]
    if not axes:
        raise ValueError("Auto-shape of -1 must overlap with the shape of one of the broadcastable inputs")
    return next((a.shape[axis] for a, axis in axes if not a.broadcastable[axis]), 1)


def _generate_broadcasting_indices(out_shape: Sequence[int], *shapes: Sequence[int]) -> list[list[tuple]]:
    """Return the indices of an array of `out_shape`; for each of `shapes`, those of what broadcasts to it.

    Raises
    ------
    ValueError
        If a length is neither 1 nor the one of `out_shape`.
    """
    out_shape = tuple(out_shape)
    for shape in shapes:
        for dim, (length, wanted) in enumerate(zip(shape, out_shape)):
            if length not in (1, wanted):
                raise ValueError(
                    f"shape[{dim}] ({length}) should be equal to out_shape[{dim}] ({wanted}) or to 1",
                    shape,
                    out_shape,
                    shapes,
                )
    everywhere = list(np.ndindex(*out_shape))
    return [everywhere] + [
        [tuple(i if n == m else 0 for i, n, m in zip(index, shape, out_shape)) for index in everywhere]
        for shape in shapes
    ]


def _fitted(what: str, array: np.ndarray, ndim: int, size: Any, extra: int = 0) -> np.ndarray:
    """Return `array` with axes of length 1 in front up to `ndim` (beside `extra` ones at the end)."""
    missing = ndim + extra - array.ndim
    if missing < 0:
        name = f"{what}.ndim-{extra}" if extra else f"{what}.ndim"
        raise ValueError(
            f"{name} ({array.ndim - extra}) should not be larger than len(size) ({ndim})", array, size
        )
    return array.reshape((1,) * missing + array.shape)
