"""Decisions that take some values of their box only: whole numbers, zero or one, one of a list."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.problem.bounds import first_index, index_text

KINDS = ("real", "integer", "binary", "choice")


def element_kinds(kind: Any, choices: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return the kind of each element: ``"choice"`` where there are choices, else what `kind` says.

    Parameters
    ----------
    kind : str, or array of str that broadcasts to `shape`
    choices : sequence of float, one such sequence or None per element, or None

    Raises
    ------
    UnknownName, InvalidValue, ShapeMismatch
        If a kind does not exist, does not go with the choices, or the shapes do not fit.
    """
    try:
        kinds = np.broadcast_to(np.asarray(kind, dtype=object), shape).copy()
    except ValueError as error:
        raise ShapeMismatch(
            f"Input {name!r}: kind has shape {np.shape(kind)}; expected one kind, or one for each element of "
            f"{shape}."
        ) from error
    for one in kinds.flat:
        if not isinstance(one, str) or one not in KINDS:
            raise unknown_name(f"kind of input {name!r}:", str(one), KINDS)
    listed = np.zeros(shape, dtype=bool)
    if choices is not None:
        listed = np.reshape([one is not None for one in _lists(choices, listed.size, name)], shape)
    if np.any((kinds == "choice") & ~listed):
        raise InvalidValue(
            f"Input {name!r}: kind='choice' came without values. Add choices=[...], the values an element "
            f"may take."
        )
    if np.any(listed & (kinds != "real") & (kinds != "choice")):
        other = next(one for one in kinds[listed] if one not in ("real", "choice"))
        raise InvalidValue(
            f"Input {name!r}: kind={other!r} and choices= came. Leave the kind out: the choices say it."
        )
    kinds[listed] = "choice"
    return kinds


def whole_box(
    lower: np.ndarray, upper: np.ndarray, name: str, kinds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds, rounded inwards to whole numbers where the kind is integer or binary, and into
    [0, 1] where it is binary; read-only.

    Raises
    ------
    InvalidValue
        If no whole number is left for an element.
    """
    binary = kinds == "binary"
    whole = binary | (kinds == "integer")
    low = np.where(whole, np.ceil(lower) + 0.0, lower)  # no negative zero in answers
    high = np.where(whole, np.floor(upper) + 0.0, upper)
    low, high = np.where(binary, np.maximum(low, 0.0), low), np.where(binary, np.minimum(high, 1.0), high)
    if np.any(low > high):
        i = first_index(low > high)
        wanted = "neither 0 nor 1" if binary[i] else "no whole number"
        raise InvalidValue(
            f"Input {name!r}: {wanted} lies between {lower[i]:g} and {upper[i]:g} at index {index_text(i)}. "
            "Widen the bounds, or leave kind= out for a real number."
        )
    low.flags.writeable = high.flags.writeable = False
    return low, high


def choice_lists(
    choices: Any, lower: np.ndarray, upper: np.ndarray, name: str
) -> tuple[np.ndarray | None, ...]:
    """Return the sorted distinct values of each element that lie within its bounds, in C order; None for an
    element without choices.

    Parameters
    ----------
    choices : sequence of float, or one such sequence or None per element
        One list serves all elements.

    Raises
    ------
    InvalidType, ShapeMismatch, InvalidValue
        If they are not finite numbers, not one list per element, or none lies within the bounds.
    """
    lists = _lists(choices, lower.size, name)
    found: list[np.ndarray | None] = []
    for k, values in enumerate(lists):
        if values is None:
            found.append(None)
            continue
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


def _lists(choices: Any, size: int, name: str) -> list[np.ndarray | None]:
    """Return `choices` as one array of numbers, or None, per element."""
    try:
        rows = list(choices)
        nested = any(row is None or np.ndim(row) for row in rows)
        if not nested:
            return [np.asarray(rows, dtype=np.float64)] * size
        lists = [None if row is None else np.asarray(row, dtype=np.float64).ravel() for row in rows]
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
