"""Products of matrices and vectors as BLAS does them. Expressions need no name from here: write `dot`."""

from __future__ import annotations

from typing import Any

import pytensor.tensor.blas as ptb
from pytensor.tensor.blas import GemmRelated
from pytensor.tensor.blas_headers import blas_header_text, blas_header_version

from ... import names
from ...front import Front, FrontOp
from ..gof.opt import EquilibriumOptimizer, Optimizer, in2out, local_optimizer
from ..scalar import bool as bool_t

__all__ = [
    "BatchedDot",
    "Dot22",
    "Dot22Scalar",
    "EquilibriumOptimizer",
    "Gemm",
    "GemmRelated",
    "Gemv",
    "Ger",
    "Optimizer",
    "batched_dot",
    "blas_header_text",
    "blas_header_version",
    "bool_t",
    "gemm",
    "gemm_inplace",
    "gemm_no_inplace",
    "gemv",
    "gemv_inplace",
    "gemv_no_inplace",
    "ger",
    "ger_destructive",
    "in2out",
    "ldflags",
    "local_optimizer",
    "res_is_a",
]


def _front(plain: type) -> type:
    """Return the front of one of PyTensor's operations: the same arguments, outputs of Theano's types."""

    def __init__(self: FrontOp, *args: Any, **kwargs: Any) -> None:
        self.stand_for(plain(*args, **kwargs))

    body = {"stands_for": plain, "__init__": __init__, "__module__": __name__, "__doc__": plain.__doc__}
    return Front(plain.__name__, (FrontOp, plain), body)


Gemm, Gemv, Ger = _front(ptb.Gemm), _front(ptb.Gemv), _front(ptb.Ger)
Dot22, Dot22Scalar, BatchedDot = _front(ptb.Dot22), _front(ptb.Dot22Scalar), _front(ptb.BatchedDot)

gemm_inplace, gemm_no_inplace = Gemm(inplace=True), Gemm(inplace=False)
gemv_inplace, gemv_no_inplace = Gemv(inplace=True), Gemv(inplace=False)
ger_destructive, ger = Ger(destructive=True), Ger(destructive=False)
gemm, gemv = gemm_no_inplace, gemv_no_inplace
_dot22, _dot22scalar, batched_dot = Dot22(), Dot22Scalar(), BatchedDot()

have_fblas = True


def ldflags(
    libs: bool = True, flags: bool = False, libs_dir: bool = False, include_dir: bool = False
) -> list[str]:
    """Return what a compiler needs to link BLAS, as far as PyTensor knows it."""
    return ptb.ldflags(libs, flags, libs_dir, include_dir)


def res_is_a(node: Any, op: Any, maxclients: int | None = None) -> bool:
    """Return whether a variable is made by `op` (or one of its class) and has few enough clients.

    `node` is the variable.
    """
    made_by = getattr(node.owner, "op", None)
    if made_by is None or not (isinstance(made_by, op) if isinstance(op, type) else made_by == op):
        return False
    return maxclients is None or len(getattr(node, "clients", ())) <= maxclients


__getattr__ = names.module_attributes(__name__, "pytensor.tensor.rewriting.blas", "pytensor.tensor.blas")
