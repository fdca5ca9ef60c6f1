"""Constraints over a horizon, on an input or output by name: rates, budgets, holds, limits, last steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.problem.constraints import Constraint, NamedConstraint, limit_array


def limit(name: str, lower: Any = None, upper: Any = None) -> NamedConstraint:
    """Return the constraint that the input or output `name` stays between `lower` and `upper`."""
    title = f"limit of {_name(name)}"
    made = Constraint(name, lower, upper, title)

    def on(x: TensorVariable, shape: tuple[int | None, ...]) -> Constraint:
        return Constraint(x, made.lower, made.upper, title)

    return NamedConstraint(name, title, ("limit",), on)


def rate(name: str, limit: Any, axis: int = 0, start: Any = None) -> NamedConstraint:
    """Return the constraint ``|x[t] - x[t - 1]| <= limit``: steps along `axis` are no longer than `limit`.

    Parameters
    ----------
    name : str
        An input or output with a time axis.
    limit : float, array or pair
        The longest step, zero or more; ``(down, up)`` where they differ. Arrays broadcast to the steps.
    axis : int
        The time axis.
    start : float or array, optional
        The value before the first step, of the shape of one step; without it the first value is free.

    Examples
    --------
    >>> rate("plan", 0.2).name
    'rate of plan'
    """
    title = f"rate of {_name(name)}"
    down, up = limit if isinstance(limit, tuple) and len(limit) == 2 else (limit, limit)
    down, up = limit_array(down, title, "lower"), limit_array(up, title, "upper")
    if (down < 0).any() or (up < 0).any():
        raise InvalidValue(
            f"Constraint {title!r}: the limit {limit!r} came; expected zero or more, (down, up) as two "
            f"lengths of a step."
        )
    before = None if start is None else limit_array(start, title, "start")

    def on(x: TensorVariable, shape: tuple[int | None, ...]) -> Constraint:
        k = _axis(axis, len(shape), title)
        n = _length(shape, k, title)
        if n < 2 and before is None:
            raise InvalidValue(
                f"Constraint {title!r}: axis {axis} of shape {shape} has {n} step; expected two or more, "
                f"or start= for the value before the first."
            )
        steps = _take(x, k, slice(1, None)) - _take(x, k, slice(None, -1))
        if before is None:
            return Constraint(steps, -down, up, title)
        first = shape[:k] + (1,) + shape[k + 1 :]
        past = np.expand_dims(before, k) if before.ndim == len(shape) - 1 else before
        shift = np.zeros([m or 1 for m in shape])
        try:
            shift[(slice(None),) * k + (slice(0, 1),)] = past
        except ValueError as error:
            raise ShapeMismatch(
                f"Constraint {title!r}: start has shape {before.shape}; expected a number or one step, "
                f"{first[:k] + first[k + 1 :]}."
            ) from error
        return Constraint(
            pt.concatenate([_take(x, k, slice(0, 1)), steps], axis=k), shift - down, shift + up, title
        )

    return NamedConstraint(name, title, ("rate", axis, before is None), on)


def budget(
    name: str, axis: int | None = None, lower: Any = None, upper: Any = None, weights: Any = None
) -> NamedConstraint:
    """Return the constraint that the (weighted) sum of `name` along `axis` stays between `lower` and `upper`.

    Parameters
    ----------
    axis : int, optional
        The axis to sum over, leaving one sum for each element of the others; all axes if left out.
    weights : float or array, optional
        What one unit counts, broadcast to the shape; 1 if left out.
    """
    title = f"budget of {_name(name)}"
    made = Constraint(name, lower, upper, title)
    factors = None if weights is None else limit_array(weights, title, "weights")

    def on(x: TensorVariable, shape: tuple[int | None, ...]) -> Constraint:
        k = None if axis is None else _axis(axis, len(shape), title)
        if factors is not None and factors.ndim:
            _check_fits(factors, shape, title, "weights")
        total = pt.sum(x if factors is None else x * factors, axis=k)
        return Constraint(total, made.lower, made.upper, title)

    key = None if factors is None else (factors.shape, factors.tobytes())
    return NamedConstraint(name, title, ("budget", axis, key), on)


def hold(name: str, steps: Any, axis: int = 0) -> NamedConstraint:
    """Return the constraint that `name` stays the same over blocks of time.

    Parameters
    ----------
    steps : int or sequence of int
        The length of every block; or for each step the number of its block: steps with one number are equal.
    axis : int
        The time axis.

    Examples
    --------
    >>> hold("plan", 4).recipe
    ('hold', 4, 0)
    """
    title = f"hold of {_name(name)}"
    blocks = np.asarray(steps)
    if not np.issubdtype(blocks.dtype, np.integer) or blocks.ndim > 1:
        raise InvalidType(
            f"Constraint {title!r}: steps came as {steps!r}; expected a whole number, or one block number "
            f"for each step."
        )
    if blocks.ndim == 0 and blocks < 2:
        raise InvalidValue(
            f"Constraint {title!r}: blocks of {int(blocks)} step hold nothing; expected 2 or more."
        )

    def on(x: TensorVariable, shape: tuple[int | None, ...]) -> Constraint:
        k = _axis(axis, len(shape), title)
        n = _length(shape, k, title)
        labels = np.arange(n) // int(blocks) if blocks.ndim == 0 else blocks
        if labels.size != n:
            raise ShapeMismatch(
                f"Constraint {title!r}: {labels.size} block numbers came for {n} steps (axis {axis} of shape "
                f"{shape})."
            )
        last: dict[int, int] = {}
        pairs = []
        for step, label in enumerate(labels.tolist()):
            if label in last:
                pairs.append((last[label], step))
            last[label] = step
        if not pairs:
            raise InvalidValue(f"Constraint {title!r}: every step is a block of its own; nothing is held.")
        earlier, later = np.array(pairs).T
        return Constraint(pt.take(x, later, axis=k) - pt.take(x, earlier, axis=k), 0.0, 0.0, title)

    key = int(blocks) if blocks.ndim == 0 else tuple(blocks.tolist())
    return NamedConstraint(name, title, ("hold", key, axis), on)


def terminal(name: str, value: Any, axis: int = 0) -> NamedConstraint:
    """Return the constraint on the last step of `name` along `axis`: equal to `value`, or between a pair.

    Parameters
    ----------
    value : float, array or pair
        The value wanted, of the shape of one step; a tuple ``(lower, upper)``, with None for no limit, sets
        limits.
    """
    title = f"end of {_name(name)}"
    lower, upper = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    if lower is None and upper is None:
        raise InvalidValue(f"Constraint {title!r}: value came as {value!r}; expected a number or a pair.")
    made = Constraint(name, lower, upper, title)

    def on(x: TensorVariable, shape: tuple[int | None, ...]) -> Constraint:
        k = _axis(axis, len(shape), title)
        return Constraint(_take(x, k, -1), made.lower, made.upper, title)

    return NamedConstraint(name, title, ("terminal", axis), on)


def _name(name: Any) -> str:
    """Return `name` if it is a string."""
    if not isinstance(name, str):
        raise InvalidType(
            f"The first argument of this constraint is the name of an input or output; {type(name).__name__} "
            f"came. For expressions use leq, geq, eq or between."
        )
    return name


def _axis(axis: Any, ndim: int, title: str) -> int:
    """Return `axis` as a number from 0 on."""
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer) or not -ndim <= axis < ndim:
        raise InvalidValue(
            f"Constraint {title!r}: axis {axis!r} came; it has {ndim} axes (without a batch axis)."
        )
    return int(axis) % ndim


def _length(shape: tuple[int | None, ...], axis: int, title: str) -> int:
    """Return the length of an axis, which must be known."""
    n = shape[axis]
    if n is None:
        raise InvalidValue(
            f"Constraint {title!r}: how many steps there are is not known from the graph (shape {shape}). "
            f"Declare the shape, or write the constraint as an expression."
        )
    return n


def _take(x: TensorVariable, axis: int, index: Any) -> TensorVariable:
    """Return ``x[index]`` along `axis`."""
    return x[(slice(None),) * axis + (index,)]


def _check_fits(array: np.ndarray, shape: tuple[int | None, ...], title: str, what: str) -> None:
    """Raise if `array` does not broadcast to `shape`, whose unknown lengths fit everything."""
    fits = array.ndim <= len(shape) and all(
        m is None or n in (1, m) for m, n in zip(shape[::-1], array.shape[::-1])
    )
    if not fits:
        raise ShapeMismatch(
            f"Constraint {title!r}: {what} came with shape {array.shape}; expected a number or an array that "
            f"fits {shape}."
        )
