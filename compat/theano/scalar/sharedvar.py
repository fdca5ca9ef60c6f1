"""Shared variables that hold one number as a scalar type, not as a tensor without dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.scalar.sharedvar import ScalarSharedVariable

from .basic import Scalar

__all__ = ["ScalarSharedVariable", "shared"]


def shared(
    value: Any, name: str | None = None, strict: bool = False, allow_downcast: bool | None = None
) -> ScalarSharedVariable:
    """Return a shared variable of a scalar type that holds the number `value`.

    Raises
    ------
    TypeError
        If `value` is not a number.
    """
    if not isinstance(value, np.number | float | int | complex):
        raise TypeError(f"A scalar shared variable holds a number; got {type(value)}.")
    dtype = str(np.asarray(value).dtype)
    return ScalarSharedVariable(
        type=Scalar(dtype=dtype),
        value=np.dtype(dtype).type(value),
        name=name,
        strict=strict,
        allow_downcast=allow_downcast,
    )
