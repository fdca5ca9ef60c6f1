"""Checks of the arguments that layers share."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.nn.layers.symbol import Shape


def positive_int(owner: str, name: str, value: Any) -> int:
    """Return `value` if it is a whole number above 0; raise InvalidType or InvalidValue otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidType(
            f"{owner}: {name} is {value!r} ({type(value).__name__}); expected a whole number above 0."
        )
    if value <= 0:
        raise InvalidValue(f"{owner}: {name} is {value}; expected a whole number above 0.")
    return int(value)


def check_rate(owner: str, name: str, value: Any) -> float:
    """Return `value` if it lies in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise InvalidType(f"{owner}: {name} is {value!r}; expected a number from 0 to 1.")
    if not 0 <= value <= 1:
        raise InvalidValue(f"{owner}: {name} is {value}; expected a number from 0 to 1.")
    return float(value)


def known_axis(owner: str, shape: Shape, axis: int = -1) -> int:
    """Return the length of `axis`, which a layer with weights needs to know.

    Raises
    ------
    ShapeMismatch
        If the length is not known, or there is no such axis.
    """
    if not -len(shape) <= axis < len(shape):
        raise ShapeMismatch(f"{owner}: the input has shape {shape}; axis {axis} is not there.")
    length = shape[axis]
    if length is None:
        raise ShapeMismatch(
            f"{owner}: axis {axis} of the input shape {shape} is None; its length must be known."
        )
    return length
