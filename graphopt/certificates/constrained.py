"""What may be claimed about a point under constraints: every claim rests on a check made here.

Values, gradients and constraint rows come from functions of their own, made from the graph as it was written;
the multipliers are fitted to them, whatever multipliers a solver had.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graphopt.certificates.certificate import Certificate, Check
from graphopt.certificates.feasibility import rows_kept, worst_breach
from graphopt.certificates.feasible_neighbourhood import FeasibleLook, look_along_constraints
from graphopt.certificates.verdict import GRADIENT_TOLERANCE, SLOPE_TOLERANCE, VALUE_TOLERANCE
from graphopt.problem.compiled import CompiledProblem
from graphopt.solvers.constrained.kkt import active_limits, fitted_multipliers

NOT_BOUGHT = "value does not rest on breaches"  # the name of the check


@dataclass(frozen=True)
class ConstrainedCertificate(Certificate):
    """The checks of one point under constraints.

    `projected_gradient` is the largest component of the gradient of the Lagrangian, per unit of the decision
    (`graphopt.problem.compiled.CompiledProblem.units`); `maxcv` the largest breach of a bound or constraint
    in its own units; `feasible` whether the bounds hold exactly and each constraint to 1e-6 of its scale.

    Attributes
    ----------
    constraint_breaches : dict of str to array
        By constraint and element, in the units of the constraint.
    shadow_prices : dict of str to dict
        By constraint, ``"lower"`` and ``"upper"``: how much the objective would gain per unit by which that
        limit is moved outwards; zero or more, and zero where the limit is not active. For an equality, what
        raising its value gains stands under ``"upper"``, what lowering it gains under ``"lower"``.
    multipliers : dict of str to dict
        The same by variable, for its bounds.
    bound_multipliers, row_multipliers : array, (n,) and (m,)
        The same as flat vectors of the Lagrangian of the cost: positive at upper, negative at lower limits.
    """

    constraint_breaches: dict[str, np.ndarray] = field(default_factory=dict)
    shadow_prices: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    multipliers: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    bound_multipliers: np.ndarray = field(default_factory=lambda: np.empty(0))
    row_multipliers: np.ndarray = field(default_factory=lambda: np.empty(0))


def certify_constrained(
    compiled: CompiledProblem, x: np.ndarray, claimed: float, *, seed: int = 0
) -> ConstrainedCertificate:
    """Return what can be verified about the flat vector `x` of a problem with constraints.

    Parameters
    ----------
    claimed : float
        The solver's value of the objective, in the sense asked.
    seed : int
        Decides the directions looked in.
    """
    rows, sign, lower, upper = compiled.rows, compiled.sign, compiled.lower, compiled.upper
    point = compiled.look(x)
    value, gradient = point.value, sign * point.gradient
    jacobian = rows.look_jacobian(x)
    tolerance = GRADIENT_TOLERANCE * (1.0 + abs(value))
    checks: list[Check] = []
    reasons: list[str] = []
    found: dict = {}

    def check(name: str, passed: bool, detail: str, reason: str = "") -> bool:
        checks.append(Check(name, bool(passed), detail))
        if not passed:
            reasons.append(reason or detail)
        return bool(passed)

    def certificate(largest: float, stationary: bool, better_at: np.ndarray | None = None):
        return ConstrainedCertificate(
            method="first- and second-order conditions under constraints",
            checks=tuple(checks),
            value=value,
            projected_gradient=largest,
            tolerance=tolerance,
            maxcv=max(outside, float(np.max(breaches, initial=0.0))),
            finite=finite,
            feasible=inside and kept,
            stationary=stationary,
            reason="; ".join(reasons),
            better_at=better_at,
            constraint_breaches=rows.by_name(breaches) if rows.size else {},
            **found,
        )

    outside, where = worst_breach(x, lower, upper)
    inside = check(
        "inside the bounds",
        outside == 0,
        "exactly" if outside == 0 else f"off by {outside:.3g} at element {where}",
    )
    breaches = rows.breaches(point.constraints)
    kept = check("constraints hold", *rows_kept(rows, point.constraints))
    finite = bool(np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(jacobian).all())
    check("value and gradients are numbers", finite, f"value {value:.10g}")
    if not finite:
        return certificate(float("nan"), False)
    difference = abs(value - claimed)
    agrees = check(
        "value re-evaluated",
        difference <= max(VALUE_TOLERANCE, 10 * compiled.noise) * (1.0 + abs(value)),
        f"differs by {difference:.1e}" if difference else "equal",
        f"the solver's value {claimed:.10g} is not the value {value:.10g} of the graph",
    )
    if not (inside and kept):
        return certificate(float("nan"), False)

    look = FeasibleLook(compiled)
    gradient, jacobian = gradient * look.units, jacobian * look.units
    active = active_limits(
        x, point.constraints, (lower, upper), (rows.lower, rows.upper), near=look.tolerance
    )
    kkt = fitted_multipliers(gradient, jacobian, active)
    found.update(
        shadow_prices=_by_side(rows.by_name, kkt.rows) if rows.size else {},
        multipliers=_by_side(compiled.problem.named, kkt.bounds / look.units),
        bound_multipliers=kkt.bounds / look.units,
        row_multipliers=kkt.rows,
    )
    level = check(
        "slope of the Lagrangian",
        kkt.largest <= tolerance,
        f"{kkt.largest:.1e}, at most {tolerance:.1e}",
        f"no multipliers balance the gradient: {kkt.largest:.1e} is left, above {tolerance:.1e}",
    )
    limits = np.where(kkt.rows > 0, rows.upper, np.where(kkt.rows < 0, rows.lower, point.constraints))
    bought = float(np.sum(np.abs(kkt.rows) * np.abs(point.constraints - limits)))
    honest = check(
        NOT_BOUGHT,
        bought <= tolerance,
        f"breaches and slack are worth {bought:.1e}",
        f"multipliers of up to {np.max(np.abs(kkt.rows), initial=0.0):.1e} make the breaches worth "
        f"{bought:.1e} of the value",
    )
    if not (agrees and level and honest):
        return certificate(kkt.largest, False)

    around = look_along_constraints(
        look,
        x / look.units,
        sign * value,
        gradient,
        jacobian,
        kkt,
        active,
        tolerance=tolerance,
        seed=seed,
    )
    slopes = check(
        "gradients borne out by values",
        around.slope_error <= SLOPE_TOLERANCE,
        "yes" if around.slope_error <= SLOPE_TOLERANCE else f"slopes differ by {around.slope_error:.0%}",
        f"a gradient is wrong or jumps here: slopes by values differ by {around.slope_error:.0%}",
    )
    curved = check(
        "curvature along the constraints",
        around.curvature >= 0,
        "not negative" if around.curvature >= 0 else f"{around.curvature:.1e}",
        f"not a local optimum: along the active constraints the Lagrangian bends the wrong way "
        f"({around.curvature:.1e})",
    )
    best = check(
        "nothing better nearby",
        around.gain <= 0,
        "no better feasible point seen" if around.gain <= 0 else f"better by {around.gain:.3g}",
        f"not a local optimum: a feasible point nearby is better by {around.gain:.3g}",
    )
    alive = check(
        "not on a plateau",
        not around.dead,
        "values do not change nearby, but elsewhere in the box" if around.dead else "values change nearby",
        "the point lies on a plateau, where a gradient of zero says nothing; try more starts",
    )
    better_at = np.clip(around.better_at * look.units, lower, upper) if around.gain > 0 else None
    return certificate(kkt.largest, slopes and curved and best and alive, better_at)


def _by_side(named, flat: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Return signed multipliers as gains at the lower and the upper side, by name."""
    low, high = named(np.maximum(-flat, 0.0)), named(np.maximum(flat, 0.0))
    return {name: {"lower": low[name], "upper": high[name]} for name in low}
