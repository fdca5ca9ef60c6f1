"""The answer as a short block of text."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.reports.facts import constraint_rows, proof_facts, trust_facts

MAX_ELEMENTS = 8  # of one input that are written out; above, a summary
TICK = {True: "ok  ", False: "FAIL"}


def text(answer: Any) -> str:
    """Return `answer` as a few lines: what was found, where, and which checks passed.

    ::

        maximum 0.957535
        Local optimum: verified inside the bounds, with no direction that improves it.
          x = [0, 1]   lower, upper
          ok    inside the bounds: exactly
          ok    projected gradient: 0.0e+00, at most 2.0e-06
    """
    lines = [f"{word_for(answer)} {number(answer.fun)}", answer.message]
    for name, values in answer.x_named.items():
        lines.append(f"  {name} = {array_text(values)}{_bounds_text(answer.active_bounds[name])}")
    for name, values in answer.outputs.items():
        if np.size(values) > 1:
            lines.append(f"  {name} -> {array_text(values)}")
    lines += _constraint_lines(answer)
    if "worst_case" in answer:
        case, weights = answer.worst_case["case"], answer.worst_case["weights"]
        lines.append(f"  worst of {len(weights)} cases: case {case}; weights {array_text(weights)}")
    proof, trust = proof_facts(answer), trust_facts(answer)
    if proof:
        bounds = f"{number(proof['lower bound'])} to {number(proof['upper bound'])}"
        lines.append(f"  best of all points: {bounds}, gap {proof['gap']:.1e}, by {proof['method']}")
    if trust:
        inside = "within" if trust["within"] else "beyond"
        lines.append(
            f"  distance from the data ({trust['measure']}): {trust['distance']:.4g}, {inside} the limit "
            f"{trust['limit']:.4g}; price {trust['price']:.4g}"
        )
    lines += [f"  {TICK[check.passed]}  {check.name}: {check.detail}" for check in answer.certificate.checks]
    if len(answer.starts) > 1:
        lines.append(f"  {len(answer.starts)} starts, {answer.n_distinct} distinct optima")
    effort = f"{answer.nit} iterations, {answer.nfev} evaluations, {answer.seconds['total']:.3g} s"
    lines.append(f"  {answer.route}; {effort}")
    return "\n".join(lines)


def _constraint_lines(answer: Any) -> list[str]:
    """Return one line for each element of a constraint, those at a price first where there are many."""
    found = sorted(constraint_rows(answer), key=lambda row: not row["bound"])
    lines = []
    for row in found[:MAX_ELEMENTS]:
        name = row["name"] if row["index"] == () else f"{row['name']}[{_index_text(row['index'])}]"
        price = max(row["price_lower"], row["price_upper"])
        held = f"   ({row['bound']}, price {price:.4g})" if row["bound"] and price > 0 else ""
        lines.append(f"  {name} = {row['value']:.6g} {_limits_text(row['lower'], row['upper'])}{held}")
    if len(found) > MAX_ELEMENTS:
        more = sum(bool(row["bound"]) for row in found[MAX_ELEMENTS:])
        lines.append(f"  and {len(found) - MAX_ELEMENTS} more limits, {more} of them held")
    return lines


def _index_text(index: Any) -> str:
    """Return an index as people write it."""
    return ", ".join(map(str, index)) if isinstance(index, tuple) else str(index)


def _limits_text(lower: float, upper: float) -> str:
    """Return what a value is to be."""
    if lower == upper:
        return f"(equal to {lower:.6g})"
    if np.isinf(lower):
        return f"(at most {upper:.6g})"
    return f"(at least {lower:.6g})" if np.isinf(upper) else f"(between {lower:.6g} and {upper:.6g})"


def word_for(answer: Any) -> str:
    """Return what the value is called: a maximum or a minimum only if that was verified."""
    if not answer.success:
        return "value"
    return "maximum" if answer.sense == "maximize" else "minimum"


def number(value: float) -> str:
    """Return a number with the digits people read."""
    return f"{value:.10g}"


def array_text(values: Any) -> str:
    """Return an array on one line: its elements, or its shape and range where there are many."""
    values = np.asarray(values)
    if values.ndim == 0:
        return f"{float(values):.6g}"
    if values.size > MAX_ELEMENTS:
        shape = " x ".join(map(str, values.shape))
        return f"{shape} values from {values.min():.6g} to {values.max():.6g}"
    if values.ndim == 1:
        return "[" + ", ".join(f"{float(v) + 0.0:.6g}" for v in values) + "]"
    return "[" + ", ".join(array_text(row) for row in values) + "]"


def _bounds_text(active: np.ndarray) -> str:
    """Return which bounds are active, or how many where there are many elements."""
    active = np.asarray(active)
    if not (active != "").any():
        return ""
    if active.size <= MAX_ELEMENTS:
        return "   (" + ", ".join(str(side) or "free" for side in active.ravel()) + ")"
    counts = {side: int((active == side).sum()) for side in ("lower", "upper", "fixed")}
    return "   (" + ", ".join(f"{count} at {side}" for side, count in counts.items() if count) + ")"
