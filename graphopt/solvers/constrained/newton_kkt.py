"""Newton steps on the Karush-Kuhn-Tucker conditions of the active set: the last digits of an answer.

Nocedal and Wright, "Numerical Optimization" (2006), chapter 18. The Hessian of the Lagrangian comes from
differences of gradients, so this is for problems of moderate size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphopt.problem.compiled_constraints import FEASIBILITY
from graphopt.solvers.constrained.kkt import Kkt, active_limits, fitted_multipliers
from graphopt.solvers.constrained.nonlinear_program import Evaluation, NonlinearProgram

DENSE_BELOW = 300  # decisions
NEAR = 1e-5  # how close, relative to their scale, rows are to limits that count as active
NEAR_BOUND = 1e-7  # how close, relative to max(1, |z|), decisions are to bounds that count as active
MAX_STEPS = 15
ENOUGH = 1e-13


class State(NamedTuple):
    """A point and how well it satisfies the conditions.

    `level` is the larger of the slope of the Lagrangian and what multipliers make of the slack at their
    limits, relative to ``1 + |cost|``; `breach` the largest breach relative to the scale of its row.
    """

    seen: Evaluation
    kkt: Kkt
    level: float
    breach: float

    @property
    def error(self) -> float:
        """How far the conditions are from holding."""
        return max(self.level, self.breach)


def state_of(program: NonlinearProgram, z: np.ndarray) -> State:
    """Return how well z, in scaled units, satisfies the conditions."""
    seen = program.at(z)
    sizes = program.tolerance / FEASIBILITY
    if not seen.finite:
        nothing = Kkt(np.zeros(sizes.size), np.zeros(z.size), seen.gradient)
        return State(seen, nothing, np.inf, np.inf)
    active = active_limits(
        z,
        seen.values,
        (program.lower, program.upper),
        (program.low, program.high),
        near=NEAR * sizes,
        near_bound=NEAR_BOUND * np.maximum(1.0, np.abs(z)),
    )
    kkt = fitted_multipliers(seen.gradient, program.jacobian(z), active)
    slack = np.where(
        kkt.rows > 0,
        np.abs(program.high - seen.values),
        np.where(kkt.rows < 0, np.abs(seen.values - program.low), 0),
    )
    room = np.where(kkt.bounds > 0, program.upper - z, np.where(kkt.bounds < 0, z - program.lower, 0.0))
    size = 1.0 + abs(seen.fun)
    breach = float(np.max(program.breaches(seen.values) / sizes, initial=0.0))
    level = max(kkt.largest, _largest(kkt.rows * slack), _largest(kkt.bounds * room)) / size
    return State(seen, kkt, level, breach)


def polished(program: NonlinearProgram, z: np.ndarray) -> np.ndarray:
    """Return z after Newton steps on its active set, as long as they improve it; in scaled units."""
    state = state_of(program, z)
    if program.size > DENSE_BELOW or not state.seen.finite:
        return z
    for _ in range(MAX_STEPS):
        if state.error <= ENOUGH or not np.isfinite(state.error):
            break
        direction = _newton_step(program, state)
        if direction is None:
            break
        for length in (1.0, 0.5, 0.1):
            moved = state_of(program, program.inside(state.seen.z + length * direction))
            if moved.error < state.error * (1 - 1e-3):
                break
        else:
            break
        state = moved
    return state.seen.z


def _largest(vector: np.ndarray) -> float:
    return float(np.max(np.abs(vector), initial=0.0))


def _newton_step(program: NonlinearProgram, state: State) -> np.ndarray | None:
    """Return the step to where the linearised conditions of the active set hold, or None."""
    z, seen, kkt = state.seen.z, state.seen, state.kkt
    broken = program.breaches(seen.values) > 0
    working = program.equality | broken | (kkt.rows != 0)
    target = np.where(
        program.equality,
        program.low,
        np.where(seen.values > program.high, program.high, np.where(seen.values < program.low, program.low,
        np.where(kkt.rows > 0, program.high, program.low))),
    )  # fmt: skip
    free = (kkt.bounds == 0) & (program.lower < program.upper)
    if not free.any():
        return None
    slopes = program.jacobian(z)[working][:, free]
    hessian = _lagrangian_hessian(program, z, kkt.rows, free)
    if hessian is None:
        return None
    step = np.where(kkt.bounds > 0, program.upper - z, np.where(kkt.bounds < 0, program.lower - z, 0.0))
    k = len(slopes)
    matrix = np.block([[hessian, slopes.T], [slopes, np.zeros((k, k))]])
    right = np.concatenate(
        [-seen.gradient[free], (target - seen.values - program.jacobian(z) @ step)[working]]
    )
    sizes = np.sqrt(np.maximum(np.max(np.abs(matrix), axis=1), 1e-300))
    with np.errstate(all="ignore"):
        try:
            solution = np.linalg.lstsq(matrix / sizes / sizes[:, None], right / sizes, rcond=1e-14)[0] / sizes
        except np.linalg.LinAlgError:
            return None
    step[free] = solution[: int(free.sum())]
    return step if np.isfinite(step).all() else None


def _lagrangian_hessian(
    program: NonlinearProgram, z: np.ndarray, multipliers: np.ndarray, free: np.ndarray
) -> np.ndarray | None:
    """Return the Hessian of the Lagrangian over the free decisions, from differences inside the box."""
    columns = np.flatnonzero(free)
    steps = 1e-5 * np.maximum(1.0, np.abs(z[columns]))
    ahead, behind = np.tile(z, (columns.size, 1)), np.tile(z, (columns.size, 1))
    places = np.arange(columns.size), columns
    ahead[places] = np.minimum(z[columns] + steps, program.upper[columns])
    behind[places] = np.maximum(z[columns] - steps, program.lower[columns])
    lengths = ahead[places] - behind[places]
    slopes = program.slopes(np.concatenate([ahead, behind]), multipliers) if (lengths > 0).all() else None
    if slopes is None:
        return None
    hessian = (slopes[: columns.size] - slopes[columns.size :])[:, free] / lengths[:, None]
    return 0.5 * (hessian + hessian.T)
