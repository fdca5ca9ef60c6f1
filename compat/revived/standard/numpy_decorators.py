"""`numpy.testing.decorators`: marks on tests, as pytest has them."""

from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any


def slow(test: Callable) -> Callable:
    return test


def setastest(tf: bool = True) -> Callable:
    return lambda test: test


def skipif(condition: Any, msg: str = "") -> Callable:
    return unittest.skipIf(condition() if callable(condition) else condition, msg)


def knownfailureif(condition: Any, msg: str = "") -> Callable:
    return unittest.skipIf(condition() if callable(condition) else condition, msg or "known to fail")
