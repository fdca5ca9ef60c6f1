"""The language's built-in functions for numba: pointers, BLAS, and polynomials that LLVM vectorises.

The polynomials are those of `c_math`; see there for their origin.
"""

from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.linalg import ensure_blas

from .c_math import EXP_F32, EXP_F64
from .language import FLOAT_FUNCTIONS

_OPTIONS = {"error_model": "numpy", "fastmath": {"contract"}}
f64, f32, i64, i32, u8 = np.float64, np.float32, np.int64, np.int32, np.uint8
inf, nan = np.inf, np.nan


@intrinsic
def moved(typing, pointer, offset):
    """Return `pointer` moved by `offset` elements."""

    def generate(context, builder, signature, arguments):
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, types.int64), generate


def _pointer_cast(element):
    @intrinsic
    def cast(typing, address):
        kind = types.CPointer(element)

        def generate(context, builder, signature, arguments):
            return builder.inttoptr(arguments[0], context.get_value_type(kind))

        return kind(types.int64), generate

    return cast


pointer_f64p, pointer_f32p = _pointer_cast(types.float64), _pointer_cast(types.float32)
pointer_i64p, pointer_i32p = _pointer_cast(types.int64), _pointer_cast(types.int32)
pointer_u8p = _pointer_cast(types.uint8)


def _bitcast(source, target):
    @intrinsic
    def cast(typing, value):
        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], context.get_value_type(target))

        return target(source), generate

    return cast


bits_as_f64, f64_as_bits = _bitcast(types.int64, types.float64), _bitcast(types.float64, types.int64)
_bits_as_f32, _f32_as_bits = _bitcast(types.int32, types.float32), _bitcast(types.float32, types.int32)


