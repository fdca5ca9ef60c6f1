"""Linear programs as arrays, solved by HiGHS, with bounds that do not rest on its tolerances."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

EPS = float(np.finfo(np.float64).eps)
ACTIVE = 1e-7  # relative distance within which a limit counts as reached: HiGHS's own tolerance
DENSE_COLUMNS = 2000  # up to which the system of the reached limits is solved again


@dataclass(frozen=True, eq=False)
class LinearModel:
    """Minimise ``cost @ x + constant`` in a box and with ``row_lower <= matrix @ x <= row_upper``.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, (m, n)
    row_error : array, (m,), or 0
        How far rounding may have moved the limits of the rows.
    """

    cost: np.ndarray
    constant: float
    matrix: Any
    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    row_error: np.ndarray | float = 0.0

    def value(self, x: np.ndarray) -> float:
        """Return the cost of `x`."""
        return float(self.cost @ x + self.constant)

    def violation(self, x: np.ndarray) -> float:
        """Return how far the worst row is outside its limits."""
        rows = self.matrix @ x
        return float(
            max(np.max(self.row_lower - rows, initial=0.0), np.max(rows - self.row_upper, initial=0.0))
        )


@dataclass(frozen=True)
class Vertex:
    """What a linear program gave.

    Attributes
    ----------
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"`` or ``"failed"``.
    x : array, (n,), or None
        Inside the box exactly.
    duals : array, (m,), or None
        What a unit more on a row's limit adds to the cost; positive at lower limits.
    """

    status: str
    x: np.ndarray | None = None
    duals: np.ndarray | None = None


def equilibrated(
    model: LinearModel, integer: np.ndarray | None = None
) -> tuple[LinearModel, np.ndarray, np.ndarray, float]:
    """Return `model` in units in which its numbers are near one; with the units of decisions, rows and cost.

    A point ``z`` of it is ``units * z`` of `model`, a cost ``c`` is ``cost_unit * c`` and duals ``y`` are
    ``cost_unit * y / row_units``. Tolerances of a solver are absolute: a box, a row or a cost of the size of
    1e-9 would be lost in them. Units are powers of two, so that nothing is rounded; whole numbers keep
    theirs.
    """
    reach = np.maximum(np.abs(model.lower), np.abs(model.upper))
    units = np.where(np.isfinite(reach) & (reach > 0), reach, 1.0)
    if integer is not None:
        units = np.where(integer, 1.0, units)
    units = _power_of_two(units)
    matrix = model.matrix.multiply(units[None]).tocsr()
    largest = abs(matrix).max(axis=1).toarray().ravel() if matrix.shape[0] else np.zeros(0)
    row_units = _power_of_two(largest)
    cost = model.cost * units
    cost_unit = float(_power_of_two(np.max(np.abs(cost), initial=0.0)))
    scaled = replace(
        model,
        cost=cost / cost_unit,
        constant=model.constant / cost_unit,
        matrix=matrix.multiply(1.0 / row_units[:, None]).tocsr(),
        row_lower=model.row_lower / row_units,
        row_upper=model.row_upper / row_units,
        lower=model.lower / units,
        upper=model.upper / units,
        row_error=model.row_error / row_units,
    )
    return scaled, units, row_units, cost_unit


def _power_of_two(size: Any) -> Any:
    """Return the power of two next to `size`, 1 where that is zero."""
    return np.exp2(np.clip(np.round(np.log2(np.where(size > 0, size, 1.0))), -500, 500))


def solve_linear(model: LinearModel, *, polish: bool = True) -> Vertex:
    """Return an optimal vertex of `model`, the limits it reaches solved for exactly where `polish`."""
    scaled, units, row_units, cost_unit = equilibrated(model)
    found = _solved(scaled, polish=polish)
    if found.x is None or found.duals is None:
        return found
    x, duals = np.clip(units * found.x, model.lower, model.upper), cost_unit * found.duals / row_units
    return Vertex(found.status, x, duals)


def _solved(model: LinearModel, *, polish: bool) -> Vertex:
    """Return the vertex of a model in good units."""
    from scipy import sparse
    from scipy.optimize import linprog

    if (model.lower > model.upper).any() or (model.row_lower > model.row_upper).any():
        return Vertex("infeasible")
    equal = model.row_lower == model.row_upper
    above = np.flatnonzero(np.isfinite(model.row_upper) & ~equal)
    below = np.flatnonzero(np.isfinite(model.row_lower) & ~equal)
    at = np.flatnonzero(equal)
    sides = sparse.vstack([model.matrix[above], -model.matrix[below]], format="csr")
    result = linprog(
        model.cost,
        A_ub=sides,
        b_ub=np.concatenate([model.row_upper[above], -model.row_lower[below]]),
        A_eq=model.matrix[at],
        b_eq=model.row_upper[at],
        bounds=np.column_stack([model.lower, model.upper]),
        method="highs",
    )
    if result.status != 0:
        return Vertex({2: "infeasible", 3: "unbounded"}.get(result.status, "failed"))
    duals = np.zeros(model.row_lower.size)
    duals[at] = result.eqlin.marginals
    duals[above] += result.ineqlin.marginals[: above.size]
    duals[below] -= result.ineqlin.marginals[above.size :]
    x = np.clip(result.x, model.lower, model.upper)
    if polish and x.size <= DENSE_COLUMNS:
        x, duals = _polished(model, x, duals)
    return Vertex("optimal", x, duals)


def dual_bound(model: LinearModel, duals: np.ndarray) -> float:
    """Return a number that no feasible point's cost is below, whatever `duals` are.

    ``cost @ x = duals @ (matrix @ x) + rest @ x`` with ``rest = cost - matrix.T @ duals``; the first part is
    bounded by the rows' limits, the second by the box, and the rounding errors of all sums are taken off.
    A. Neumaier and O. Shcherbina, "Safe bounds in linear and mixed-integer linear programming", 2004. For a
    decision without a bound the rest is computed in exact fractions.
    """
    y = _signed(model, duals)
    rest = model.cost - model.matrix.T @ y
    entries = np.diff(model.matrix.tocsc().indptr)
    error = EPS * (entries + 2) * (np.abs(model.cost) + abs(model.matrix).T @ np.abs(y))
    for j in np.flatnonzero(~(np.isfinite(model.lower) & np.isfinite(model.upper))):
        rest[j], error[j] = _exact_rest(model, y, int(j)), 0.0
    by_rows = _products(y, np.where(y > 0, model.row_lower, model.row_upper))
    by_box = _products(rest, np.where(rest > 0, model.lower, model.upper))
    farthest = np.maximum(np.abs(model.lower), np.abs(model.upper))
    lost = _products(error, farthest) + EPS * np.abs(by_box)
    lost_rows = np.abs(y) * model.row_error + EPS * np.abs(by_rows)
    parts = np.concatenate([by_rows, by_box, -lost, -lost_rows, [model.constant]])
    if not np.isfinite(parts).all():
        return -np.inf
    total = math.fsum(parts)
    return total - 2 * EPS * abs(total)


def proves_infeasible(model: LinearModel) -> bool:
    """Return whether some weights of the rows prove, rounding included, that no point meets all limits.

    The weights (J. Farkas, 1902) are the duals of the least sum of violations.
    """
    from scipy import sparse

    if (model.lower > model.upper).any() or (model.row_lower - model.row_upper > 2 * model.row_error).any():
        return True
    m, n = model.matrix.shape
    unit = sparse.eye_array(m, format="csr")
    elastic = replace(
        model,
        cost=np.concatenate([np.zeros(n), np.ones(2 * m)]),
        constant=0.0,
        matrix=sparse.hstack([model.matrix, unit, -unit], format="csr"),
        lower=np.concatenate([model.lower, np.zeros(2 * m)]),
        upper=np.concatenate([model.upper, np.full(2 * m, np.inf)]),
    )
    vertex = solve_linear(elastic, polish=False)
    if vertex.duals is None:
        return False
    free = replace(model, cost=np.zeros(n), constant=0.0)
    near = np.round(vertex.duals, 9)  # duals of simple problems are simple numbers: exact where they cancel
    return any(dual_bound(free, weights) > 0 for weights in (vertex.duals, near))


def _signed(model: LinearModel, duals: np.ndarray) -> np.ndarray:
    """Return `duals` without those that would multiply a limit that is not there."""
    wrong = ((duals > 0) & ~np.isfinite(model.row_lower)) | ((duals < 0) & ~np.isfinite(model.row_upper))
    return np.where(wrong | ~np.isfinite(duals), 0.0, duals)


def _products(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the products, zero where the weight is, however large the value."""
    return np.multiply(weights, values, where=weights != 0, out=np.zeros(weights.size))


