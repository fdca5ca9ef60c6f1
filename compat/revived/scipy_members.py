"""Functions that SciPy has dropped and that are more than another name."""

from __future__ import annotations

from typing import Any

import numpy as np


def binom_test(x: Any, n: Any = None, p: float = 0.5, alternative: str = "two-sided") -> float:
    """Return the p-value of `x` successes in `n` trials."""
    from scipy.stats import binomtest

    if np.ndim(x):
        x, n = int(x[0]), int(x[0] + x[1])
    return binomtest(int(x), int(n), p, alternative).pvalue


def itemfreq(a: Any) -> np.ndarray:
    """Return rows of each item of `a` and how often it is there."""
    items, counts = np.unique(np.ravel(a), return_counts=True)
    return np.array([items, counts]).T
