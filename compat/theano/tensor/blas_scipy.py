"""The rank-one update of a matrix by SciPy's BLAS, by the names programs import."""

from __future__ import annotations

from ... import names
from .blas import Ger, ger, ger_destructive, have_fblas

__all__ = ["ScipyGer", "ger", "ger_destructive", "have_fblas", "scipy_ger_inplace", "scipy_ger_no_inplace"]

ScipyGer, scipy_ger_inplace, scipy_ger_no_inplace = Ger, ger_destructive, ger

__getattr__ = names.module_attributes(__name__, "pytensor.tensor.rewriting.blas")