@intrinsic
def _blas_gemm(typing, kind, opa, opb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
    """Call dgemm or sgemm (column-major) through numba's own entry, which finds scipy's BLAS."""
    ensure_blas()
    integers = (types.int64,) * 3
    signature = types.void(
        types.int8,
        types.int8,
        types.int8,
        *integers,
        alpha,
        a,
        types.int64,
        b,
        types.int64,
        alpha,
        c,
        types.int64,
    )

    def generate(context, builder, signature, arguments):
        size = context.get_value_type(types.intp)
        byte, anything = ir.IntType(8), cgutils.voidptr_t
        function_type = ir.FunctionType(
            ir.IntType(32),
            [
                byte,
                byte,
                byte,
                size,
                size,
                size,
                anything,
                anything,
                size,
                anything,
                size,
                anything,
                anything,
                size,
            ],
        )
        function = cgutils.get_or_insert_function(builder.module, function_type, "numba_xxgemm")
        passed = list(arguments)
        for i in (6, 11):
            passed[i] = cgutils.alloca_once_value(builder, passed[i])
        for i in (6, 7, 9, 11, 12):
            passed[i] = builder.bitcast(passed[i], anything)
        builder.call(function, passed)
        return context.get_dummy_value()

    return signature, generate


def _blas(real, kind):
    @njit(**_OPTIONS)
    def gemm_ld(ta, tb, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc):
        if M <= 0 or N <= 0:
            return
        if M * N * K <= 128:
            for i in range(M):
                for j in range(N):
                    s = real(0)
                    for k in range(K):
                        a = A[k * lda + i] if ta else A[i * lda + k]
                        s += a * (B[j * ldb + k] if tb else B[k * ldb + j])
                    old = real(0) if beta == 0 else beta * C[i * ldc + j]
                    C[i * ldc + j] = alpha * s + old
            return
        opa, opb = np.int8(84 if ta else 78), np.int8(84 if tb else 78)  # "T", "N"
        _blas_gemm(
            np.int8(kind), opb, opa, i64(N), i64(M), i64(K), alpha, B, i64(max(ldb, 1)), A,
            i64(max(lda, 1)), beta, C, i64(ldc),
        )  # fmt: skip

    @njit(**_OPTIONS)
    def gemm(ta, tb, M, N, K, alpha, A, B, beta, C):
        gemm_ld(ta, tb, M, N, K, alpha, A, M if ta else K, B, K if tb else N, beta, C, N)

    @njit(**_OPTIONS)
    def gemv(trans, M, N, alpha, A, x, beta, y):
        if trans:
            gemm_ld(0, 0, 1, N, M, alpha, x, M, A, N, beta, y, N)
        else:
            gemm_ld(0, 1, 1, M, N, alpha, x, N, A, N, beta, y, M)

    return gemm, gemm_ld, gemv


def _elementary(
    real,
    whole,
    to_bits,
    from_bits,
    coefficients,
    *,
    magic,
    mantissa,
    bias,
    log2e,
    high,
    low,
    exp_low,
    exp_high,
    expm1_low,
):
    """Return exp, expm1, tanh, sigmoid, softplus for one float type."""
    c = tuple(real(v) for v in reversed(coefficients))
    magic, log2e, high, low = real(magic), real(log2e), real(high), real(low)
    one, two, half = real(1), real(2), real(0.5)
    bias, mantissa, one_bit = whole(bias), whole(mantissa), whole(1)
    exp_low, exp_high, expm1_low = real(exp_low), real(exp_high), real(expm1_low)

    @njit(**_OPTIONS)
    def reduced(r):
        q = c[0]
        for a in c[1:]:
            q = q * r + a
        return r + r * r * q

    @njit(**_OPTIONS)
    def exp(x):
        x = exp_low if x < exp_low else x
        x = exp_high if x > exp_high else x
        n = (x * log2e + magic) - magic
        r = (x - n * high) - n * low
        first = n * half + magic
        rest = (n - (first - magic)) + magic
        a = from_bits(whole((to_bits(first) + bias) << mantissa))
        b = from_bits(whole((to_bits(rest) + bias) << mantissa))
        return ((one + reduced(r)) * a) * b

    @njit(**_OPTIONS)
    def core(x):
        t = x * log2e + magic
        n = t - magic
        r = (x - n * high) - n * low
        scale = from_bits(whole((to_bits(t) + (bias - one_bit)) << mantissa))
        return two * (scale * reduced(r) + (scale - half))

    @njit(**_OPTIONS)
    def expm1(x):
        y = expm1_low if x < expm1_low else x
        return real(math.copysign(core(exp_high if y > exp_high else y), x))

    @njit(**_OPTIONS)
    def tanh(x):
        y = -two * abs(x)
        m = core(expm1_low if y < expm1_low else y)
        return real(math.copysign(m / (two + m), x))

    @njit(**_OPTIONS)
    def sigmoid(x):
        e = exp(-abs(x))
        return (e if x < 0 else one) / (one + e)

    @njit(**_OPTIONS)
    def softplus(x):
        return (x if x > 0 else real(0)) + real(math.log1p(exp(-abs(x))))

    return {"exp": exp, "expm1": expm1, "tanh": tanh, "sigmoid": sigmoid, "softplus": softplus}


_LIBM = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh",
    "arctan2": "atan2", "gammaln": "lgamma",
}  # fmt: skip
_NUMPY = (
    "sqrt",
    "floor",
    "ceil",
    "rint",
    "trunc",
    "exp2",
    "cbrt",
    "log",
    "log2",
    "log10",
    "log1p",
    "fmod",
    "copysign",
    "hypot",
    "arctan2",
)


