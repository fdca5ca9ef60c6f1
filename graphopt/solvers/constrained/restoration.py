"""Feasibility restoration: the nearest point, in the least-squares sense, at which the constraints hold.

Levenberg-Marquardt steps on the breaches, each step a least-squares problem in the box; L-BFGS-B where there
are too many decisions for that.
"""

from __future__ import annotations

import numpy as np

from graphopt.problem.augmented_cost import augmented_cost
from graphopt.solvers.constrained.nonlinear_program import NonlinearProgram
from graphopt.solvers.local.lbfgsb import LBFGSB

DENSE_BELOW = 400  # decisions
FAR_INSIDE = 1e-6  # of the tolerance of a row: breaches below it are not worth a step
MAX_ROUNDS = 60


def restored(program: NonlinearProgram, z: np.ndarray) -> np.ndarray:
    """Return a point of the box at which the breaches are (locally) least, from z in scaled units."""
    z = program.inside(z)
    if program.size > DENSE_BELOW:
        z = _by_gradients(program, z)
    return _by_steps(program, z) if program.size <= DENSE_BELOW else z


def _by_steps(program: NonlinearProgram, z: np.ndarray) -> np.ndarray:
    """Return the end of Levenberg-Marquardt steps in the box."""
    from scipy.optimize import lsq_linear

    seen = program.at(z)
    if not seen.finite:
        return z
    outside = seen.values - np.clip(seen.values, program.low, program.high)
    size, damping = _square(outside), 1e-8
    for _ in range(MAX_ROUNDS):
        broken = np.abs(outside) > FAR_INSIDE * program.tolerance
        if not broken.any():
            break
        slopes = program.jacobian(z)[broken]
        lengths = float(np.sum(slopes**2))
        if not lengths > 0:
            break
        room = (program.lower - z, program.upper - z)
        free = room[1] > room[0]
        if not free.any():
            break
        matrix = np.vstack([slopes[:, free], np.sqrt(damping * lengths) * np.eye(int(free.sum()))])
        right = np.concatenate([-outside[broken], np.zeros(int(free.sum()))])
        step = np.zeros(program.size)
        with np.errstate(all="ignore"):
            unbounded, *_ = np.linalg.lstsq(matrix, right, rcond=None)
            if np.all((unbounded >= room[0][free]) & (unbounded <= room[1][free])):
                step[free] = unbounded
            else:
                step[free] = lsq_linear(matrix, right, bounds=(room[0][free], room[1][free])).x
        if not np.isfinite(step).all():
            break
        moved = program.inside(z + step)
        found = program.at(moved)
        beyond = found.values - np.clip(found.values, program.low, program.high)
        new_size = _square(beyond) if found.finite else np.inf
        if new_size < size * (1 - 1e-10):
            z, outside, size, damping = moved, beyond, new_size, max(damping * 0.1, 1e-16)
        else:
            damping *= 10.0
            if damping > 1e8:
                break
    return z


def _square(vector: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float(vector @ vector)


def _by_gradients(program: NonlinearProgram, z: np.ndarray) -> np.ndarray:
    """Return the end of an L-BFGS-B run on the sum of squared breaches."""
    cost = augmented_cost(program.compiled)
    nothing = np.zeros((1, program.low.size))
    terms = (np.zeros(1), nothing, nothing, 1.0 / program.row_scale[None] ** 2)

    def value(point: np.ndarray) -> tuple[float, np.ndarray]:
        with np.errstate(all="ignore"):
            totals, gradients, _ = cost(program.unscaled(point)[None], *terms)
        program.count(point)
        if not (np.isfinite(totals).all() and np.isfinite(gradients).all()):
            return np.inf, np.full(program.size, np.nan)
        return float(totals[0]), gradients[0] * program.x_scale

    steps = LBFGSB(gradient_tolerance=1e-14, function_tolerance=0.0, max_iterations=2000).steps(
        z, program.lower, program.upper
    )
    try:
        point = next(steps)
        while True:
            point = steps.send(value(point.copy()))
    except StopIteration as end:
        return program.inside(end.value.x)
