"""Found by an exact method, or proved after a local search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphopt.certificates.certificate import Certificate
from graphopt.certificates.constrained import certify_constrained
from graphopt.certificates.proved import certify_values, rests_on_breaches, with_proof
from graphopt.certificates.verdict import certify_point
from graphopt.problem.compiled import CompiledProblem
from graphopt.routes.constrained import constrained
from graphopt.routes.effort import Effort
from graphopt.routes.exact import ExactQuestion
from graphopt.routes.found import Found
from graphopt.routes.local import LOCAL_ONLY, local
from graphopt.solvers.local.multistart import MultiStart
from graphopt.solvers.local.starts import default_start
from graphopt.solvers.proof import Proof
from graphopt.solvers.solution import Status
from graphopt.structure.lowering import NotLowered

STOPPED = {
    "gap": "the tolerances of the method leave more than the gap asked for",
    "time": "the time was up before the gap was closed",
    "nodes": "the limit of boxes was reached before the gap was closed",
    "memory": "the memory for open boxes was used up before the gap was closed",
    "interrupted": "it was interrupted before the gap was closed",
    "unbounded": "the objective is unbounded",
    "failed": "the method could not close the gap",
}
BETTER = 1e-9  # relative; by how much a point must be better to take the other's place


def exact(compiled: CompiledProblem, question: ExactQuestion, effort: Effort, *, seed: int = 0) -> Found:
    """Return what an exact method finds."""
    proof = question.prove(effort)
    return _from_proof(compiled, question, proof, effort, seed)


def _from_proof(
    compiled: CompiledProblem, question: ExactQuestion, proof: Proof, effort: Effort, seed: int
) -> Found:
    """Return the point of `proof`, looked at anew."""
    sign, nothing = compiled.sign, proof.x is None  # what the start breaches says nothing then
    point = default_start(compiled.problem) if proof.x is None else proof.x
    point = np.minimum(np.maximum(point, compiled.lower), compiled.upper)
    claimed = compiled.look(point).value if proof.x is None else sign * proof.value
    certificate = _looked_at(compiled, point, claimed, seed)
    if proof.stopped == "infeasible":
        status, reasons = Status.INFEASIBLE, (f"proved by {proof.method}, {proof.nodes:,} nodes",)
        certificate = replace(certificate, method=proof.method, feasible=False)
    else:
        certificate = with_proof(certificate, proof, sign=sign, gap=_gap(effort, certificate))
        reasons = () if certificate.proved else (STOPPED.get(proof.stopped, proof.stopped),)
        status = _status(certificate, proof)
    return Found(
        x=point,
        certificate=certificate,
        status=status,
        route=question.method_of(proof),
        solver={"solver": proof.method, "gap": effort.gap, "max_seconds": effort.max_seconds},
        reasons=tuple(
            r for r in (*reasons, "" if certificate.proved or nothing else certificate.reason) if r
        ),
        seed=seed,
        n_distinct=int(proof.x is not None),
        evaluations=proof.nodes,
    )


def _looked_at(compiled: CompiledProblem, x: np.ndarray, claimed: float, seed: int) -> Certificate:
    """Return what can be verified about `x` without the proof; slopes say nothing about whole numbers."""
    if compiled.problem.discrete:
        return certify_values(compiled, x, claimed)
    if compiled.problem.constraints:
        return certify_constrained(compiled, x, claimed, seed=seed)
    return certify_point(compiled, x, claimed, seed=seed)


def proved(compiled: CompiledProblem, found: Found, effort: Effort, many: MultiStart) -> Found:
    """Return `found` with a proof of how much better another point could be, or a better point with one."""
    try:
        question = ExactQuestion(compiled)
    except NotLowered as error:
        return replace(found, reasons=(*found.reasons, f"nothing could be proved: {error}"))
    usable = found.certificate.feasible and found.certificate.finite
    proof = question.prove(effort, found.x if usable else None)
    if proof.stopped == "infeasible":
        return _from_proof(compiled, question, proof, effort, found.seed)
    cost = compiled.sign * found.certificate.value if usable else np.inf
    if proof.x is not None and _better(proof.value, cost):
        note = "the proof found a better point than the local search"
        better = _refined(compiled, proof, many, effort)
        improves = _better(compiled.sign * better.certificate.value, cost)
        if not usable or (improves and not rests_on_breaches(better.certificate)):
            found = replace(
                found,
                x=better.x,
                certificate=better.certificate,
                status=better.status,
                reasons=(*better.reasons, note),
                iterations=found.iterations + better.iterations,
                evaluations=found.evaluations + better.evaluations,
            )
    certificate = with_proof(
        found.certificate, proof, sign=compiled.sign, gap=_gap(effort, found.certificate)
    )
    reasons = found.reasons
    if not certificate.proved:
        reasons = (*reasons, f"{STOPPED.get(proof.stopped, proof.stopped)}: {certificate.checks[-1].detail}")
    status = Status.PROVED_OPTIMAL if certificate.proved else found.status
    if status is Status.PROVED_OPTIMAL:
        reasons = tuple(
            r for r in reasons if r != found.certificate.reason and not r.startswith("the solver says")
        )
    return replace(
        found,
        certificate=certificate,
        status=status,
        reasons=reasons,
        route=f"{found.route.removesuffix(LOCAL_ONLY)}; then {question.method_of(proof)}",
    )


def _better(cost: float, other: float) -> bool:
    """Return whether `cost` is less than `other` by more than rounding."""
    return cost < other - BETTER * (1.0 + abs(cost))


def _refined(compiled: CompiledProblem, proof: Proof, many: MultiStart, effort: Effort) -> Found:
    """Return the local optimum near the proof's point, or the point itself where that is worse.

    Under constraints the proof's point may owe its value to breaches that are within its tolerance: the local
    optimum may be worse by the gap.
    """
    assert proof.x is not None
    once, allowed = replace(many, starts=1, points=()), proof.value
    if compiled.problem.constraints:
        near = constrained(compiled, once, proof.x[None])
        allowed += max(effort.gap, BETTER * (1.0 + abs(proof.value)))
    else:
        near = local(compiled, once, proof.x[None])
    if compiled.sign * near.certificate.value <= allowed and near.certificate.feasible:
        return near
    certificate = _looked_at(compiled, proof.x, compiled.sign * proof.value, many.seed)
    return Found(
        x=proof.x,
        certificate=certificate,
        status=Status.FEASIBLE if certificate.feasible and certificate.finite else Status.FAILED,
        route="",
        solver={},
        reasons=(certificate.reason,) if certificate.reason else (),
    )


def _gap(effort: Effort, certificate: Certificate) -> float:
    """Return the gap that counts as closed: never less than the rounding of the value itself."""
    return max(effort.gap, 1e-12 * (1.0 + abs(certificate.value)))


def _status(certificate: Certificate, proof: Proof) -> Status:
    """Return what may be said of a point that only a proof speaks for."""
    agrees = all(check.passed for check in certificate.checks if check.name == "value re-evaluated")
    if proof.x is None or not (certificate.finite and certificate.feasible and agrees):
        return Status.FAILED
    if certificate.proved:
        return Status.PROVED_OPTIMAL
    return (
        Status.LIMIT_REACHED
        if proof.stopped in ("time", "nodes", "memory", "interrupted")
        else Status.FEASIBLE
    )