def _functions(kind, real):
    """Return every built-in function of type `kind` by its name in printed kernels."""
    table: dict = {}
    for name, count in FLOAT_FUNCTIONS.items() if kind != "i64" else ():
        source = getattr(np, name) if name in _NUMPY else getattr(math, _LIBM.get(name, name), None)
        if source is not None:
            table[name] = _rounded(source, real, count)

    @njit(**_OPTIONS)
    def where(c, a, b):
        return a if c else b

    @njit(**_OPTIONS)
    def maximum(a, b):
        return a if a >= b or a != a else b

    @njit(**_OPTIONS)
    def minimum(a, b):
        return a if a <= b or a != a else b

    @njit(**_OPTIONS)
    def sign(x):
        return real(1) if x > 0 else real(-1) if x < 0 else x if x != x else real(0)

    @njit(**_OPTIONS)
    def power(x, n):
        result, square, left = real(1), x, abs(n)
        while left > 0:
            if left & 1:
                result = result * square
            square = square * square
            left >>= 1
        return real(1) / result if n < 0 else result

    @njit(**_OPTIONS)
    def power_whole(x, n):
        result = real(1)
        for _ in range(n):
            result = result * x
        return result

    @njit(**_OPTIONS)
    def absolute(x):
        return real(abs(x))

    @njit(**_OPTIONS)
    def isnan(x):
        return x != x

    @njit(**_OPTIONS)
    def isinf(x):
        return abs(x) == inf

    @njit(**_OPTIONS)
    def isfinite(x):
        return abs(x) < inf

    @njit(**_OPTIONS)
    def cbrt(x):
        y = np.cbrt(f64(x))  # a power of 1/3 in numba, off by 1e-14 far from 1: one Newton step mends it
        square = y * y
        return real(y - (y * square - x) / (3.0 * square)) if 0.0 < square < inf else real(y)

    if kind != "i64":
        table["cbrt"] = cbrt
    table |= {"where": where, "maximum": maximum, "minimum": minimum, "sign": sign, "abs": absolute}
    table |= {"isnan": isnan, "isinf": isinf, "isfinite": isfinite}
    table["power"] = power_whole if kind == "i64" else power
    if kind == "f64":
        table |= _elementary(
            f64, i64, f64_as_bits, bits_as_f64, EXP_F64, magic=2.0**52 * 1.5, mantissa=52, bias=1023,
            log2e=float.fromhex("0x1.71547652b82fep0"),
            high=float.fromhex("0x1.62e42fee00000p-1"), low=float.fromhex("0x1.a39ef35793c76p-33"),
            exp_low=-746.0, exp_high=710.0, expm1_low=-60.0,
        )  # fmt: skip
    if kind == "f32":
        table |= _elementary(
            f32, i32, _f32_as_bits, _bits_as_f32, EXP_F32, magic=2.0**23 * 1.5, mantissa=23, bias=127,
            log2e=float.fromhex("0x1.715476p0"),
            high=0.693359375, low=-2.12194440e-4, exp_low=-104.0, exp_high=89.0, expm1_low=-30.0,
        )  # fmt: skip
    return {f"{name}_{kind}": function for name, function in table.items()}


def _rounded(function, real, count):
    if count == 1:

        @njit(**_OPTIONS)
        def call(x):
            return real(function(x))
    else:

        @njit(**_OPTIONS)
        def call(x, y):
            return real(function(x, y))

    return call


FUNCTIONS: dict = {**_functions("f64", f64), **_functions("f32", f32), **_functions("i64", i64)}
for _kind, _real, _letter in (("f64", f64, ord("d")), ("f32", f32, ord("s"))):
    FUNCTIONS |= dict(zip((f"gemm_{_kind}", f"gemm_ld_{_kind}", f"gemv_{_kind}"), _blas(_real, _letter)))
FUNCTIONS |= {
    "f64": f64, "f32": f32, "i64": i64, "i32": i32, "u8": u8, "inf": inf, "nan": nan,
    "moved": moved, "bits_as_f64": bits_as_f64,
    "pointer_f64p": pointer_f64p, "pointer_f32p": pointer_f32p, "pointer_i64p": pointer_i64p,
    "pointer_i32p": pointer_i32p, "pointer_u8p": pointer_u8p, "njit": njit, "types": types,
}  # fmt: skip
