"""The versions an answer was made with."""

from __future__ import annotations

import sys
from functools import cache
from importlib import metadata


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python, this package and what it stands on."""
    found = {"python": sys.version.split()[0]}
    for name in ("graphopt", "pytensor", "numpy", "scipy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found
