"""The operations of `theano.tensor.blas` in C, by the names programs import."""

from __future__ import annotations

import pytensor.tensor.blas_c as ptc

from ... import names
from .blas import _front, gemv_inplace, gemv_no_inplace, ger, ger_destructive

__all__ = [
    "CGemv",
    "CGer",
    "cgemv_inplace",
    "cgemv_no_inplace",
    "cger_inplace",
    "cger_no_inplace",
    "gemv_inplace",
    "gemv_no_inplace",
    "ger",
    "ger_destructive",
]

CGemv, CGer = _front(ptc.CGemv), _front(ptc.CGer)
cgemv_inplace, cgemv_no_inplace = CGemv(inplace=True), CGemv(inplace=False)
cger_inplace, cger_no_inplace = CGer(True), CGer(False)

__getattr__ = names.module_attributes(
    __name__, "pytensor.tensor.rewriting.blas_c", "pytensor.tensor.rewriting.blas", "pytensor.tensor.blas_c"
)
