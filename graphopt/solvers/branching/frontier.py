"""The open boxes of a search, best bound first, in arrays that grow."""

from __future__ import annotations

import heapq
from collections.abc import Mapping

import numpy as np


class Frontier:
    """A heap of boxes: each a bound and one row in every column.

    Parameters
    ----------
    columns : mapping from name to (width, dtype)
        What is kept of a box beside its bound; a column is an array (boxes, width).
    """

    def __init__(self, columns: Mapping[str, tuple[int, type]]) -> None:
        self._columns: dict[str, np.ndarray] = {
            name: np.empty((64, width), dtype) for name, (width, dtype) in columns.items()
        }
        self._heap: list[tuple[float, int]] = []
        self._free = list(range(63, -1, -1))

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def lower_bound(self) -> float:
        """The least bound of an open box; inf if there is none."""
        return self._heap[0][0] if self._heap else np.inf

    @property
    def bytes(self) -> int:
        """What the open boxes need, in bytes."""
        row = sum(column.itemsize * column.shape[1] for column in self._columns.values())
        return len(self._heap) * (row + 100)

    def push(self, bounds: np.ndarray, **rows: np.ndarray) -> None:
        """Add boxes: `bounds` (B,) and for every column its rows (B, width)."""
        while len(self._free) < len(bounds):
            self._grow()
        slots = [self._free.pop() for _ in range(len(bounds))]
        for name, column in self._columns.items():
            column[slots] = rows[name]
        for item in zip(bounds.tolist(), slots, strict=True):
            heapq.heappush(self._heap, item)

    def pop(self, count: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Remove and return the `count` best boxes, or all if there are fewer: bounds and rows."""
        items = [heapq.heappop(self._heap) for _ in range(min(count, len(self._heap)))]
        slots = [slot for _, slot in items]
        rows = {name: column[slots] for name, column in self._columns.items()}
        self._free += slots
        return np.array([bound for bound, _ in items]), rows

    def discard(self, level: float) -> float:
        """Remove the boxes whose bound is `level` or more and return the least of their bounds; else inf."""
        kept = [item for item in self._heap if item[0] < level]
        if len(kept) == len(self._heap):
            return np.inf
        gone = [item for item in self._heap if not item[0] < level]
        self._free += [slot for _, slot in gone]
        heapq.heapify(kept)
        self._heap = kept
        return min(bound for bound, _ in gone)

    def _grow(self) -> None:
        """Double the columns."""
        for name, column in self._columns.items():
            self._columns[name] = np.concatenate([column, np.empty_like(column)])
        size = len(self._columns[name])
        self._free += range(size - 1, size // 2 - 1, -1)
