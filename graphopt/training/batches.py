"""Which rows make up which batch: the order of an epoch, decided by a seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def epoch_order(n: int, seed: int, epoch: int) -> np.ndarray:
    """Return the order of `n` rows in `epoch` (from 0 on), which `seed` and `epoch` alone decide.

    A resumed run therefore sees the rows in the order of an unbroken one.
    """
    return np.random.default_rng([seed, epoch]).permutation(n)


def batch_sizes(n: int, batch_size: int) -> np.ndarray:
    """Return how many rows each batch of an epoch has: `batch_size`, and what is left for the last."""
    sizes = np.full(-(-n // batch_size), batch_size, dtype="int64")
    if n % batch_size:
        sizes[-1] = n % batch_size
    return sizes


def batches(n: int, batch_size: int, order: np.ndarray | None) -> Iterator[np.ndarray]:
    """Yield the rows of each batch of an epoch."""
    order = np.arange(n) if order is None else order
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]
