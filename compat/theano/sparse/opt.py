"""Rewrites of sparse expressions and the Ops they put in, by the names programs import."""

from __future__ import annotations

from typing import Any

import pytensor.sparse.rewriting as _rewriting

from .basic import _front

_OPS = [
    "AddSD_ccode",
    "StructuredDotCSC",
    "StructuredDotCSR",
    "UsmmCscDense",
    "CSMGradC",
    "MulSDCSC",
    "MulSDCSR",
    "MulSVCSR",
    "StructuredAddSVCSR",
    "SamplingDotCSR",
]
globals().update({name: _front(getattr(_rewriting, name), name) for name in _OPS})
__all__ = list(_OPS)


def __getattr__(name: str) -> Any:
    if not name.startswith("__") and hasattr(_rewriting, name):
        return getattr(_rewriting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
