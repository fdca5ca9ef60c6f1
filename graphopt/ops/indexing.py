"""The check that an index points into its axis: no wrap-around, no silent read of foreign memory."""

from __future__ import annotations

import pytensor.tensor as pt

from graphopt.errors import InvalidType, OutOfRange


def index_variable(name: str, indices):
    """Return `indices` as an integer variable, or raise ``InvalidType``."""
    indices = pt.as_tensor_variable(indices)
    if indices.dtype not in pt.type.integer_dtypes:
        raise InvalidType(
            f"{name} are {indices.dtype}, expected integers. Cast them first, as in .astype('int64')."
        )
    return indices


def check_range(name: str, indices, size: int) -> None:
    """Raise ``OutOfRange`` unless ``0 <= indices < size`` everywhere; says which value stands where."""
    if indices.size == 0:
        return
    lowest, highest = indices.min(), indices.max()
    if lowest >= 0 and highest < size:
        return
    wrong = lowest if lowest < 0 else highest
    place = tuple(int(k[0]) for k in (indices == wrong).nonzero())
    where = f" at {place}" if place else ""
    expected = f"0 to {size - 1}" if size else "none: the axis is empty"
    raise OutOfRange(f"{name} hold {int(wrong)}{where}; expected {expected}.")
