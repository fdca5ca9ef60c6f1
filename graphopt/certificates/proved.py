"""A certificate with what an exact method proved about all other points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.certificates.certificate import Certificate, Check
from graphopt.certificates.constrained import NOT_BOUGHT
from graphopt.certificates.feasibility import rows_kept, worst_breach
from graphopt.problem.compiled import CompiledProblem
from graphopt.solvers.proof import Proof

VALUE_TOLERANCE = 1e-7  # relative; the program of the proof against the graph as it was written


def certify_values(compiled: CompiledProblem, x: np.ndarray, claimed: float) -> Certificate:
    """Return what can be verified about `x` by looking at it alone: bounds, whole numbers, constraints.

    `claimed` is the objective that the method says it has, in the sense asked.
    """
    problem = compiled.problem
    point = compiled.look(x)
    checks: list[Check] = []

    def check(name: str, passed: bool, good: str, bad: str) -> bool:
        checks.append(Check(name, bool(passed), good if passed else bad))
        return bool(passed)

    breach, where = worst_breach(x, compiled.lower, compiled.upper)
    feasible = check("inside the bounds", breach == 0, "exactly", f"off by {breach:.3g} at element {where}")
    allowed = _allowed(compiled, x)
    if problem.integer.any() or problem.choices:
        feasible &= check(
            "values allowed", not allowed.size, "exactly", f"not at elements {allowed.tolist()}"
        )
    if problem.constraints:
        breach = max(breach, float(np.max(compiled.rows.breaches(point.constraints), initial=0.0)))
        kept, detail = rows_kept(compiled.rows, point.constraints)
        feasible &= check("constraints hold", kept, detail, detail)
    finite = check(
        "value is a number", np.isfinite(point.value), f"value {point.value:.10g}", f"value {point.value}"
    )
    difference = abs(point.value - claimed)
    agrees = finite and check(
        "value re-evaluated",
        difference <= max(VALUE_TOLERANCE, 10 * compiled.noise) * (1.0 + abs(point.value)),
        f"differs by {difference:.1e}" if difference else "equal",
        f"the method's value {claimed:.10g} is not the value {point.value:.10g} of the graph",
    )
    return Certificate(
        method="values",
        checks=tuple(checks),
        value=point.value,
        projected_gradient=float("nan"),
        tolerance=float("nan"),
        maxcv=breach,
        finite=finite,
        feasible=feasible,
        stationary=False,
        reason="" if agrees else "; ".join(c.detail for c in checks if not c.passed),
    )


def with_proof(certificate: Certificate, proof: Proof, *, sign: float, gap: float) -> Certificate:
    """Return `certificate` with the bounds of `proof`, a proof about the cost ``sign * objective``.

    `gap` is the largest gap that counts as closed. The certificate's own value counts, not the proof's; one
    that is bought with breaches of constraints is no optimum, however small they are.
    """
    bound = min(proof.lower_bound, sign * certificate.value)
    open_gap = sign * certificate.value - bound
    bought = rests_on_breaches(certificate)
    proved = bool(open_gap <= gap and certificate.feasible and certificate.finite and not bought)
    detail = (
        f"no point is better by more than {open_gap:.1e}" if np.isfinite(open_gap) else "no bound was found"
    )
    detail += f" ({proof.method}, {proof.nodes:,} nodes, {proof.seconds:.3g} s)"
    if bought:
        detail += "; but breaches of constraints make the value what it is"
    elif not proved and np.isfinite(open_gap):
        detail += f"; the gap asked for is {gap:.1e}"
    lower, upper = (bound, certificate.value) if sign > 0 else (certificate.value, -bound)
    return replace(
        certificate,
        method=proof.method,
        checks=(*certificate.checks, Check("proved for the whole box", proved, detail)),
        lower_bound=lower,
        upper_bound=upper,
        nodes=proof.nodes,
        proved=proved,
    )


def rests_on_breaches(certificate: Certificate) -> bool:
    """Return whether the value is bought with breaches of constraints that are within the tolerance."""
    return any(check.name == NOT_BOUGHT and not check.passed for check in certificate.checks)


def _allowed(compiled: CompiledProblem, x: np.ndarray) -> np.ndarray:
    """Return the elements of `x` that are no whole number, or none of their choices, where they must be."""
    problem = compiled.problem
    wrong = problem.integer & (x != np.round(x))
    for k, values in problem.choices.items():
        wrong[k] = not (values == x[k]).any()
    return np.flatnonzero(wrong)
