"""How far an input is from the data a network has seen: as a number, an expression, a constraint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch, unknown_name
from graphopt.problem.constraints import Constraint
from graphopt.problem.data_distances import MEASURES, Distance

Measure = Callable[[np.ndarray, int], Distance]

USES = ("report", "penalty", "constraint")


@dataclass(frozen=True, eq=False)
class DataGuard:
    """What keeps the best input near the data, because a network knows nothing far from it.

    Parameters
    ----------
    data : array, (N, *shape of the input), or dict of these by input name
        The inputs the network was trained on, in the units of the input.
    measure : str
        ``"mahalanobis"``: the distance from the mean in standard deviations of the data's principal axes.
        ``"neighbours"``: the mean distance to the nearest samples, each element in standard deviations.
        ``"hull"``: how far outside the convex hull, each element in standard deviations; 0 inside. As a
        penalty or constraint it serves inputs of few elements only.
    use : str
        ``"constraint"``: the distance is at most `limit`. ``"penalty"``: `weight` times the square of the
        distance beyond the limit is added to what is minimised. ``"report"``: it is only measured.
    level : float
        The limit is the distance that this share of the data keeps; samples do not count as their own
        neighbours.
    weight : float
        See ``"penalty"``.
    neighbours : int
        How many samples ``"neighbours"`` looks at.

    Examples
    --------
    >>> guard = DataGuard(np.random.default_rng(0).normal(size=(500, 2)))
    >>> bool(guard.distance(np.zeros(2)) < guard.limit < guard.distance(np.array([9.0, 9.0])))
    True
    """

    data: Any
    measure: str = "mahalanobis"
    use: str = field(default="constraint", kw_only=True)
    level: float = field(default=0.99, kw_only=True)
    weight: float = field(default=1.0, kw_only=True)
    neighbours: int = field(default=5, kw_only=True)

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise unknown_name("measure of a data guard", self.measure, MEASURES)
        if self.use not in USES:
            raise unknown_name("use of a data guard", self.use, USES)
        for name in ("level", "weight"):
            if not _is_number(getattr(self, name)):
                raise InvalidType(f"DataGuard: {name} came as {getattr(self, name)!r}; expected a number.")
        if isinstance(self.neighbours, bool) or not isinstance(self.neighbours, int | np.integer):
            raise InvalidType(
                f"DataGuard: neighbours came as {self.neighbours!r}; expected a whole number of samples."
            )
        if not 0 < self.level <= 1:
            raise InvalidValue(
                f"DataGuard: level is {self.level}; expected a share of the data, above 0 to 1."
            )
        if not (np.isfinite(self.weight) and self.weight > 0):
            raise InvalidValue(f"DataGuard: weight is {self.weight}; expected a positive number.")
        parts = dict(self.data) if isinstance(self.data, Mapping) else {"": self.data}
        arrays = {name: _samples(part, name) for name, part in parts.items()}
        counts = {name: len(array) for name, array in arrays.items()}
        if len(set(counts.values())) != 1:
            raise ShapeMismatch(
                f"DataGuard: the inputs have {counts} samples; expected the same number of each."
            )
        (count,) = set(counts.values())
        if count < 2 or (self.measure == "neighbours" and not 1 <= self.neighbours < count):
            raise InvalidValue(
                f"DataGuard: {count} samples came, {self.neighbours} neighbours are looked at; expected two "
                f"samples at least, and fewer neighbours than samples."
            )
        object.__setattr__(self, "data", arrays)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs it looks at; ``("",)`` stands for the only one."""
        return tuple(self.data)

    @cached_property
    def _distance(self) -> Distance:
        samples = np.hstack([part.reshape(len(part), -1) for part in self.data.values()])
        measure: Measure = MEASURES[self.measure]
        return measure(samples, self.neighbours)

    @cached_property
    def limit(self) -> float:
        """The distance within which the share `level` of the data lies."""
        return float(np.quantile(self._distance.own, self.level))

    def distance(self, x: Any) -> Any:
        """Return the distance of `x` from the data: a number for one input, (B,) for flat rows (B, n).

        Parameters
        ----------
        x : array or dict of arrays by input name
            In the shapes of the inputs, or flat.
        """
        if isinstance(x, Mapping):
            x = np.concatenate([np.ravel(x[name]) for name in self.names])
        x = np.asarray(x, dtype=np.float64)
        rows = x if x.ndim == 2 and x.shape[1] == self._distance.size else x.reshape(1, -1)
        if rows.shape[1] != self._distance.size:
            raise ShapeMismatch(
                f"DataGuard: an input of {rows.shape[1]} elements came; the data have {self._distance.size}."
            )
        found = self._distance.at(rows)
        return found if rows is x else float(found[0])

    def expression(self, inputs: Mapping[str, TensorVariable]) -> TensorVariable:
        """Return the distance as an expression of the inputs, by name; an only input may have any name."""
        return self._distance.expression(self._flat(inputs))

    def constraint(self, inputs: Mapping[str, TensorVariable]) -> Constraint:
        """Return the constraint that the distance is at most `limit`."""
        away = self._distance.limited(self._flat(inputs), self.limit)
        return Constraint(away, upper=0.0, name=f"distance from the data ({self.measure})")

    def penalty(self, inputs: Mapping[str, TensorVariable]) -> TensorVariable:
        """Return `weight` times the square of the distance beyond the limit."""
        beyond = pt.maximum(self._distance.limited(self._flat(inputs), self.limit), 0.0)
        return self.weight * pt.sum(beyond**2)

    def _flat(self, inputs: Mapping[str, TensorVariable]) -> TensorVariable:
        """Return the inputs as one flat expression, in the order of the data."""
        if self.names == ("",):
            fits = [x for x in inputs.values() if _count(x) == self._distance.size]
            if len(fits) != 1:
                raise InvalidValue(
                    f"DataGuard: the data have {self._distance.size} elements, and {len(fits)} of the inputs "
                    f"{', '.join(inputs)} do. Give the data by input name: DataGuard({{name: array}})."
                )
            return fits[0].ravel()
        for name in self.names:
            if name not in inputs:
                raise unknown_name("input in the data of a guard", name, inputs)
        return pt.concatenate([inputs[name].ravel() for name in self.names])


def _count(x: TensorVariable) -> int | None:
    """Return how many elements `x` has, if its type tells."""
    return None if None in x.type.shape else int(np.prod(x.type.shape))


def _samples(part: Any, name: str) -> np.ndarray:
    """Return samples as a finite float64 array with a leading axis."""
    called = f"DataGuard: the data of {name!r}" if name else "DataGuard: the data"
    try:
        array = np.asarray(part, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"{called} came as {type(part).__name__}; expected an array of numbers.") from error
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim < 1 or not array.size:
        raise ShapeMismatch(f"{called} came with the shape {array.shape}; expected (N, *shape of the input).")
    if not np.isfinite(array).all():
        raise InvalidValue(f"{called} holds NaN or inf; leave these samples out.")
    return array


def _is_number(value: Any) -> bool:
    """Return whether `value` is a real number."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
