"""Pieces of C code from which loops over arrays are made, for operations written in C."""

from __future__ import annotations

from pytensor.tensor.elemwise_cgen import (
    make_alloc,
    make_checks,
    make_declare,
    make_loop,
    make_reordered_loop,
)

from ... import names

__all__ = [
    "make_alloc",
    "make_checks",
    "make_declare",
    "make_loop",
    "make_reordered_loop",
]

__getattr__ = names.module_attributes(__name__)
