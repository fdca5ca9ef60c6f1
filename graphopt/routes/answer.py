"""The answer a caller gets, from what a route found."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.certificates.certificate import Certificate
from graphopt.certificates.stationarity import active_bounds, multipliers
from graphopt.problem.compiled import CompiledProblem
from graphopt.routes.found import Found
from graphopt.routes.worst_case import without_added_variable
from graphopt.solvers.solution import Solution, Status
from graphopt.versions import versions

SIDES = np.array(["", "upper", "fixed", "lower"])  # by the codes 0, 1, 2, -1 of active_bounds
SUCCESS = (Status.LOCAL_OPTIMUM, Status.PROVED_OPTIMAL)


def answer(compiled: CompiledProblem, found: Found) -> Solution:
    """Return the answer with every field but the seconds."""
    problem, x, certificate = compiled.problem, found.x, found.certificate
    point = compiled.look(x)
    active = problem.named(active_bounds(x, compiled.lower, compiled.upper))
    full = Solution(
        x=x,
        fun=certificate.value,
        success=found.status in SUCCESS,
        status=found.status,
        message=" ".join([found.status.value, *(f"({reason})" for reason in found.reasons)]),
        sense=problem.sense,
        nit=found.iterations,
        nfev=found.evaluations,
        njev=found.evaluations,
        jac=point.gradient,
        maxcv=certificate.maxcv,
        x_named={name: array.copy() for name, array in problem.named(x).items()},
        value=certificate.value,
        outputs=point.outputs,
        active_bounds={name: np.asarray(SIDES[codes]) for name, codes in active.items()},
        multipliers=_multipliers(compiled, point.gradient, certificate, x),
        constraints=_constraints(compiled, point.constraints, certificate),
        kkt_residual=certificate.projected_gradient,
        feasible=certificate.feasible,
        starts=found.starts,
        n_distinct=found.n_distinct,
        optima=_optima(compiled, found.starts),
        certificate=certificate,
        route=found.route,
        solver=found.solver,
        seed=found.seed,
        versions=versions(),
        problem=problem,
    )
    return without_added_variable(compiled, full)


def _optima(compiled: CompiledProblem, starts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the distinct stationary ends of the starts, best first: point, value, and how many starts."""
    ends: dict[int, list[dict[str, Any]]] = {}
    for row in starts:
        if row["stationary"]:
            ends.setdefault(row["optimum"], []).append(row)
    best = [min(rows, key=lambda row: compiled.sign * row["fun"]) for rows in ends.values()]
    pool = [
        {
            "x_named": compiled.problem.named(row["x"]),
            "fun": row["fun"],
            "starts": len(ends[row["optimum"]]),
        }
        for row in best
    ]
    return sorted(pool, key=lambda optimum: compiled.sign * optimum["fun"])


def _multipliers(
    compiled: CompiledProblem, gradient: np.ndarray, certificate: Certificate, x: np.ndarray
) -> dict[str, dict[str, np.ndarray]]:
    """Return by name what each bound costs; under constraints, those the certificate has fitted."""
    if compiled.problem.constraints:
        fitted = getattr(certificate, "multipliers", {})
        none = {name: np.zeros(v.shape) for name, v in ((v.name, v) for v in compiled.problem.variables)}
        return {name: fitted.get(name, {"lower": zero, "upper": zero}) for name, zero in none.items()}
    low, high = map(
        compiled.problem.named, multipliers(x, compiled.sign * gradient, compiled.lower, compiled.upper)
    )
    return {name: {"lower": low[name], "upper": high[name]} for name in low}


def _constraints(
    compiled: CompiledProblem, values: np.ndarray, certificate: Certificate
) -> dict[str, dict[str, np.ndarray]]:
    """Return by name the values and limits of the constraints, what moving a limit outwards gains, and what
    breaches count relative to.
    """
    if not compiled.problem.constraints:
        return {}
    rows, prices = compiled.rows, getattr(certificate, "shadow_prices", {})
    columns = {"value": values, "lower": rows.lower, "upper": rows.upper, "scale": rows.scale}
    by_name = {key: rows.by_name(column) for key, column in columns.items()}
    return {
        name: {**{key: found[name] for key, found in by_name.items()}, **_prices(prices.get(name))}
        for name in by_name["value"]
    }


def _prices(sides: dict[str, np.ndarray] | None) -> dict[str, np.ndarray]:
    """Return the shadow prices of a constraint under names of their own; none where none were fitted."""
    return {} if sides is None else {f"{side}_price": price for side, price in sides.items()}
