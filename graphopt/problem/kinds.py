"""Decisions that take some values of their box only: whole numbers, zero or one, one of a list."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.problem.bounds import first_index, index_text

KINDS = ("real", "integer", "binary", "choice")


def whole_box(
    lower: np.ndarray, upper: np.ndarray, name: str, *, binary: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds rounded inwards to whole numbers, and into [0, 1] where `binary`; read-only.

    Raises
    ------
    InvalidValue
        If no whole number is left for an element.
    """
    low, high = np.ceil(lower), np.floor(upper)
    if binary:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    low, high = np.asarray(low + 0.0), np.asarray(high + 0.0)  # no negative zero in answers
    if np.any(low > high):
        i = first_index(low > high)
        wanted = "neither 0 nor 1" if binary else "no whole number"
        raise InvalidValue(
            f"Input {name!r}: {wanted} lies between {lower[i]:g} and {upper[i]:g} at index {index_text(i)}. "
            "Widen the bounds, or leave kind= out for a real number."
        )
    low.flags.writeable = high.flags.writeable = False
    return low, high


def choice_lists(choices: Any, lower: np.ndarray, upper: np.ndarray, name: str) -> tuple[np.ndarray, ...]:
    """Return the sorted distinct values of each element that lie within its bounds, in C order.

    Parameters
    ----------
    choices : sequence of float, or one such sequence per element
        One list serves all elements.

    Raises
    ------
    InvalidType, ShapeMismatch, InvalidValue
        If they are not finite numbers, not one list per element, or none lies within the bounds.
    """
    lists = _lists(choices, lower.size, name)
    found = []
    for k, values in enumerate(lists):
        where = tuple(int(i) for i in np.unravel_index(k, lower.shape))
        low, high = lower[where], upper[where]
        if not values.size or not np.isfinite(values).all():
            raise InvalidValue(
                f"Input {name!r}: the choices at index {index_text(where)} came as {values.tolist()}; "
                "expected at least one finite number."
            )
        inside = np.unique(values[(values >= low) & (values <= high)]) + 0.0
        if not inside.size:
            raise InvalidValue(
                f"Input {name!r}: no choice lies between {low:g} and {high:g} at index {index_text(where)}; "
                f"the choices are {np.unique(values).tolist()}. Widen the bounds or add a value."
            )
        inside.flags.writeable = False
        found.append(inside)
    return tuple(found)


def _lists(choices: Any, size: int, name: str) -> list[np.ndarray]:
    """Return `choices` as one array of numbers per element."""
    try:
        rows = list(choices)
        nested = any(np.ndim(row) for row in rows)
        if not nested:
            return [np.asarray(rows, dtype=np.float64)] * size
        lists = [np.asarray(row, dtype=np.float64).ravel() for row in rows]
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"Input {name!r}: choices came as {choices!r}; expected a list of numbers, or one list per "
            "element."
        ) from error
    if len(lists) != size:
        raise ShapeMismatch(
            f"Input {name!r}: {len(lists)} lists of choices came for {size} element(s). Give one list for "
            "all elements, or one per element in C order."
        )
    return lists
