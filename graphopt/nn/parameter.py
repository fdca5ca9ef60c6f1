"""The numbers a network learns: shared variables of a static shape, and Keras' view of them.

A layer keeps its bias as the last row of its matrix, where the concatenated 1 meets it.
`Weight` cuts that matrix into the arrays Keras knows (kernel, recurrent kernel, bias, ...).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, cast

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch

WHOLE = ...
"""The rows of a parameter without a bias."""
KERNEL = slice(None, -1)
"""The rows of a matrix that the inputs meet."""
BIAS = -1
"""The row of a matrix that the concatenated 1 meets."""


def parameter(value: np.ndarray, name: str) -> SharedVariable:
    """Return a shared variable holding a copy of `value`, with its shape fixed and the name `name`."""
    value = np.array(value)
    return pytensor.shared(value, name=name, shape=value.shape)


def with_bias_row(kernel: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    """Return `kernel` (n, m) with `bias` (m,) as one more row: (n + 1, m); `kernel` itself without a bias."""
    if bias is None:
        return kernel
    return np.concatenate([kernel, bias[None, :]], axis=0)


@dataclass(frozen=True)
class Weight:
    """One array of Keras' `get_weights()`: rows of one parameter, or of several stacked on a new first
    axis."""

    name: str
    pieces: tuple[tuple[SharedVariable, slice | int | EllipsisType], ...]
    trainable: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        first, rows = self.pieces[0]
        piece = first.get_value(borrow=True)[rows].shape
        return piece if len(self.pieces) == 1 else (len(self.pieces), *piece)

    @property
    def expression(self) -> pt.TensorVariable:
        """The array as an expression of the parameters."""
        parts: list[Any]
        parts = [shared if rows is WHOLE else cast(Any, shared)[rows] for shared, rows in self.pieces]
        return parts[0] if len(parts) == 1 else pt.stack(parts)

    def get_value(self) -> np.ndarray:
        """Return a copy of the array."""
        parts = [shared.get_value(borrow=True)[rows] for shared, rows in self.pieces]
        return np.array(parts[0]) if len(parts) == 1 else np.stack(parts)

    def set_value(self, value: np.ndarray) -> None:
        """Write `value`, of the same shape, into the parameters."""
        parts = [value] if len(self.pieces) == 1 else list(value)
        for (shared, rows), part in zip(self.pieces, parts, strict=True):
            array = shared.get_value()
            array[rows] = part
            shared.set_value(array, borrow=True)


def fitting_arrays(
    values: Sequence[np.ndarray], weights: Sequence[Weight], *, owner: str
) -> list[np.ndarray]:
    """Return `values` as arrays that fit `weights`, one for each; `owner` is who has them, for messages.

    Raises
    ------
    InvalidType
        If `values` is no list, or one of them holds something else than numbers.
    ShapeMismatch
        If an array has another shape, or their number is another.
    InvalidValue
        If an array holds NaN or infinity.
    """
    if isinstance(values, np.ndarray) or not isinstance(values, Iterable):
        raise InvalidType(f"set_weights takes a list of arrays; got {type(values).__name__}.")
    values = list(values)
    if len(values) != len(weights):
        wanted = ", ".join(f"{w.name} {w.shape}" for w in weights)
        raise ShapeMismatch(f"set_weights got {len(values)} arrays; {owner} has {len(weights)}: {wanted}.")
    return [_fitting(np.asarray(v), w, k) for k, (v, w) in enumerate(zip(values, weights, strict=True))]


def _fitting(array: np.ndarray, weight: Weight, position: int) -> np.ndarray:
    """Return `array` in the dtype of `weight` if it fits."""
    which = f"set_weights: array {position} ({weight.name})"
    if array.dtype.kind not in "fiub":
        raise InvalidType(f"{which} has dtype {array.dtype}; expected numbers.")
    if array.shape != weight.shape:
        raise ShapeMismatch(f"{which} has shape {array.shape}; expected {weight.shape}.")
    if not np.isfinite(array).all():
        raise InvalidValue(f"{which} holds NaN or infinity; expected finite numbers.")
    return array.astype(weight.pieces[0][0].type.dtype)
