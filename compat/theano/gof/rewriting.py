"""Whether graphs are being rewritten, when no test values are wanted and types may narrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..configdefaults import config
from ..configparser import change_flags

__all__ = ["graphs_are_rewritten", "rewriting"]

_active: ContextVar[bool] = ContextVar("rewriting", default=False)


def graphs_are_rewritten() -> bool:
    """Return whether a graph is being rewritten."""
    return _active.get()


@contextmanager
def rewriting() -> Iterator[None]:
    """Count what happens inside as rewriting; `config.compute_test_value_opt` is about its test values."""
    token = _active.set(True)
    try:
        with change_flags(compute_test_value=config.compute_test_value_opt):
            yield
    finally:
        _active.reset(token)
