"""A look around a point along its constraints: curvature on their tangent space, feasible points nearby."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphopt.certificates.neighbourhood import BOX_SAMPLES, FLAT, NEAR, SLOPE_STEP, _slope_error
from graphopt.problem.compiled import CompiledProblem
from graphopt.solvers.constrained.kkt import Active, Kkt

DENSE_BELOW = 60  # dimensions of the tangent space up to which its whole Hessian is looked at
LANCZOS_STEPS = 12  # beyond
DIRECTIONS = 12
CORRECTIONS = 6
BENT = 1e-5  # curvature, relative to the largest, that counts as bending down
FAR = 30 * NEAR  # how far the direction that bends down is followed
NOTICED = 1e-9  # and what it must win there, relative to 1 + |value|
STAYED = 1e-9  # move, relative to the width, that is none
WEAK = 1e-7  # pull of a limit's multiplier, relative to 1 + |value|, below which it may be left


class FeasibleNeighbourhood(NamedTuple):
    """What was seen around a point under constraints; costs, so that less is better.

    Attributes
    ----------
    slope_error : float
        Largest relative difference between slopes by values and by gradients, of the cost and of weighted
        sums of constraints.
    curvature : float
        The most negative curvature of the Lagrangian along the active constraints; 0 if there is none.
    gain : float
        By how much the best feasible point seen nearby is better, beyond what the tolerances allow; around a
        flat point, the best one seen anywhere in the box.
    better_at : array
        That point.
    dead : bool
        Whether the values nearby do not change at all, though elsewhere they do.
    """

    slope_error: float
    curvature: float
    gain: float
    better_at: np.ndarray
    dead: bool


class FeasibleLook:
    """Costs and constraints by the independent functions, and points moved back onto the constraints.

    Points are in the units of `CompiledProblem.units`, in which the box is near one.

    Attributes
    ----------
    lower, upper, units : array, (n,)
        The box in these units; the units.
    tolerance : array, (m,)
        The breach of each row that counts as none.
    """

    def __init__(self, compiled: CompiledProblem) -> None:
        self.compiled, self.rows, self.sign = compiled, compiled.rows, compiled.sign
        self.units = compiled.units
        self.lower, self.upper = compiled.lower / self.units, compiled.upper / self.units
        self.tolerance = compiled.rows.allowed

    def inside(self, x: np.ndarray) -> np.ndarray:
        """Return x put into the box."""
        return np.clip(x, self.lower, self.upper)

    def cost(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """Return cost and gradient."""
        point = self.compiled.look(x * self.units)
        return self.sign * point.value, self.sign * point.gradient * self.units

    def values(self, x: np.ndarray) -> np.ndarray:
        """Return the values of the rows, (m,)."""
        return self.rows.look(x * self.units)

    def pullback(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the gradient of the weighted sum of the rows, (n,)."""
        return self.rows.look_pullback(x * self.units, weights) * self.units

    def slope(self, x: np.ndarray, multipliers: np.ndarray) -> np.ndarray:
        """Return the gradient of the Lagrangian without the bounds."""
        return self.cost(x)[1] + self.pullback(x, multipliers)

    def corrected(self, x: np.ndarray, jacobian: np.ndarray, kept: Active) -> tuple[np.ndarray, bool]:
        """Return x moved onto the constraints it breaches and onto the limits in `kept`, and whether it
        satisfies all constraints.

        The steps use the derivatives at the point that is looked at, which is near.
        """
        low = np.where(kept.rows_high & ~kept.rows_low, self.rows.upper, self.rows.lower)
        high = np.where(kept.rows_low & ~kept.rows_high, self.rows.lower, self.rows.upper)
        for _ in range(CORRECTIONS):
            values = self.values(x)
            outside = values - np.clip(values, low, high)
            if not np.isfinite(outside).all():
                return x, False
            broken = np.abs(outside) > 1e-3 * self.tolerance
            if not broken.any():
                break
            free = (x > self.lower) & (x < self.upper)
            slopes = jacobian[broken][:, free]
            lengths = np.linalg.norm(slopes, axis=1)
            lengths = np.where(lengths > 0, lengths, self.rows.scale[broken])
            step = np.zeros(x.size)
            step[free] = np.linalg.lstsq(slopes / lengths[:, None], -outside[broken] / lengths, rcond=1e-10)[
                0
            ]
            x = self.inside(x + step)
        values = self.values(x)
        return x, bool(np.all(self.rows.breaches(values) <= self.tolerance))


