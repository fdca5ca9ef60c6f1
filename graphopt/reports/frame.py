"""The answer as a pandas table: one row per scalar decision and per limit."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import missing_extra
from graphopt.reports.facts import constraint_rows, proof_facts, trust_facts


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return one dict per scalar decision: name, index, value, gradient, active bound and multipliers."""
    table, position = [], 0
    for name, values in answer.x_named.items():
        marks, costs = answer.active_bounds[name], answer.multipliers[name]
        for index in np.ndindex(values.shape):
            table.append(
                {
                    "name": name,
                    "index": index[0] if len(index) == 1 else index,
                    "value": float(values[index]),
                    "gradient": float(answer.jac[position]),
                    "bound": str(marks[index]),
                    "multiplier_lower": float(costs["lower"][index]),
                    "multiplier_upper": float(costs["upper"][index]),
                }
            )
            position += 1
    return table


def frame(answer: Any) -> Any:
    """Return the rows of `answer` as a pandas.DataFrame, decisions first, then constraints.

    Rows of constraints have ``kind`` ``"constraint"`` and their limits; their multipliers are the prices of
    the limits. ``frame.attrs["proof"]`` and ``frame.attrs["trust"]`` are there if the answer has a proof or a
    guard.

    Raises
    ------
    MissingExtra
        If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise missing_extra("pandas", "data") from error
    table = [{"kind": "decision", **row} for row in rows(answer)] if answer.constraints else rows(answer)
    for row in constraint_rows(answer):
        prices = {f"multiplier_{side}": row.pop(f"price_{side}") for side in ("lower", "upper")}
        table.append({"kind": "constraint", **row, **prices})
    found = pandas.DataFrame(table)
    facts = {"proof": proof_facts(answer), "trust": trust_facts(answer)}
    found.attrs.update({name: values for name, values in facts.items() if values})
    return found
