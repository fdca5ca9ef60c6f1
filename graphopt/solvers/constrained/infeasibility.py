"""Proofs that no point of the box satisfies the constraints, even within their tolerances.

Affine rows are put into a linear program whose infeasibility is proved by weights of its rows (Farkas),
rounding included. Other rows join it as the linear functions that bound them over the box, where the graph
can be lowered; the box is then tightened by that program, and the rows are bounded anew.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.enclosures.linear.bounds import linear_bounds
from graphopt.problem.compiled import CompiledProblem
from graphopt.problem.compiled_constraints import FEASIBILITY
from graphopt.solvers.linear.model import LinearModel, dual_bound, proves_infeasible, solve_linear
from graphopt.structure.lowering import NotLowered
from graphopt.structure.problem_program import program_and_limits
from graphopt.structure.program import Program

NEXT_UNIT = 2.0**0.5  # by what a scale may exceed the power of two next to it
ROUNDING = 1e-14  # relative error of the coefficients of affine rows
MOST_DECISIONS = 2000
MOST_TIGHTENED = 40  # decisions up to which the box is tightened
ROUNDS = 6
WORTHWHILE = 0.95  # of the summed widths must remain at most, for another round


def why_infeasible(compiled: CompiledProblem) -> str | None:
    """Return how it is proved that no point satisfies the constraints; None where it could not be proved.

    None says nothing about feasibility.
    """
    if not compiled.rows.size or compiled.size > MOST_DECISIONS:
        return None
    affine = _affine_rows(compiled)
    if affine is not None and proves_infeasible(affine):
        return (
            "the affine constraints contradict each other or the bounds: a weighted sum of them that no "
            "point of the box satisfies was found and checked"
        )
    if compiled.rows.linear.all():
        return None
    return _by_enclosures(compiled, affine)


def _affine_rows(compiled: CompiledProblem) -> LinearModel | None:
    """Return the affine rows, their limits widened by the tolerance, or None if there are none."""
    rows = compiled.rows
    chosen = np.flatnonzero(rows.linear)
    if not chosen.size:
        return None
    x = np.clip(np.zeros(compiled.size), compiled.lower, compiled.upper)
    matrix = rows.jacobian(x)[chosen]
    values = rows.values(x)[chosen]
    constant = values - matrix @ x
    if not (np.isfinite(matrix).all() and np.isfinite(constant).all()):
        return None
    tolerance, units = rows.allowed[chosen], rows.units[chosen]
    size = np.abs(values) + np.abs(matrix) @ np.abs(x) + rows.scale[chosen]
    return _model(
        (compiled.lower, compiled.upper),
        matrix / units[:, None],
        (rows.lower[chosen] - tolerance - constant) / units,
        (rows.upper[chosen] + tolerance - constant) / units,
        ROUNDING * compiled.size * size / units,
    )


def _by_enclosures(compiled: CompiledProblem, affine: LinearModel | None) -> str | None:
    """Return the proof by linear bounds of all rows over the box, tightened meanwhile, if there is one."""
    try:
        units = compiled.rows.by_name(compiled.rows.units)
        program, limits = program_and_limits(compiled.problem, units)
    except NotLowered:
        return None
    low = np.concatenate([lower for lower, _ in limits])
    high = np.concatenate([upper for _, upper in limits])
    tolerance = NEXT_UNIT * FEASIBILITY
    names = [
        (c.name, unit)
        for c, (lower, _) in zip(compiled.problem.constraints, limits, strict=True)
        for unit in np.broadcast_to(np.ravel(units.get(c.name, 1.0)), lower.shape).tolist()
    ]
    box = compiled.lower.copy(), compiled.upper.copy()
    for round_number in range(ROUNDS):
        relaxed, why = _relaxed(program, box, low - tolerance, high + tolerance, names, affine)
        if why is None and proves_infeasible(relaxed):
            why = (
                "linear bounds of the constraints over the box contradict each other: a weighted sum of them "
                "that no point of the box satisfies was found and checked"
            )
        if why is not None:
            return f"{why}; the constraints had tightened the box before" if round_number else why
        if compiled.size > MOST_TIGHTENED:
            return None
        tighter = _tightened(relaxed)
        if (tighter[0] > tighter[1]).any():
            return "linear bounds of the constraints leave no value to some decision"
        left, before = tighter[1] - tighter[0], box[1] - box[0]
        with np.errstate(invalid="ignore"):
            worth = np.isfinite(left).sum() > np.isfinite(before).sum() or left[np.isfinite(left)].sum() <= (
                WORTHWHILE * before[np.isfinite(left)].sum()
            )
        if not worth:
            return None
        box = tighter
    return None


def _relaxed(
    program: Program,
    box: tuple[np.ndarray, np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    names: list[tuple[str, float]],
    affine: LinearModel | None,
) -> tuple[LinearModel, str | None]:
    """Return the linear program of lines that bound the rows over the box, and the proof by one row alone.

    `names` are those of the constraints that the rows belong to, and the units the rows are in.
    """
    outputs = list(range(1, len(program.outputs)))
    with np.errstate(all="ignore"):
        bounds = linear_bounds(program, box[0][None], box[1][None], outputs=outputs)
    why = None
    for row, (least, most) in enumerate(zip(bounds.lower[0], bounds.upper[0], strict=True)):
        name, unit = names[row]
        if least > high[row]:
            why = f"bounds show that {name!r} is at least {least * unit:.6g} everywhere in the box"
        if most < low[row]:
            why = f"bounds show that {name!r} is at most {most * unit:.6g} everywhere in the box"
    below = np.isfinite(bounds.constant_lower[0]) & np.isfinite(high)
    above = np.isfinite(bounds.constant_upper[0]) & np.isfinite(low)
    constants = bounds.constant_lower[0][below], bounds.constant_upper[0][above]
    limits = np.concatenate([high[below], low[above]])
    relaxed = _model(
        box,
        np.concatenate([bounds.slope_lower[0][below], bounds.slope_upper[0][above]]),
        np.concatenate([np.full(int(below.sum()), -np.inf), low[above] - constants[1]]),
        np.concatenate([high[below] - constants[0], np.full(int(above.sum()), np.inf)]),
        ROUNDING * (np.abs(limits) + np.abs(np.concatenate(constants))),
        affine,
    )
    return relaxed, why


def _tightened(model: LinearModel) -> tuple[np.ndarray, np.ndarray]:
    """Return the box of `model` with each side moved to where the dual of a linear program proves it is."""
    lower, upper = model.lower.copy(), model.upper.copy()
    for j in range(lower.size):
        for sign in (1.0, -1.0):
            cost = np.zeros(lower.size)
            cost[j] = sign
            vertex = solve_linear(replace(model, cost=cost), polish=False)
            if vertex.duals is None:
                continue
            bound = dual_bound(replace(model, cost=cost), vertex.duals)
            if sign > 0:
                lower[j] = max(lower[j], bound)
            else:
                upper[j] = min(upper[j], -bound)
    return lower, upper


def _model(
    box: tuple[np.ndarray, np.ndarray],
    matrix: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    error: np.ndarray | float,
    more: LinearModel | None = None,
) -> LinearModel:
    """Return the linear model of the box and these rows, and those of `more`."""
    from scipy import sparse

    rows = sparse.csr_array(matrix)
    error = np.broadcast_to(error, low.shape)
    if more is not None:
        rows = sparse.vstack([rows, more.matrix], format="csr")
        low, high = np.concatenate([low, more.row_lower]), np.concatenate([high, more.row_upper])
        error = np.concatenate([error, np.broadcast_to(more.row_error, more.row_lower.shape)])
    return LinearModel(np.zeros(box[0].size), 0.0, rows, low, high, *box, error)
