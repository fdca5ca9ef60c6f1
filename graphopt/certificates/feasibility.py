"""Whether a point is inside its box, exactly, and keeps its constraints, as far as a breach counts."""

from __future__ import annotations

import numpy as np

from graphopt.problem.compiled_constraints import CompiledConstraints


def worst_breach(x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[float, int]:
    """Return the largest breach of a bound and the flat index of its element: (0.0, -1) inside the box.

    A coordinate that is NaN breaches its bounds by infinity.
    """
    breach = np.maximum(np.maximum(lower - x, x - upper), 0.0)
    breach = np.where(np.isnan(x), np.inf, breach)
    if not breach.any():
        return 0.0, -1
    worst = int(np.argmax(breach))
    return float(breach[worst]), worst


def rows_kept(rows: CompiledConstraints, values: np.ndarray) -> tuple[bool, str]:
    """Return whether no row with these values, (m,), is breached by more than is allowed, and how far: the
    largest breach of all, or the row that is breached most for its scale.
    """
    breaches = rows.breaches(values)
    if np.all(breaches <= rows.allowed):
        return True, f"largest breach {np.max(breaches, initial=0.0):.1e}"
    worst = int(np.argmax(breaches / rows.allowed))
    if np.isnan(values[worst]):
        return False, f"{rows.names[worst]!r} is NaN here"
    return False, (
        f"{rows.names[worst]!r} is breached by {breaches[worst]:.3g}, more than the "
        f"{rows.allowed[worst]:.1e} that counts as none"
    )
