"""The constraints of a problem made ready to run: flat rows of values, derivatives, limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from graphopt.errors import InvalidValue
from graphopt.problem.bounds import index_text
from graphopt.problem.constraint_functions import constant_breach, constraint_functions_of
from graphopt.problem.problem import Problem
from graphopt.problem.units import power_of_two, row_ranges, row_scales, sample_points

FEASIBILITY = 1e-6  # of the scale of a row: a smaller breach counts as none
CONSTANT_TOLERANCE = 1e-9  # relative breach that rounding explains


class CompiledConstraints:
    """Constraints as m rows over one flat vector x of n decisions: one row for each element.

    Constraints that depend on no decision are evaluated once: those that hold are dropped. Scales follow from
    values in `box`, a function that returns lower and upper bounds; in the whole box if it is left out.

    Attributes
    ----------
    lower, upper : array, (m,)
        Limits, in the units of the expressions.
    scale : array, (m,)
        What breaches are relative to, for solvers, certificates and exact methods alike: as given, else
        `graphopt.problem.units.row_scales`.
    allowed : array, (m,)
        The breach of each row that counts as none.
    units : array, (m,)
        The powers of two next to the scales: what rows are divided by where nothing may be rounded.
    ranges : array, (m,)
        How far apart the values of each row are in the box; inf where that is not known.
    names : list of str, (m,)
        Of each row: the constraint's name, with an index where it has several elements.
    owners : list of str, (m,)
        The name of the constraint that each row belongs to.
    linear : array of bool, (m,)
        Which rows are affine in x.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        tier: str = "auto",
        box: Callable[[], tuple[np.ndarray, np.ndarray]] | None = None,
    ) -> None:
        self.problem, self.tier, self._box = problem, tier, box
        self._functions = constraint_functions_of(problem)
        self._held_values = list(problem.fixed.values())
        self._drop_constants()
        moving = self._functions.moving
        kept = [c for c, moves in zip(problem.constraints, moving) if moves]
        self._shapes: list[tuple[int, ...]] = []
        self.lower = self.upper = self._given = np.empty(0)
        self.names: list[str] = []
        self.owners: list[str] = []
        self.linear = np.empty(0, dtype=bool)
        self._affine: list[bool] = []
        if not kept:
            return
        self._shapes = [value.shape for value in self._evaluated(self._somewhere())]
        limits = [c.limits(shape) for c, shape in zip(kept, self._shapes)]
        self.lower, self.upper, self._given = (np.concatenate(column) for column in zip(*limits))
        for constraint, shape in zip(kept, self._shapes):
            rows = [f"[{index_text(i)}]" for i in np.ndindex(shape)] if shape else [""]
            self.names += [constraint.name + row for row in rows]
            self.owners += [constraint.name] * len(rows)
        self._affine = self._functions.linear(tier)
        self.linear = np.repeat(self._affine, self._sizes)

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.lower.size

    @property
    def scale(self) -> np.ndarray:
        return self._scales[0]

    @property
    def allowed(self) -> np.ndarray:
        return FEASIBILITY * self.scale

    @property
    def units(self) -> np.ndarray:
        return power_of_two(self.scale)

    @property
    def ranges(self) -> np.ndarray:
        return self._scales[1]

    @property
    def equality(self) -> np.ndarray:
        """Which rows are equalities, (m,)."""
        return self.lower == self.upper

    def values(self, x: np.ndarray) -> np.ndarray:
        """Return the values of the rows at the flat vector `x`, (m,)."""
        return self._joined(self._evaluated(x)) if self.size else np.empty(0)

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Return the derivatives of the rows at the flat vector `x`, (m, n), a new array."""
        jacobian = self._linear_jacobian.copy()
        bent = self._bent
        for k in range(max((self._sizes[i] for i in bent), default=0)):
            gradients = self._pulled_back(x, bent, [_unit(self._shapes[i], k) for i in bent])
            for i, gradient in zip(bent, gradients):
                if k < self._sizes[i]:
                    jacobian[self._starts[i] + k] = gradient
        return jacobian

    def pullback(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return ``weights @ jacobian(x)`` in one backward pass, (n,)."""
        total = weights @ self._linear_jacobian
        bent = self._bent
        if bent:
            parts = [
                weights[self._starts[i] : self._starts[i] + self._sizes[i]].reshape(self._shapes[i])
                for i in bent
            ]
            for gradient in self._pulled_back(x, bent, parts):
                total = total + gradient
        return total

    def look(self, x: np.ndarray) -> np.ndarray:
        """Return the values of the rows from the graph as it was written, (m,)."""
        if not self.size:
            return np.empty(0)
        return self._joined(self._functions.look(*self.problem.named(x).values(), *self._held_values))

    def look_jacobian(self, x: np.ndarray) -> np.ndarray:
        """Return the derivatives of the rows from the graph as it was written, (m, n)."""
        n = self.problem.size
        jacobian = np.zeros((self.size, n))
        inputs = [*self.problem.named(x).values(), *self._held_values]
        count = len(self.problem.variables)
        for k in range(max(self._sizes, default=0)):
            weights = [_unit(shape, k) for shape in self._shapes]
            slopes = self._functions.look_back(*inputs, *weights)
            for i, start in enumerate(self._starts):
                if k < self._sizes[i]:
                    parts = slopes[i * count : (i + 1) * count]
                    jacobian[start + k] = np.concatenate([np.asarray(p).ravel() for p in parts])
        return jacobian

    def look_pullback(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return ``weights @ look_jacobian(x)`` in one backward pass, (n,)."""
        if not self.size:
            return np.zeros(self.problem.size)
        inputs = [*self.problem.named(x).values(), *self._held_values]
        parts = [
            weights[start : start + size].reshape(shape)
            for start, size, shape in zip(self._starts, self._sizes, self._shapes)
        ]
        slopes = self._functions.look_back(*inputs, *parts)
        count = len(self.problem.variables)
        total = np.zeros(self.problem.size)
        for i in range(len(parts)):
            total += np.concatenate([np.asarray(p).ravel() for p in slopes[i * count : (i + 1) * count]])
        return total

    def by_name(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return one number per row, (m,), as arrays by the name of the constraint, in its shape."""
        names = list(dict.fromkeys(self.owners))
        return {
            name: rows[start : start + size].reshape(shape)
            for name, start, size, shape in zip(names, self._starts, self._sizes, self._shapes, strict=True)
        }

    def breaches(self, values: np.ndarray) -> np.ndarray:
        """Return by how much each row's value is outside its limits, (m,); inf where it is NaN."""
        breach = np.maximum(np.maximum(self.lower - values, values - self.upper), 0.0)
        return np.where(np.isnan(values), np.inf, breach)

    def _drop_constants(self) -> None:
        """Raise if a constraint that depends on no decision is breached."""
        fixed = [c for c, moves in zip(self.problem.constraints, self._functions.moving) if not moves]
        for constraint, value in zip(fixed, self._functions.constants(self._held_values)):
            if constant_breach(constraint, value) > CONSTANT_TOLERANCE:
                found = f"value {float(value):g}" if np.ndim(value) == 0 else f"values {np.ravel(value)}"
                raise InvalidValue(
                    f"Constraint {constraint.name!r} depends on no decision, and its {found} is outside "
                    f"[{_text(constraint.lower)}, {_text(constraint.upper)}]: nothing can satisfy it. Check "
                    f"that it was built from the variables that move."
                )

    def _somewhere(self) -> np.ndarray:
        """Return a point of the box, only to see shapes."""
        lower, upper = self._whole_box()
        return np.clip(np.zeros(lower.size), lower, upper)

    def _whole_box(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds of the flat vector."""
        sides = zip(*((v.lower.ravel(), v.upper.ravel()) for v in self.problem.variables))
        lower, upper = (np.concatenate(side) for side in sides)
        return lower, upper

    @cached_property
    def _scales(self) -> tuple[np.ndarray, np.ndarray]:
        """The scale and the range of each row."""
        if not self.size:
            return np.empty(0), np.empty(0)
        points, moved = sample_points(*(self._whole_box() if self._box is None else self._box()))
        with np.errstate(all="ignore"):
            values = np.array([self.values(x) for x in points])
            ranges, size = row_ranges(values, None if moved is None else np.array([*map(self.values, moved)]))
        given = [
            c.scale is not None for c, moves in zip(self.problem.constraints, self._functions.moving) if moves
        ]
        scale = row_scales(self.lower, self.upper, ranges, size)
        return np.where(np.repeat(given, self._sizes), self._given, scale), ranges

    @cached_property
    def _sizes(self) -> list[int]:
        return [int(np.prod(shape)) for shape in self._shapes]

    @cached_property
    def _starts(self) -> list[int]:
        return [sum(self._sizes[:i]) for i in range(len(self._sizes))]

    @cached_property
    def _held(self) -> list[np.ndarray]:
        return self._functions.held_parts(self._held_values)

    @cached_property
    def _bent(self) -> list[int]:
        """The constraints that are not affine."""
        return [i for i, linear in enumerate(self._affine) if not linear]

    @cached_property
    def _linear_jacobian(self) -> np.ndarray:
        """The derivatives of the affine rows, other rows zero, (m, n)."""
        jacobian = np.zeros((self.size, self.problem.size))
        straight = [i for i, linear in enumerate(self._affine) if linear]
        everyone, x = list(range(len(self._shapes))), self._somewhere()
        for k in range(max((self._sizes[i] for i in straight), default=0)):
            gradients = self._pulled_back(x, everyone, [_unit(shape, k) for shape in self._shapes])
            for i in straight:
                if k < self._sizes[i]:
                    jacobian[self._starts[i] + k] = gradients[i]
        return jacobian

    def _evaluated(self, x: np.ndarray) -> list[np.ndarray]:
        return self._functions.values(self.tier).trusted(x, *self._held)

    def _pulled_back(self, x: np.ndarray, which: list[int], weights: list[np.ndarray]) -> list[np.ndarray]:
        return self._functions.pullback(self.tier, which).trusted(x, *weights, *self._held)

    @staticmethod
    def _joined(values: list[Any]) -> np.ndarray:
        return np.concatenate([np.asarray(value, dtype=np.float64).ravel() for value in values])


def _unit(shape: tuple[int, ...], k: int) -> np.ndarray:
    """Return an array of `shape` with a one in the k-th place, all zero if it has no such place."""
    unit = np.zeros(shape)
    if k < unit.size:
        unit.flat[k] = 1.0
    return unit


def _text(limit: np.ndarray) -> str:
    """Return a limit as people write it."""
    return f"{float(limit):g}" if limit.ndim == 0 else str(limit)
