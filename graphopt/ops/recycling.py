"""Arrays that reuse the memory of results nobody holds any more.

Memory fresh from the system costs a page fault every 4 KB when it is first written: a third of the time of
a training step. An array from `empty` is a view of a block that its thread keeps; the block is handed out
again only when no array refers to it. A result that anyone still holds, or holds a view of, is therefore
never overwritten.
"""

from __future__ import annotations

import sys
import threading

import numpy as np

SMALLEST = 1 << 16  # bytes; malloc is good at what is smaller
LARGEST = 1 << 25
MOST = 1 << 27  # bytes a thread keeps at most
_MOST_ALIKE = 16


def _first_idle(blocks, idle):
    """Return the first block with `idle` references, or None."""
    for block in blocks:
        if sys.getrefcount(block) == idle:
            return block
    return None


def _references_of_an_idle_block() -> int | None:
    """Return how many references `_first_idle` sees to a block only its list holds; None without counts."""
    if not hasattr(sys, "getrefcount") or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    blocks = [np.empty(1)]
    return next((count for count in range(1, 8) if _first_idle(blocks, count) is not None), None)


_IDLE = _references_of_an_idle_block()


class _Blocks(threading.local):
    """The blocks of one thread by shape and dtype, the ones used last at the end."""

    def __init__(self):
        self.by_kind: dict[tuple, list[np.ndarray]] = {}
        self.size = 0


_blocks = _Blocks()


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an uninitialised C-ordered array, as ``numpy.empty`` does, in memory that is free for it."""
    size = np.dtype(dtype).itemsize
    for length in shape:
        size *= length
    if _IDLE is None or not SMALLEST <= size <= LARGEST:
        return np.empty(shape, dtype)
    kind = (shape, dtype)
    blocks = _blocks.by_kind.get(kind)
    if blocks is None:
        blocks = _blocks.by_kind[kind] = []
    block = _first_idle(blocks, _IDLE)
    if block is None:
        block = np.empty(shape, dtype)
        _keep(kind, blocks, block)
    return block.view()


def _keep(kind, blocks, block):
    """Keep `block` for later, and let go of the kinds that were made first when there is too much."""
    if len(blocks) == _MOST_ALIKE:
        _blocks.size -= blocks.pop(0).nbytes
    blocks.append(block)
    _blocks.size += block.nbytes
    by_kind = _blocks.by_kind
    by_kind[kind] = by_kind.pop(kind)
    while _blocks.size > MOST and len(by_kind) > 1:
        for dropped in by_kind.pop(next(iter(by_kind))):
            _blocks.size -= dropped.nbytes
