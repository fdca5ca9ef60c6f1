"""Distances from a set of samples: for rows of numbers, and as PyTensor expressions."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from graphopt.errors import InvalidValue

FLOOR = (
    1e-6  # least variance of a direction, relative to the largest: data that never moved still have a size
)
HULL_ELEMENTS = 7  # above, a hull has too many facets
LOT = 4096  # rows whose distances to all samples are looked at in one array


class Distance(Protocol):
    """A distance from samples (N, n).

    Attributes
    ----------
    size : int
        n.
    own : array, (N,)
        The distances of the samples themselves.
    """

    size: int
    own: np.ndarray

    def at(self, x: np.ndarray) -> np.ndarray:
        """Return the distances (B,) of rows (B, n)."""

    def expression(self, x: TensorVariable) -> TensorVariable:
        """Return the distance of the flat expression `x`."""

    def limited(self, x: TensorVariable, limit: float) -> TensorVariable:
        """Return a smooth expression, or several, at most 0 exactly where the distance is at most `limit`."""


class Mahalanobis:
    """The distance from the mean, in standard deviations along the principal axes of the data."""

    def __init__(self, samples: np.ndarray, neighbours: int) -> None:
        self.size = samples.shape[1]
        self.mean = samples.mean(axis=0)
        variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(samples, rowvar=False)))
        largest = variances[-1]
        variances = np.maximum(variances, FLOOR * largest if largest > 0 else 1.0)
        self.whitening = axes / np.sqrt(variances)
        self.own = self.at(samples)

    def at(self, x: np.ndarray) -> np.ndarray:
        return np.linalg.norm((x - self.mean) @ self.whitening, axis=1)

    def _square(self, x: TensorVariable) -> TensorVariable:
        return pt.sum(pt.dot(x - self.mean, self.whitening) ** 2)

    def expression(self, x: TensorVariable) -> TensorVariable:
        return pt.sqrt(self._square(x))

    def limited(self, x: TensorVariable, limit: float) -> TensorVariable:
        """Return half the difference of the squares over the limit: near it, the distance beyond it."""
        limit = max(limit, FLOOR)
        return (self._square(x) / limit - limit) / 2


class Scaled:
    """Samples with each element in standard deviations."""

    def __init__(self, samples: np.ndarray) -> None:
        self.size = samples.shape[1]
        spread = samples.std(axis=0)
        largest = spread.max()
        self.scale = np.maximum(spread, np.sqrt(FLOOR) * largest if largest > 0 else 1.0)
        self.samples = samples / self.scale


class Neighbours(Scaled):
    """The mean distance to the nearest samples."""

    def __init__(self, samples: np.ndarray, neighbours: int) -> None:
        super().__init__(samples)
        self.neighbours = neighbours
        self.own = self._nearest(self.samples, 1)

    def at(self, x: np.ndarray) -> np.ndarray:
        return self._nearest(x / self.scale, 0)

    def _nearest(self, rows: np.ndarray, without: int) -> np.ndarray:
        """Return the mean distances to the nearest samples, the very nearest `without` left out."""
        from scipy.spatial import KDTree

        distances, _ = KDTree(self.samples).query(rows, k=self.neighbours + without)
        return np.reshape(distances, (len(rows), -1))[:, without:].mean(axis=1)

    def expression(self, x: TensorVariable) -> TensorVariable:
        """Return the mean over the nearest, by sorting: its gradient is that of the samples nearest now."""
        away = pt.sum((x / self.scale - self.samples) ** 2, axis=1)
        nearest = pt.sort(away)[: self.neighbours]
        return pt.mean(pt.sqrt(nearest + np.finfo(float).tiny))

    def limited(self, x: TensorVariable, limit: float) -> TensorVariable:
        return self.expression(x) - limit


class Hull(Scaled):
    """How far outside the convex hull of the samples."""

    def __init__(self, samples: np.ndarray, neighbours: int) -> None:
        super().__init__(samples)
        self.own = np.zeros(len(samples))

    def at(self, x: np.ndarray) -> np.ndarray:
        """Return the distances to the hull, each by a least-squares problem over weights of the samples."""
        return np.array([self._outside(row / self.scale) for row in x])

    def _outside(self, point: np.ndarray) -> float:
        """Return the distance of one scaled point; a row that weighs heavily makes the weights sum to 1."""
        from scipy.optimize import nnls

        heavy = 1e3 * (1.0 + np.abs(self.samples).max())
        rows = np.vstack([self.samples.T, np.full(len(self.samples), heavy)])
        weights, _ = nnls(rows, np.append(point, heavy), maxiter=50 * len(self.samples))
        weights /= weights.sum()
        return float(np.linalg.norm(weights @ self.samples - point))

    @cached_property
    def facets(self) -> np.ndarray:
        """The half-spaces ``a . x + b <= 0`` that make the hull of the scaled samples, (facets, n + 1)."""
        if self.size > HULL_ELEMENTS:
            raise InvalidValue(
                f"A hull as a constraint or penalty serves up to {HULL_ELEMENTS} elements; the data have "
                f"{self.size}. Use measure='mahalanobis' or 'neighbours', or use='report'."
            )
        if self.size == 1:
            return np.array([[1.0, -self.samples.max()], [-1.0, self.samples.min()]])
        from scipy.spatial import ConvexHull, QhullError

        try:
            return np.unique(ConvexHull(self.samples).equations.round(12), axis=0)
        except QhullError as error:
            raise InvalidValue(
                "The data have no hull with an inside: they lie in a plane. Use measure='mahalanobis', or "
                "leave out the elements that never move."
            ) from error

    def expression(self, x: TensorVariable) -> TensorVariable:
        """Return how far `x` is beyond the facet it is farthest beyond: 0 inside."""
        return pt.maximum(pt.max(self._beyond(x)), 0.0)

    def limited(self, x: TensorVariable, limit: float) -> TensorVariable:
        return self._beyond(x) - limit

    def _beyond(self, x: TensorVariable) -> TensorVariable:
        return pt.dot(self.facets[:, :-1], x / self.scale) + self.facets[:, -1]


MEASURES: dict[str, Any] = {"mahalanobis": Mahalanobis, "neighbours": Neighbours, "hull": Hull}
