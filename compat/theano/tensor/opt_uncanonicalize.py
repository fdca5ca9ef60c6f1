"""Rewrites that undo what canonical form made slower, by the names programs import."""

from __future__ import annotations

from pytensor.tensor.rewriting.basic import local_dimshuffle_alloc
from pytensor.tensor.rewriting.uncanonicalize import (
    local_alloc_dimshuffle,
    local_dimshuffle_subtensor,
    local_max_to_min,
    local_reshape_dimshuffle,
)

from ... import names

__all__ = [
    "local_alloc_dimshuffle",
    "local_dimshuffle_alloc",
    "local_dimshuffle_subtensor",
    "local_max_to_min",
    "local_reshape_dimshuffle",
]

__getattr__ = names.module_attributes(__name__)
