"""`__builtin__`: the built-in names, Python 2's among them."""

from __future__ import annotations

import builtins
from typing import Any

from ...python2.scope import NAMES


def __getattr__(name: str) -> Any:
    if name in NAMES and not name.startswith("__"):
        return NAMES[name]
    return getattr(builtins, name)
