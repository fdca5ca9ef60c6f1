"""fissix, the parser of Python 2: imported when a file needs it, an extra of this distribution."""

from __future__ import annotations

try:
    from fissix import pygram, pytree
    from fissix.pgen2 import driver, parse, token, tokenize
except ImportError:
    raise ImportError(
        'Reading Python 2 needs fissix, which is not installed. Install it with: pip install "graphopt[port]"'
    ) from None

__all__ = ["driver", "parse", "pygram", "pytree", "token", "tokenize"]
