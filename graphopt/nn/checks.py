"""Checks of the arrays that callers hand in, done at the public doors before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name


@dataclass(frozen=True)
class ArraySpec:
    """What an array must be: its `name` for messages, its `shape` (None: any length) and its `dtype`."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


def check_array(
    value: Any,
    spec: ArraySpec,
    *,
    finite: bool = True,
    allow_empty: bool = False,
    expand_last: bool = True,
) -> np.ndarray:
    """Return `value` as an array that fits `spec`.

    Parameters
    ----------
    value
        Anything NumPy can read as an array of numbers.
    spec
        The name, the shape and the dtype expected.
    finite
        Whether NaN and infinity are refused.
    allow_empty
        Whether an axis may have length 0.
    expand_last
        Whether a missing last axis of length 1 is added, as Keras does: (n,) for (n, 1).

    Raises
    ------
    InvalidType
        If `value` is not an array of numbers (strings, objects, complex numbers).
    ShapeMismatch
        If the shape does not fit.
    InvalidValue
        If there are no data, NaN or infinite values, or fractions where whole numbers are expected.
    """
    if value is None:
        raise InvalidType(f"{spec.name} is None; expected an array of shape {_text(spec.shape)}.")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InvalidType(
            f"{spec.name}: cannot read {type(value).__name__} as an array of shape {_text(spec.shape)} "
            f"({error})."
        ) from error
    if array.dtype.kind not in "fiub":
        raise InvalidType(
            f"{spec.name} has dtype {array.dtype}; expected numbers of dtype {spec.dtype}. "
            "Convert it first, for example with np.asarray(values, dtype=float)."
        )
    shape = spec.shape
    if expand_last and array.ndim == len(shape) - 1 and array.ndim > 0 and shape[-1] == 1:
        array = array[..., None]
    fits = array.ndim == len(shape) and all(w is None or w == g for g, w in zip(array.shape, shape))
    if not fits:
        raise ShapeMismatch(
            f"{spec.name} has shape {np.shape(value)}; expected "
            f"{_text(shape)}.{_shape_hint(array.shape, shape)}"
        )
    if not allow_empty and array.size == 0:
        raise InvalidValue(f"{spec.name} is empty: shape {array.shape}; expected at least one sample.")
    if finite and array.dtype.kind == "f":
        bad = ~np.isfinite(array)
        if bad.any():
            where = tuple(int(i) for i in np.argwhere(bad)[0])
            raise InvalidValue(
                f"{spec.name} holds {array[where]} at index {where} ({int(bad.sum())} such values); "
                "expected finite numbers. Drop or fill them first."
            )
    if (
        spec.dtype.startswith(("int", "uint"))
        and array.dtype.kind == "f"
        and np.any(array != np.floor(array))
    ):
        raise InvalidValue(f"{spec.name} holds fractions; expected whole numbers.")
    return array.astype(spec.dtype, copy=False)


def match_names(value: Any, names: Sequence[str], *, what: str = "x") -> list[Any]:
    """Return the items of `value` (an array, a sequence, or a dict by name) in the order of `names`.

    Raises
    ------
    UnknownName
        If a dict holds a name that is not in `names`.
    InvalidValue
        If one is missing, or the number of items is another.
    """
    if isinstance(value, Mapping):
        for key in value:
            if key not in names:
                raise unknown_name(f"name in {what}", key, names)
        missing = [name for name in names if name not in value]
        if missing:
            raise InvalidValue(
                f"{what} lacks {', '.join(map(repr, missing))}; expected {', '.join(map(repr, names))}."
            )
        return [value[name] for name in names]
    if len(names) == 1:
        one = isinstance(value, list | tuple) and len(value) == 1 and getattr(value[0], "ndim", 0) > 0
        return [value[0]] if one else [value]
    if not isinstance(value, list | tuple):
        raise InvalidType(
            f"{what} is {type(value).__name__}; expected a list of {len(names)} arrays or a dict with the "
            f"names "
            f"{', '.join(map(repr, names))}."
        )
    if len(value) != len(names):
        raise InvalidValue(
            f"{what} has {len(value)} arrays; expected {len(names)}: {', '.join(map(repr, names))}."
        )
    return list(value)


def check_arrays(
    value: Any, specs: Sequence[ArraySpec], *, what: str = "x", **options: bool
) -> list[np.ndarray]:
    """Return the arrays of `value`, one for each of `specs`, all with the same number of samples.

    `value` is an array, a list, or a dict by the names of `specs`; `options` go to `check_array`.

    Raises
    ------
    InvalidType, InvalidValue, ShapeMismatch, UnknownName
        As `match_names` and `check_array`, and if the numbers of samples differ.
    """
    items = match_names(value, [spec.name for spec in specs], what=what)
    arrays = []
    for item, spec in zip(items, specs, strict=True):
        label = what if len(specs) == 1 else f"{what}[{spec.name!r}]"
        arrays.append(check_array(item, ArraySpec(label, spec.shape, spec.dtype), **options))
    counts = {spec.name: len(array) for spec, array in zip(specs, arrays, strict=True) if array.ndim}
    if len(set(counts.values())) > 1:
        got = ", ".join(f"{name!r} {count}" for name, count in counts.items())
        raise ShapeMismatch(f"{what}: the inputs have different numbers of samples: {got}.")
    return arrays


def check_choice(owner: str, name: str, value: Any, known: Sequence[str]) -> str:
    """Return `value` if it is one of `known`; raise `UnknownName` with the nearest name otherwise."""
    if value not in known:
        raise unknown_name(f"{name} of {owner}", value, known)
    return value


def _text(shape: Sequence[int | None]) -> str:
    """Return `shape` for people: ``(any, 3)``."""
    inside = ", ".join("any" if n is None else str(n) for n in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def _shape_hint(got: tuple[int, ...], wanted: Sequence[int | None]) -> str:
    """Return the next step when the mistake is a common one."""
    if len(got) == len(wanted) - 1 and all(w is None or w == g for g, w in zip(got, wanted[1:])):
        return " For one sample add the batch axis: x[None]."
    if len(got) == 2 and len(wanted) == 2 and got[::-1][0] != wanted[1] and wanted[1] == got[0]:
        return " It looks transposed: one sample is one row."
    return ""


def check_seed(seed: Any) -> int | None:
    """Return `seed` if it is a whole number from 0 on, or None."""
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise InvalidType(
            f"seed is {seed!r} ({type(seed).__name__}); expected a whole number from 0 on, or None."
        )
    if seed < 0:
        raise InvalidValue(f"seed is {seed}; expected a whole number from 0 on.")
    return int(seed)
