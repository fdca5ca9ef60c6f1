"""Runs a kernel as plain Python on NumPy scalars: slow, the standard for the compiled ones."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from .explicit import explicit_source
from .language import parse

_NUMPY = (
    "exp", "log", "log1p", "expm1", "sqrt", "tanh", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh",
    "cosh", "arcsinh", "arccosh", "arctanh", "floor", "ceil", "rint", "trunc", "exp2", "log2", "log10",
    "cbrt",
    "arctan2", "hypot", "fmod", "copysign", "isnan", "isinf", "isfinite",
)  # fmt: skip
_FUNCTIONS = {
    **{
        name: getattr(np, name)
        for name in _NUMPY
    },
    # NumPy's power of two scalars says (-inf) ** 0.5 is nan; of arrays, as C99 does, inf.
    "pow": lambda x, y: np.power(np.array([x]), np.array([y]))[0],
    "erf": special.erf, "erfc": special.erfc, "gamma": special.gamma, "gammaln": special.gammaln,
    "abs": np.abs, "sign": np.sign, "maximum": np.maximum, "minimum": np.minimum, "sigmoid": special.expit,
    "softplus": lambda x: np.logaddexp(x, type(x)(0)),
}  # fmt: skip


def run_reference(source: str, entry: str) -> Callable:
    """Return function `entry` of kernel `source` as plain Python: same arguments, same results, no compiler.

    Raises
    ------
    CompileError
        As `build` does, when the text is not in the language.
    """
    module = parse(source, entry)
    function = module.functions[entry]
    casts = {"f64": np.float64, "f32": np.float32, "i64": int, "i32": np.int32, "u8": np.uint8}
    names: dict = {**casts, "inf": math.inf, "nan": math.nan}
    for kind, real in (("f64", np.float64), ("f32", np.float32), ("i64", int)):
        names |= {f"{name}_{kind}": _typed(f, real) for name, f in _FUNCTIONS.items()}
        names |= {f"where_{kind}": lambda c, a, b: a if c else b, f"power_{kind}": lambda x, n: x**n}
        names |= {f"gemm_{kind}": gemm, f"gemm_ld_{kind}": gemm_ld, f"gemv_{kind}": gemv}
    exec(compile(explicit_source(module), f"<kernel {entry}>", "exec"), names)
    plain = names[f"f_{entry}"]

    def run(*arguments):
        with np.errstate(all="ignore"):
            result = plain(
                *(a if k.endswith("p") else casts[k](a) for a, (_, k) in zip(arguments, function.parameters))
            )
        return None if function.returns == "None" else (int if function.returns == "i64" else float)(result)

    return run


def _typed(function, real):
    def call(*arguments):
        result = function(*arguments)
        return bool(result) if isinstance(result, (bool, np.bool_)) else real(result)

    return call


def gemm(transA, transB, M, N, K, alpha, A, B, beta, C) -> None:
    """Write ``alpha op(A) op(B) + beta C`` into `C`; all row-major and flat."""
    gemm_ld(transA, transB, M, N, K, alpha, A, M if transA else K, B, K if transB else N, beta, C, N)


def gemm_ld(transA, transB, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc) -> None:
    """Do as `gemm`, with the distance of rows in each matrix."""
    a = _rows(A, K, M, lda).T if transA else _rows(A, M, K, lda)
    b = _rows(B, N, K, ldb).T if transB else _rows(B, K, N, ldb)
    c = _rows(C, M, N, ldc)
    c[...] = alpha * (a @ b) + (beta * c if beta != 0 else 0)


def gemv(trans, M, N, alpha, A, x, beta, y) -> None:
    """Write ``alpha op(A) x + beta y`` into `y`, with A (M, N) row-major."""
    a = _rows(A, M, N, N)
    a = a.T if trans else a
    y = y.reshape(-1)[: a.shape[0]]
    y[...] = alpha * (a @ x.reshape(-1)[: a.shape[1]]) + (beta * y if beta != 0 else 0)


def _rows(buffer, rows, columns, stride):
    return np.lib.stride_tricks.as_strided(
        buffer, (rows, columns), (stride * buffer.itemsize, buffer.itemsize), writeable=buffer.flags.writeable
    )