def look_along_constraints(
    look: FeasibleLook,
    x: np.ndarray,
    value: float,
    gradient: np.ndarray,
    jacobian: np.ndarray,
    kkt: Kkt,
    active: Active,
    *,
    tolerance: float,
    seed: int = 0,
) -> FeasibleNeighbourhood:
    """Return what the values around `x`, a feasible point with multipliers, say.

    Parameters
    ----------
    x, value, gradient : array, float, array
        The point, its cost and gradient; in the units of `look`, as the rest is.
    jacobian : array, (m, n)
        Derivatives of the constraints at x.
    kkt, active : Kkt, Active
        Multipliers, and the limits that are active.
    tolerance : float
        Largest slope that still counts as level.
    """
    random = np.random.default_rng(seed)
    compiled = look.compiled
    noise = compiled.noise * (1.0 + abs(value))
    with np.errstate(over="ignore"):
        width = look.upper - look.lower
    reach = np.maximum(1.0, np.abs(x))
    width = np.where(np.isfinite(width), np.minimum(width, 1e3 * reach), 2 * reach)
    room = np.where(width > 0, width, np.inf)
    prices = np.abs(kkt.rows)
    base = value + float(prices @ look.rows.breaches(look.values(x)))
    gain, better_at, level, flat, still = 0.0, x, True, True, not gradient.any()
    looked = False

    def consider(point: np.ndarray, reach: float = np.inf) -> None:
        nonlocal gain, better_at, level, flat, still, looked
        found, feasible = look.corrected(look.inside(point), jacobian, needed)
        moved = float(np.max(np.abs(found - x) / room))
        if not feasible or not STAYED < moved <= reach:
            return  # a correction may lead back, or far away, which says nothing about the neighbourhood
        looked = True
        seen, slope = look.cost(found)
        level = level and abs(seen - value) <= noise
        flat = flat and abs(seen - value) <= max(noise, FLAT * (1.0 + abs(value)))
        still = still and not slope.any()
        beyond = float(prices @ look.rows.breaches(look.values(found)))
        allowed = tolerance * min(1.0, float(np.sum(np.abs(found - x)))) + 1e3 * noise
        if base - (seen + beyond) - allowed > gain:
            gain, better_at = base - (seen + beyond) - allowed, found

    noticed = NOTICED * (1.0 + abs(value))
    needed = _needed(jacobian, active, kkt, look, WEAK * (1.0 + abs(value)))
    tangent = _tangent_space(jacobian, active)
    curvature, bent = _curvature(look, x, kkt, tangent, width, random, noticed)
    leaving = _tangent_space(jacobian, needed)  # also into the box and off limits that hold nothing back
    directions = [width * d for d in random.choice([-1.0, 1.0], size=(DIRECTIONS // 2, x.size))]
    bends = [] if bent is None else [bent]
    for basis in (tangent, leaving) if leaving.shape[1] > tangent.shape[1] else (tangent,):
        if basis.shape[1]:
            along = random.normal(size=(DIRECTIONS // 2, basis.shape[1])) @ basis.T
            directions += [_longest(d, width) * d for d in along]
    if leaving.shape[1] > tangent.shape[1]:
        off = _curvature(look, x, kkt, leaving, width, random, noticed)[1]
        bends += [] if off is None else [off]
    for direction in directions:
        for size in (NEAR, 0.03 * NEAR):
            consider(x + size * direction, 10 * size)
            consider(x - size * direction, 10 * size)
    for direction in bends:
        for size in (NEAR, FAR):
            consider(x + size * _longest(direction, width) * direction, 10 * size)
            consider(x - size * _longest(direction, width) * direction, 10 * size)

    def weighted(weights: np.ndarray):
        return lambda z: (float(weights @ look.values(z)), look.pullback(z, weights))

    error = 0.0
    signs = width * random.choice([-1.0, 1.0], size=x.size)
    error = max(error, _slope_error(look.cost, x, gradient, look.inside, signs, noise)[0])
    for weights in (kkt.rows, random.choice([-1.0, 1.0], size=kkt.rows.size) / look.rows.scale):
        if weights.any():
            size = compiled.noise * (1.0 + float(np.abs(weights) @ np.abs(look.values(x))))
            seen = _slope_error(weighted(weights), x, weights @ jacobian, look.inside, signs, size)
            error = max(error, seen[0])

    varies, same = False, level or still
    if (flat and looked) or still:
        low = np.maximum(look.lower, x - width)
        high = np.minimum(look.upper, x + width)
        for unit in random.random((BOX_SAMPLES, x.size)):
            point = look.inside((1.0 - unit) * low + unit * high)
            varies = varies or not abs(look.cost(point)[0] - value) <= 1e3 * noise
            consider(point)
    dead = same and varies and not kkt.rows.any() and not kkt.bounds.any()
    return FeasibleNeighbourhood(error, curvature, gain, better_at, dead)


def _longest(direction: np.ndarray, width: np.ndarray) -> float:
    """Return how many times `direction` fits into `width`."""
    moving = direction != 0
    return float(np.min(width[moving] / np.abs(direction[moving]))) if moving.any() else 0.0


def _needed(jacobian: np.ndarray, active: Active, kkt: Kkt, look: FeasibleLook, weak: float) -> Active:
    """Return the active limits whose multipliers pull, equalities, and bounds that are equal."""
    pulls = np.abs(kkt.rows) * np.max(np.abs(jacobian), axis=1, initial=0.0) > weak
    pulls |= look.rows.equality
    held = (np.abs(kkt.bounds) > weak) | (look.lower == look.upper)
    return Active(
        active.rows_high & pulls, active.rows_low & pulls, active.at_upper & held, active.at_lower & held
    )


def _tangent_space(jacobian: np.ndarray, active: Active) -> np.ndarray:
    """Return an orthonormal basis, (n, k), of the directions along the active limits."""
    free = ~(active.at_lower | active.at_upper)
    rows = jacobian[active.rows_high | active.rows_low][:, free]
    basis = np.zeros((free.size, int(free.sum())))
    basis[np.flatnonzero(free), np.arange(int(free.sum()))] = 1.0
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > 0] / lengths[lengths > 0][:, None]
    if not rows.size:
        return basis
    _, sizes, right = np.linalg.svd(rows, full_matrices=True)
    rank = int(np.sum(sizes > 1e-8))
    return basis @ right[rank:].T


def _curvature(
    look: FeasibleLook,
    x: np.ndarray,
    kkt: Kkt,
    tangent: np.ndarray,
    width: np.ndarray,
    random: np.random.Generator,
    noticed: float,
) -> tuple[float, np.ndarray | None]:
    """Return the most negative curvature of the Lagrangian on the tangent space, or 0, and its direction.

    It counts if following it wins more than `noticed`.
    """
    k = tangent.shape[1]
    if not k:
        return 0.0, None

    def product(direction: np.ndarray) -> np.ndarray | None:
        step = 10 * SLOPE_STEP * _longest(direction, width)
        ahead, behind = look.inside(x + step * direction), look.inside(x - step * direction)
        change = look.slope(ahead, kkt.rows) - look.slope(behind, kkt.rows)
        if not np.isfinite(change).all() or np.array_equal(ahead, behind):
            return None
        return change * float(np.linalg.norm(direction) / np.linalg.norm(ahead - behind))

    vectors, products = [], []
    new = random.normal(size=k)
    for j in range(k if k <= DENSE_BELOW else LANCZOS_STEPS):
        vector = np.eye(k)[j] if k <= DENSE_BELOW else new / np.linalg.norm(new)
        made = product(tangent @ vector)
        if made is None:
            return 0.0, None
        vectors.append(vector)
        products.append(tangent.T @ made)
        if k > DENSE_BELOW:
            new = products[-1]
            for _ in range(2):
                for one in vectors:
                    new = new - (one @ new) * one
            if float(np.linalg.norm(new)) <= 1e-9 * max(float(np.linalg.norm(products[-1])), 1e-300):
                break
    basis = np.array(vectors)
    small = basis @ np.array(products).T
    values, ritz = np.linalg.eigh(0.5 * (small + small.T))
    direction = tangent @ (basis.T @ ritz[:, 0])
    move = FAR * _longest(direction, width)
    lowest = float(values[0])
    if lowest >= -BENT * float(np.max(np.abs(values))) or -0.5 * lowest * move**2 <= noticed:
        return 0.0, None
    return lowest, direction
