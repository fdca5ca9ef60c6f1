"""What an answer knows beyond its decisions, as rows: constraints, the proof, the distance from the data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np


def constraint_rows(answer: Any) -> list[dict[str, Any]]:
    """Return one dict per element of a constraint: name, index, value, limits, which one holds it, prices,
    and its scale.

    ``bound`` is ``"lower"``, ``"upper"``, ``"fixed"`` for an equality, or ``""`` where the limits have a
    price of zero. Prices are NaN where none are known, as for whole numbers.
    """
    table = []
    for name, found in answer.constraints.items():
        unknown = np.full(np.shape(found["value"]), np.nan)
        low_price, high_price = found.get("lower_price", unknown), found.get("upper_price", unknown)
        for index in np.ndindex(np.shape(found["value"])):
            low, high = float(found["lower"][index]), float(found["upper"][index])
            prices = float(low_price[index]), float(high_price[index])
            held = "lower" if prices[0] > 0 else "upper" if prices[1] > 0 else ""
            table.append(
                {
                    "name": name,
                    "index": index[0] if len(index) == 1 else index,
                    "value": float(found["value"][index]),
                    "lower": low,
                    "upper": high,
                    "bound": "fixed" if low == high else held,
                    "price_lower": prices[0],
                    "price_upper": prices[1],
                    "scale": float(found["scale"][index]),
                }
            )
    return table


def proof_facts(answer: Any) -> dict[str, Any]:
    """Return what was proved about all points: bounds of the best objective, gap, method, boxes or points
    looked at, and whether the gap is closed; empty where nothing was proved.
    """
    certificate = answer.certificate
    if not (np.isfinite(certificate.lower_bound) or np.isfinite(certificate.upper_bound)):
        return {}
    return {
        "lower bound": certificate.lower_bound,
        "upper bound": certificate.upper_bound,
        "gap": certificate.gap,
        "closed": certificate.proved,
        "method": certificate.method,
        "nodes": certificate.nodes,
    }


def trust_facts(answer: Any) -> dict[str, Any]:
    """Return how far the answer is from the data and what keeping near costs; empty without a guard."""
    trust = answer.get("trust")
    return {} if trust is None else {name.replace("_", " "): value for name, value in asdict(trust).items()}