def _exact_rest(model: LinearModel, y: np.ndarray, j: int) -> float:
    """Return ``cost[j] - matrix[:, j] @ y``, rounded once: its sign is right, and zero is zero."""
    from fractions import Fraction

    column = model.matrix[:, [j]].tocoo()
    exact = Fraction(float(model.cost[j]))
    for i, entry in zip(column.coords[0], column.data, strict=True):
        exact -= Fraction(float(entry)) * Fraction(float(y[i]))
    return float(exact)


def _polished(model: LinearModel, x: np.ndarray, duals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return `x` with the limits it reaches solved for, and `duals` from the same system."""
    rows = model.matrix @ x
    size = np.maximum(1.0, np.abs(rows))
    low = np.isfinite(model.row_lower) & (rows - model.row_lower <= ACTIVE * size)
    high = np.isfinite(model.row_upper) & (model.row_upper - rows <= ACTIVE * size)
    width = ACTIVE * np.maximum(1.0, np.abs(x))
    at_lower, at_upper = x - model.lower <= width, model.upper - x <= width
    snapped = np.where(at_lower, model.lower, np.where(at_upper, model.upper, x))
    free = ~(at_lower | at_upper)
    tight = np.flatnonzero(low | high)
    block = model.matrix[tight][:, np.flatnonzero(free)].toarray()
    target = np.where(low, model.row_lower, model.row_upper)[tight]
    polished = snapped.copy()
    if block.size:
        for _ in range(2):  # the second step removes the rounding of the first
            left = target - model.matrix[tight] @ polished
            polished[free] += np.linalg.lstsq(block, left, rcond=None)[0]
    polished = np.clip(polished, model.lower, model.upper)
    slack = 1e-9 * (1.0 + abs(model.value(x)))
    better = (
        model.violation(polished) <= model.violation(x) and model.value(polished) <= model.value(x) + slack
    )
    x = polished if better else x
    if not block.size:
        return x, duals
    found, support = duals.copy(), np.flatnonzero(duals[tight])
    if support.size:
        wanted = model.cost[free] - model.matrix[:, np.flatnonzero(free)].T @ duals
        found[tight[support]] += np.linalg.lstsq(block[support].T, wanted, rcond=None)[0]
    return x, max((duals, found), key=lambda y: dual_bound(model, y))
