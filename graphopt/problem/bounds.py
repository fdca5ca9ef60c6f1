"""Bounds as people write them, turned into a lower and an upper array."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch

HOW_TO_WRITE = (
    "Write (lower, upper) with a number or an array each, or a list with one (lower, upper) pair per element."
)


def split_bounds(bounds: Any, name: str, shape: tuple[int, ...] | None = None) -> tuple[Any, Any]:
    """Return ``(lower, upper)`` from `bounds` as the caller wrote them for the input `name`.

    Parameters
    ----------
    bounds : None, pair, list of pairs, or scipy.optimize.Bounds
        ``None`` is no bounds; ``(lower, upper)`` holds a number or an array each; a list of n pairs, as in
        SciPy, serves a vector of n elements, ``None`` in a pair meaning no bound.
    shape : tuple of int, optional
        The shape of the input where it is known; it tells a list of pairs from a pair of lists.

    Raises
    ------
    InvalidType
        If `bounds` is none of these.
    InvalidValue
        If a vector of two elements makes it unclear which of the two was meant.
    """
    if bounds is None:
        return -np.inf, np.inf
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
        return bounds.lb, bounds.ub
    if isinstance(bounds, np.ndarray):
        if bounds.ndim == 1 and bounds.size == 2:
            return bounds[0], bounds[1]
        bounds = [row.tolist() if row.shape == (2,) else row for row in np.atleast_1d(bounds)]
    if not isinstance(bounds, list | tuple):
        raise InvalidType(f"Input {name!r}: bounds came as {type(bounds).__name__}. {HOW_TO_WRITE}")
    pairs = len(bounds) > 0 and all(isinstance(b, tuple | list) and len(b) == 2 for b in bounds)
    if len(bounds) == 2:
        if pairs and shape == (2,):
            return _pairs_or_pair(bounds, name)
        lower, upper = bounds
        return -np.inf if lower is None else lower, np.inf if upper is None else upper
    if pairs:
        return _columns(bounds)
    raise InvalidValue(f"Input {name!r}: bounds have {len(bounds)} entries. {HOW_TO_WRITE}")


def box(lower: Any, upper: Any, shape: tuple[int, ...], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return `lower` and `upper` as read-only float64 arrays of `shape`.

    Raises
    ------
    ShapeMismatch
        If a bound does not broadcast to `shape`.
    InvalidValue
        If a bound is NaN, a lower bound is +inf, an upper bound is -inf, or a lower bound is above its upper
        bound.
    """
    low, high = _bound(lower, shape, name, "lower"), _bound(upper, shape, name, "upper")
    if np.any(low > high):
        i = first_index(low > high)
        raise InvalidValue(
            f"Input {name!r}: lower bound {low[i]:g} is above upper bound {high[i]:g} at index "
            f"{index_text(i)}. "
            "Swap them, or make them equal to hold the element fixed."
        )
    for array, wrong, side in ((low, np.inf, "lower"), (high, -np.inf, "upper")):
        if np.any(array == wrong):
            i = first_index(array == wrong)
            raise InvalidValue(
                f"Input {name!r}: the {side} bound is {wrong} at index {index_text(i)}; no number "
                f"satisfies it. "
                f"Leave the {side} bound out with {-wrong}."
            )
    return low, high


def _bound(value: Any, shape: tuple[int, ...], name: str, side: str) -> np.ndarray:
    """Return one bound as a read-only array of `shape`."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"Input {name!r}: the {side} bound {value!r} is not a number or an array of numbers."
        ) from error
    try:
        full = np.array(np.broadcast_to(array, shape))
    except ValueError as error:
        raise ShapeMismatch(
            f"Input {name!r}: the {side} bound has shape {array.shape}; expected a number or an array that "
            f"fits the input's shape {shape} (one sample, no batch axis)."
        ) from error
    if np.isnan(full).any():
        i = first_index(np.isnan(full))
        raise InvalidValue(
            f"Input {name!r}: the {side} bound is NaN at index {index_text(i)}; expected a number or inf."
        )
    full.flags.writeable = False
    return full


def _columns(pairs: list | tuple) -> tuple[list, list]:
    """Return the two columns of `pairs`, ``None`` becoming an infinite bound."""
    return [-np.inf if low is None else low for low, _ in pairs], [
        np.inf if up is None else up for _, up in pairs
    ]


def _pairs_or_pair(bounds: list | tuple, name: str) -> tuple[list, list]:
    """Return lower and upper for a vector of two elements, where ``[(a, b), (c, d)]`` can be read in two
    ways.
    """
    if isinstance(bounds, list) and all(isinstance(b, tuple) for b in bounds):
        return _columns(bounds)
    if isinstance(bounds, tuple) and all(isinstance(b, list) for b in bounds):
        return tuple(bounds)
    raise InvalidValue(
        f"Input {name!r}: bounds {bounds!r} for two elements can be read in two ways. Write [(low, "
        f"high), (low, high)] "
        "for one pair per element, or (np.array(lower), np.array(upper)) for one array per side."
    )


def index_text(index: tuple[int, ...]) -> str:
    """Return an index as people write it: ``3`` for a vector, ``(1, 2)`` for a matrix, ``()`` for a
    scalar.
    """
    return str(index[0]) if len(index) == 1 else str(index)


def first_index(mask: np.ndarray) -> tuple[int, ...]:
    """Return the index of the first true element of `mask`."""
    return tuple(int(k) for k in np.argwhere(mask)[0])
