"""What may be claimed about a point: every claim rests on a check made here, none on the solver's word."""

from __future__ import annotations

import numpy as np

from graphopt.certificates.certificate import Certificate, Check
from graphopt.certificates.feasibility import worst_breach
from graphopt.certificates.neighbourhood import look_around
from graphopt.certificates.stationarity import projected_gradient
from graphopt.problem.compiled import CompiledProblem

GRADIENT_TOLERANCE = 1e-6  # relative to 1 + |value|
VALUE_TOLERANCE = 1e-9  # relative; two ways to compute one graph in float64
SLOPE_TOLERANCE = 0.05  # a wrong derivative is wrong by more


def certify_point(compiled: CompiledProblem, x: np.ndarray, claimed: float, *, seed: int = 0) -> Certificate:
    """Return what can be verified about the flat vector `x`, of which a solver says that its value is
    `claimed`.

    Value and gradient come from ``compiled.look``, a function of its own made from the graph as it was
    written; the values around `x` must bear the gradient out and show nothing better nearby. Slopes are per
    unit of the decisions: `graphopt.problem.compiled.CompiledProblem.units`.
    """
    lower, upper, sign, units = compiled.lower, compiled.upper, compiled.sign, compiled.units
    point = compiled.look(x)
    value, gradient = point.value, sign * point.gradient
    tolerance = GRADIENT_TOLERANCE * (1.0 + abs(value))
    checks, reasons = [], []

    def check(name: str, passed: bool, detail: str, reason: str = "") -> bool:
        checks.append(Check(name, bool(passed), detail))
        if not passed:
            reasons.append(reason or detail)
        return bool(passed)

    def certificate(largest: float, stationary: bool, better_at: np.ndarray | None = None) -> Certificate:
        return Certificate(
            method="first-order conditions",
            checks=tuple(checks),
            value=value,
            projected_gradient=largest,
            tolerance=tolerance,
            maxcv=breach,
            finite=finite,
            feasible=feasible,
            stationary=stationary,
            reason="; ".join(reasons),
            better_at=better_at,
        )

    breach, where = worst_breach(x, lower, upper)
    feasible = check(
        "inside the bounds",
        breach == 0,
        "exactly" if breach == 0 else f"off by {breach:.3g} at element {where}",
    )
    finite = bool(np.isfinite(value) and np.isfinite(gradient).all())
    check(
        "value and gradient are numbers",
        finite,
        f"value {value:.10g}"
        if finite
        else f"value {value}, gradient not finite"
        if np.isfinite(value)
        else f"value {value}",
    )
    if not finite:
        return certificate(float("nan"), False)
    difference = abs(value - claimed)
    agrees = check(
        "value re-evaluated",
        difference <= max(VALUE_TOLERANCE, 10 * compiled.noise) * (1.0 + abs(value)),
        f"differs by {difference:.1e}" if difference else "equal",
        f"the solver's value {claimed:.10g} is not the value {value:.10g} of the graph",
    )
    gradient, box = gradient * units, (lower / units, upper / units)
    largest = float(np.max(np.abs(projected_gradient(x / units, gradient, *box)), initial=0.0))
    small = check(
        "projected gradient",
        largest <= tolerance,
        f"{largest:.1e}, at most {tolerance:.1e}",
        f"the projected gradient is {largest:.1e}, above {tolerance:.1e}",
    )

    if not (feasible and agrees):
        return certificate(largest, False)

    def cost(z: np.ndarray) -> tuple[float, np.ndarray]:
        seen = compiled.look(z * units)
        return sign * seen.value, sign * seen.gradient * units

    around = look_around(
        cost, x / units, sign * value, gradient, *box, tolerance=tolerance, noise=compiled.noise, seed=seed
    )
    kept = around.gain <= 0
    better_at = None if kept else np.clip(around.better_at * units, lower, upper)
    if not small:  # at a kink there may still be nothing better; elsewhere that there is needs no saying
        if kept:
            check(
                "nothing better nearby", True, "nothing seen, though the gradient is not zero: perhaps a kink"
            )
        return certificate(largest, False, better_at)
    borne_out = around.slope_error <= SLOPE_TOLERANCE
    slopes = check(
        "gradient borne out by values",
        borne_out,
        "yes" if borne_out else f"slopes differ by {around.slope_error:.0%}",
        f"the gradient is wrong or jumps here: slopes by values differ by {around.slope_error:.0%}",
    )
    flat = "it is in a flat region (as of a saturated network), and the box holds"
    best = check(
        "nothing better nearby",
        kept,
        "nothing seen" if kept else f"better by {around.gain:.3g}",
        f"not a local optimum: {flat if around.flat else 'next to it is'} a point better by "
        f"{around.gain:.3g}",
    )
    alive = check(
        "not on a plateau",
        not around.dead,
        "values do not change nearby, but elsewhere in the box" if around.dead else "values change nearby",
        "the point lies on a plateau, where a gradient of zero says nothing; try more starts",
    )
    return certificate(largest, slopes and best and alive, better_at)
