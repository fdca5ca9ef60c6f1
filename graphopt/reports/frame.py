"""The answer as a pandas table: one row per scalar decision."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphopt.errors import missing_extra


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
    """Return the rows of `answer` as a pandas.DataFrame.

    Raises
    ------
    MissingExtra
        If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise missing_extra("pandas", "data") from error
    return pandas.DataFrame(rows(answer))
