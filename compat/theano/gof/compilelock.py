"""The lock on the directory of compiled modules: it always opens, nothing shared is compiled into one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["force_unlock", "get_lock", "lock_ctx", "release_lock", "set_lock_status"]


@contextmanager
def lock_ctx(lock_dir: str | None = None, keep_lock: bool = False, **kwargs: Any) -> Iterator[None]:
    """Hold the lock for a while."""
    yield


def get_lock(lock_dir: str | None = None, **kwargs: Any) -> None:
    """Take the lock."""


def release_lock() -> None:
    """Give the lock back."""


def force_unlock() -> None:
    """Take the lock away from whoever holds it."""


def set_lock_status(use_lock: bool) -> None:
    """Switch locking on or off."""
