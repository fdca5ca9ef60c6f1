"""Whether a point is inside its box, exactly."""

from __future__ import annotations

import numpy as np


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
