"""Where to start: the centre of the box, given points, or points spread over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.problem.bounds import first_index, index_text
from graphopt.problem.problem import Problem

SAMPLINGS = ("sobol", "uniform")
REACH = 10.0  # how far, in units of max(1, |centre|), starts are spread where there is no bound


def default_start(problem: Problem) -> np.ndarray:
    """Return the flat start nobody chose: for a shared variable its present value, moved into the box;
    elsewhere the middle of the bounds, or the point nearest zero where a bound is missing."""
    starts = []
    for variable in problem.variables:
        lower, upper = variable.lower, variable.upper
        if isinstance(variable.expression, SharedVariable):
            start = np.asarray(variable.expression.get_value(borrow=True), dtype=np.float64)
        else:
            closed = np.isfinite(lower) & np.isfinite(upper)
            with np.errstate(invalid="ignore", over="ignore"):
                start = np.where(closed, lower + 0.5 * (upper - lower), 0.0)
                start = np.where(np.isfinite(start), start, 0.5 * lower + 0.5 * upper)
        starts.append(np.minimum(np.maximum(start, lower), upper).ravel())
    return np.concatenate(starts)


def given_start(problem: Problem, x0: Any) -> np.ndarray:
    """Return `x0` as a flat vector.

    Parameters
    ----------
    x0 : array or mapping
        An array for the only variable, a flat vector for all, or a dict by variable or name.

    Raises
    ------
    InvalidType, ShapeMismatch, InvalidValue
        If it is not numeric, does not fit, is not finite, or lies outside the box.
    """
    variables = problem.variables
    if isinstance(x0, dict):
        by_name = {v.expression: v.name for v in variables}
        values: dict[Any, Any] = {
            by_name.get(key, key) if not isinstance(key, str) else key: value for key, value in x0.items()
        }
        names = [v.name for v in variables]
        for key in values:
            if key not in names:
                raise unknown_name("variable in x0", key, names)
        if missing := [n for n in names if n not in values]:
            raise InvalidValue(
                f"x0 has no value for {', '.join(map(repr, missing))}. Give one for each of: "
                f"{', '.join(names)}."
            )
    elif len(variables) == 1:
        values = {variables[0].name: x0}
    else:
        flat = _numbers(x0, "x0")
        if flat.shape != (problem.size,):
            raise ShapeMismatch(
                f"x0 has shape {flat.shape}; expected a flat vector of {problem.size} numbers, or a "
                f"dict with " + ", ".join(f"{v.name!r}: {v.shape}" for v in variables) + "."
            )
        values = problem.named(flat)
    parts = []
    for variable in variables:
        name, value = variable.name, _numbers(values[variable.name], f"x0 of {variable.name!r}")
        if value.shape != variable.shape:
            if value.shape != (variable.size,) and value.ndim:
                raise ShapeMismatch(
                    f"x0 of {name!r} has shape {value.shape}; expected {variable.shape} (one sample, "
                    f"no batch axis)."
                )
            value = (
                np.broadcast_to(value, variable.shape) if value.ndim == 0 else value.reshape(variable.shape)
            )
        if not np.isfinite(value).all():
            i = first_index(~np.isfinite(value))
            raise InvalidValue(
                f"x0 of {name!r} is {value[i]} at index {index_text(i)}; expected finite numbers."
            )
        outside = (value < variable.lower) | (value > variable.upper)
        if outside.any():
            i = first_index(outside)
            raise InvalidValue(
                f"x0 of {name!r} is {value[i]:g} at index {index_text(i)}, outside its bounds "
                f"[{variable.lower[i]:g}, "
                f"{variable.upper[i]:g}]. Move it inside, or widen the bounds."
            )
        parts.append(value.ravel())
    return np.concatenate(parts)


def all_starts(
    problem: Problem, x0: Any, points: Sequence[Any], count: int, *, sampling: str, seed: int
) -> np.ndarray:
    """Return the starts, (at least `count`, n): `x0`, the given `points`, then points spread over the box.

    Without `x0` and `points`, the first is `default_start`. Where a bound is missing, points reach `REACH`
    times ``max(1, |first|)`` from the other bound, or from the first start.
    """
    if sampling not in SAMPLINGS:
        raise unknown_name("sampling", sampling, SAMPLINGS)
    given = [given_start(problem, point) for point in ([] if x0 is None else [x0]) + list(points)]
    if not given:
        given = [default_start(problem)]
    if count <= len(given):
        return np.array(given)
    first = given[0]
    lower = np.concatenate([v.lower.ravel() for v in problem.variables])
    upper = np.concatenate([v.upper.ravel() for v in problem.variables])
    unit = _unit_points(count - len(given), first.size, sampling, seed)
    reach = REACH * np.maximum(1.0, np.abs(first))
    low = np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper - 2 * reach, first - reach))
    high = np.where(np.isfinite(upper), upper, np.where(np.isfinite(lower), lower + 2 * reach, first + reach))
    sampled = (1.0 - unit) * low + unit * high
    return np.vstack([*given, np.minimum(np.maximum(sampled, lower), upper)])


def _unit_points(count: int, n: int, sampling: str, seed: int) -> np.ndarray:
    """Return `count` points of the unit cube, (count, n)."""
    if sampling == "sobol":
        from scipy.stats import qmc

        if n <= qmc.Sobol.MAXDIM:
            engine = qmc.Sobol(n, scramble=True, rng=np.random.default_rng(seed))
            return engine.random_base2(max(0, (count - 1).bit_length()))[:count]
    return np.random.default_rng(seed).random((count, n))


def _numbers(value: Any, name: str) -> np.ndarray:
    """Return `value` as a float64 array."""
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"{name} came as {value!r}; expected numbers.") from error
