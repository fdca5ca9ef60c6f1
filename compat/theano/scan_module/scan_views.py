"""`map`, `reduce`, `foldl` and `foldr`: loops of a usual form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .scan import scan

__all__ = ["foldl", "foldr", "map", "reduce"]


def map(
    fn: Callable,
    sequences: Any,
    non_sequences: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Return `fn` of each row of `sequences`, and the updates; see `scan` for the arguments."""
    return scan(
        fn=fn,
        sequences=sequences,
        outputs_info=[],
        non_sequences=non_sequences,
        truncate_gradient=truncate_gradient,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )


def reduce(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Return what the last step made of the states in `outputs_info`, and the updates; see `scan`."""
    results, updates = scan(
        fn=fn,
        sequences=sequences,
        outputs_info=outputs_info,
        non_sequences=non_sequences,
        go_backwards=go_backwards,
        truncate_gradient=-1,
        mode=mode,
        name=name,
    )
    last = [x[-1] for x in results] if isinstance(results, list | tuple) else results[-1]
    return last, updates


def foldl(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Return the result of folding `sequences` from the left, and the updates; see `reduce`."""
    return reduce(fn, sequences, outputs_info, non_sequences, go_backwards=False, mode=mode, name=name)


def foldr(
    fn: Callable,
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple:
    """Return the result of folding `sequences` from the right, and the updates; see `reduce`."""
    return reduce(fn, sequences, outputs_info, non_sequences, go_backwards=True, mode=mode, name=name)
