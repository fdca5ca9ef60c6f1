"""The numbers a network learns: shared variables of a static shape, and Keras' view of them.

A layer keeps its bias as the last row of its matrix, where the concatenated 1 meets it.
`Weight` cuts that matrix into the arrays Keras knows (kernel, recurrent kernel, bias, ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType
from typing import Any, cast

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

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
