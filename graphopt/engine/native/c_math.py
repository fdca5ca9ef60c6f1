"""The C text of the language's built-in functions, written so that compilers vectorise loops over them.

exp, expm1, log, log1p, sigmoid, tanh and softplus are branch-free: range reduction, a polynomial, and the
exponent put together as bits. libm's are scalar calls, 10 to 30 times slower in a loop. The rest is C99's
libm.

The coefficients interpolate ``(exp(r) - 1 - r) / r**2`` on ``|r| <= log(2)/2`` and ``(atanh(s)/s - 1)/s**2``
on ``s**2 <= 0.0295`` at Chebyshev nodes (computed with 50 digits); the truncation error is below 0.1 ulp.
Reduction by log(2) in two parts: W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980.

Rounding to an integer adds and subtracts 1.5 * 2**52 (2**23 for float32): the integer then stands in the low
bits. This and the two-part constants need the compiler to keep the order of additions: never
-fassociative-math.
"""

from __future__ import annotations

_TEMPLATE = r"""
INLINE @U@ bits_@T@(@R@ x) { @U@ b; __builtin_memcpy(&b, &x, sizeof b); return b; }
INLINE @R@ real_@T@(@U@ b) { @R@ x; __builtin_memcpy(&x, &b, sizeof x); return x; }
INLINE @R@ abs_@T@(@R@ x) { return __builtin_fabs@S@(x); }
INLINE @R@ copysign_@T@(@R@ x, @R@ y) { return __builtin_copysign@S@(x, y); }
INLINE int isnan_@T@(@R@ x) { return x != x; }
INLINE int isinf_@T@(@R@ x) { return abs_@T@(x) > @MAX@; }
INLINE int isfinite_@T@(@R@ x) { return abs_@T@(x) <= @MAX@; }
INLINE @R@ where_@T@(int c, @R@ a, @R@ b) { return c ? a : b; }
INLINE @R@ maximum_@T@(@R@ a, @R@ b) { return ((a >= b) | (a != a)) ? a : b; }
INLINE @R@ minimum_@T@(@R@ a, @R@ b) { return ((a <= b) | (a != a)) ? a : b; }
INLINE @R@ sign_@T@(@R@ x) { return x > 0 ? (@R@)1 : x < 0 ? (@R@)-1 : x != x ? x : (@R@)0; }

/* exp(r) - 1 for |r| <= log(2)/2 */
INLINE @R@ expm1_reduced_@T@(@R@ r) { return r + r * r * (@EXP_POLYNOMIAL@); }

/* exp(x): x = n log(2) + r; 2**n is applied in two factors, so that subnormal results round once and
   large ones overflow to inf. Comparisons with NaN are false: NaN passes the clamps and comes out. */
INLINE @R@ exp_@T@(@R@ x)
{
    x = x < @EXP_LOW@ ? @EXP_LOW@ : x;
    x = x > @EXP_HIGH@ ? @EXP_HIGH@ : x;
    const @R@ n = (x * @LOG2E@ + @MAGIC@) - @MAGIC@;
    const @R@ r = (x - n * @LN2_HIGH@) - n * @LN2_LOW@;
    const @R@ half = n * @HALF@ + @MAGIC@;
    const @R@ rest = (n - (half - @MAGIC@)) + @MAGIC@;
    const @R@ first = real_@T@((bits_@T@(half) + @BIAS@) << @MANTISSA@);
    const @R@ second = real_@T@((bits_@T@(rest) + @BIAS@) << @MANTISSA@);
    const @R@ p = @ONE@ + expm1_reduced_@T@(r);
    return (p * first) * second;
}

/* exp(x) for x <= 0 or NaN; results below the smallest normal number are 0, so that one factor is enough */
INLINE @R@ exp_negative_@T@(@R@ x)
{
    const int below = x < @EXP_NORMAL@;
    const @R@ t = x * @LOG2E@ + @MAGIC@;
    const @R@ n = t - @MAGIC@;
    const @R@ r = (x - n * @LN2_HIGH@) - n * @LN2_LOW@;
    const @R@ scale = real_@T@((bits_@T@(t) + @BIAS@) << @MANTISSA@);
    return below ? @ZERO@ : scale + scale * expm1_reduced_@T@(r);
}

/* exp(x) - 1 without cancellation near 0; 2**(n - 1) so that n = 0 subtracts exactly and
   n = @EXPONENT_MAX@ is finite */
INLINE @R@ expm1_core_@T@(@R@ x)
{
    const @R@ t = x * @LOG2E@ + @MAGIC@;
    const @R@ n = t - @MAGIC@;
    const @R@ r = (x - n * @LN2_HIGH@) - n * @LN2_LOW@;
    const @R@ scale = real_@T@((bits_@T@(t) + (@BIAS@ - 1)) << @MANTISSA@);
    return @TWO@ * (scale * expm1_reduced_@T@(r) + (scale - @HALF@));
}
INLINE @R@ expm1_@T@(@R@ x)
{
    const @R@ y = x < @EXPM1_LOW@ ? @EXPM1_LOW@ : x;
    return copysign_@T@(expm1_core_@T@(y > @EXP_HIGH@ ? @EXP_HIGH@ : y), x);
}

/* exp(-|x|) is at most 1, so both tails keep their relative accuracy */
INLINE @R@ sigmoid_@T@(@R@ x)
{
    const @R@ e = exp_negative_@T@(-abs_@T@(x));
    return (x < 0 ? e : @ONE@) / (@ONE@ + e);
}

/* tanh|x| = -m / (2 + m) with m = expm1(-2|x|) */
INLINE @R@ tanh_@T@(@R@ x)
{
    const @R@ y = -@TWO@ * abs_@T@(x);
    const @R@ m = expm1_core_@T@(y < @EXPM1_LOW@ ? @EXPM1_LOW@ : y);
    return copysign_@T@(m / (@TWO@ + m), x);
}

/* log of a positive finite x: x = 2**k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), s = f / (2 + f),
   log(1 + f) = f - (f**2/2 - s (f**2/2 + R)), R = 2 (atanh(s) - s)/s;
   `correction` is added to the small end */
INLINE @R@ log_core_@T@(@R@ x, @R@ correction)
{
    const int tiny = x < @SMALLEST_NORMAL@;
    const @U@ b = bits_@T@(tiny ? x * @TINY_SCALE@ : x) + (@ONE_BITS@ - @SQRT_HALF_BITS@);
    const @U@ magic = bits_@T@(@MAGIC@);
    const @R@ k = (real_@T@(magic + (b >> @MANTISSA@)) - @MAGIC@) - (tiny ? @TINY_BIAS@ : @LOG_BIAS@);
    const @R@ f = real_@T@((b & @MANTISSA_MASK@) + @SQRT_HALF_BITS@) - @ONE@;
    const @R@ s = f / (@TWO@ + f);
    const @R@ z = s * s;
    const @R@ R = @TWO@ * z * (@LOG_POLYNOMIAL@);
    const @R@ h = @HALF@ * f * f;
    return k * @LN2_HIGH@ - ((h - (s * (h + R) + (k * @LN2_LOW@ + correction))) - f);
}
INLINE @R@ log_@T@(@R@ x)
{
    const @R@ y = log_core_@T@(x, @ZERO@);
    const @R@ edge = x == 0 ? -@INF@ : x < 0 ? @NAN@ : x;
    return ((x > 0) & (x <= @MAX@)) ? y : edge;
}
INLINE @R@ log1p_@T@(@R@ x)
{
    const @R@ u = @ONE@ + x;
    const @R@ lost = x > @ONE@ ? @ONE@ - (u - x) : x - (u - @ONE@);
    const @R@ y = log_core_@T@(u, lost / u);
    const @R@ edge = u == 0 ? -@INF@ : u < 0 ? @NAN@ : x;
    const @R@ v = ((u > 0) & (u <= @MAX@)) ? y : edge;
    return u == @ONE@ ? x : v;
}
INLINE @R@ softplus_@T@(@R@ x)
{
    const @R@ e = exp_negative_@T@(-abs_@T@(x));
    const @R@ u = @ONE@ + e;
    const @R@ lost = (e - (u - @ONE@)) / u;
    const @R@ y = u == @ONE@ ? e : log_core_@T@(u, lost);
    const @R@ v = @HALF@ * (x < @EXP_NORMAL@ ? @ZERO@ : x); /* v + |v| is max(x, 0) without a branch */
    return y + (v + abs_@T@(v));
}
"""

_LIBM_ONE = {
    "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos",
    "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh",
    "floor": "floor",
    "ceil": "ceil", "rint": "rint", "trunc": "trunc", "erf": "erf", "erfc": "erfc", "gamma": "tgamma",
    "exp2": "exp2", "log2": "log2", "log10": "log10", "cbrt": "cbrt",
}  # fmt: skip
_LIBM_TWO = {"arctan2": "atan2", "pow": "pow", "hypot": "hypot", "fmod": "fmod"}

_EXP_F64 = [
    "0x1.0000000000001p-1",
    "0x1.5555555555556p-3",
    "0x1.5555555553d37p-5",
    "0x1.11111111109a6p-7",
    "0x1.6c16c1789d1d7p-10",
    "0x1.a01a01a7cebcdp-13",
    "0x1.a019b8ca26fcfp-16",
    "0x1.71de0d85293b8p-19",
    "0x1.2891d4ffbb0f9p-22",
    "0x1.af390ba7e6f47p-26",
]
_EXP_F32 = ["0x1.0p-1", "0x1.5554dcp-3", "0x1.555518p-5", "0x1.120be2p-7", "0x1.6d117cp-10"]
_LOG_F64 = [
    "0.3333333333333335",
    "0.1999999999994911",
    "0.14285714313278464",
    "0.11111105519989603",
    "0.09091448013124151",
    "0.07665746225672265",
    "0.07309639561707107",
]
_LOG_F32 = ["0.33333343267440796f", "0.1999436616897583f", "0.14791055023670197f"]


EXP_F64 = tuple(float.fromhex(c) for c in _EXP_F64)
EXP_F32 = tuple(float.fromhex(c) for c in _EXP_F32)


def _horner(variable: str, coefficients: list[str]) -> str:
    text = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        text = f"({text}) * {variable} + {coefficient}"
    return text


_F64 = {
    "T": "f64", "R": "double", "U": "uint64_t", "S": "", "MAX": "DBL_MAX",
    "INF": "(double)INFINITY", "NAN": "(double)NAN",
    "ZERO": "0.0", "HALF": "0.5", "ONE": "1.0", "TWO": "2.0", "MAGIC": "0x1.8p52", "MANTISSA": "52",
    "BIAS": "UINT64_C(1023)", "EXPONENT_MAX": "1024", "LOG2E": "0x1.71547652b82fep0",
    "LN2_HIGH": "0x1.62e42fee00000p-1", "LN2_LOW": "0x1.a39ef35793c76p-33",
    "EXP_LOW": "-746.0", "EXP_HIGH": "710.0", "EXP_NORMAL": "-708.0", "EXPM1_LOW": "-60.0",
    "SMALLEST_NORMAL": "DBL_MIN", "TINY_SCALE": "0x1p54", "TINY_BIAS": "1077.0", "LOG_BIAS": "1023.0",
    "ONE_BITS": "UINT64_C(0x3ff0000000000000)", "SQRT_HALF_BITS": "UINT64_C(0x3fe6a09e667f3bcd)",
    "MANTISSA_MASK": "UINT64_C(0x000fffffffffffff)",
    "EXP_POLYNOMIAL": _horner("r", _EXP_F64), "LOG_POLYNOMIAL": _horner("z", _LOG_F64),
}  # fmt: skip
_F32 = {
    "T": "f32", "R": "float", "U": "uint32_t", "S": "f", "MAX": "FLT_MAX", "INF": "INFINITY", "NAN": "NAN",
    "ZERO": "0.0f", "HALF": "0.5f", "ONE": "1.0f", "TWO": "2.0f", "MAGIC": "0x1.8p23f", "MANTISSA": "23",
    "BIAS": "UINT32_C(127)", "EXPONENT_MAX": "128", "LOG2E": "0x1.715476p0f",
    "LN2_HIGH": "0.693359375f", "LN2_LOW": "-2.12194440e-4f",
    "EXP_LOW": "-104.0f", "EXP_HIGH": "89.0f", "EXP_NORMAL": "-87.0f", "EXPM1_LOW": "-30.0f",
    "SMALLEST_NORMAL": "FLT_MIN", "TINY_SCALE": "0x1p25f", "TINY_BIAS": "152.0f", "LOG_BIAS": "127.0f",
    "ONE_BITS": "UINT32_C(0x3f800000)", "SQRT_HALF_BITS": "UINT32_C(0x3f3504f3)",
    "MANTISSA_MASK": "UINT32_C(0x007fffff)",
    "EXP_POLYNOMIAL": _horner("r", [c + "f" for c in _EXP_F32]), "LOG_POLYNOMIAL": _horner("z", _LOG_F32),
}  # fmt: skip

_INTEGERS = """
INLINE int64_t abs_i64(int64_t x) { return x < 0 ? -x : x; }
INLINE int64_t sign_i64(int64_t x) { return (x > 0) - (x < 0); }
INLINE int64_t maximum_i64(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int64_t minimum_i64(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t where_i64(int c, int64_t a, int64_t b) { return c ? a : b; }
"""

# Row-major C = op(A) op(B) is column-major C' = op(B)' op(A)': BLAS gets the operands in the other order,
# nothing is copied. Up to SMALL multiply-adds the loops cost no more than the call (OpenBLAS 0.3, Zen 4:
# level at 128, BLAS 2 to 5 times faster at 2000; a gemm of one row is as fast as gemv).
_BLAS = r"""
typedef void (*gemm_f64_t)(char *, char *, int *, int *, int *, double *, double *, int *, double *, int *,
                           double *, double *, int *);
typedef void (*gemm_f32_t)(char *, char *, int *, int *, int *, float *, float *, int *, float *, int *,
                           float *, float *, int *);
typedef void (*gemv_f64_t)(char *, int *, int *, double *, double *, int *, double *, int *,
                           double *, double *, int *);
typedef void (*gemv_f32_t)(char *, int *, int *, float *, float *, int *, float *, int *,
                           float *, float *, int *);
static void *blas_pointers[4];
EXPORT void graphopt_set_blas(void **pointers) { for (int i = 0; i < 4; i++) blas_pointers[i] = pointers[i]; }
"""
_BLAS_TYPED = r"""
static void gemm_loops_@T@(int64_t ta, int64_t tb, int64_t M, int64_t N, int64_t K, @R@ alpha,
                           const @R@ *restrict A, int64_t lda, const @R@ *restrict B, int64_t ldb, @R@ beta,
                           @R@ *restrict C, int64_t ldc)
{
    for (int64_t i = 0; i < M; i++) {
        @R@ *restrict c = C + i * ldc;
        if (beta == 0) for (int64_t j = 0; j < N; j++) c[j] = 0;
        else if (beta != 1) for (int64_t j = 0; j < N; j++) c[j] *= beta;
        if (!tb) {
            for (int64_t k = 0; k < K; k++) {
                const @R@ a = alpha * (ta ? A[k * lda + i] : A[i * lda + k]);
                const @R@ *restrict b = B + k * ldb;
                for (int64_t j = 0; j < N; j++) c[j] += a * b[j];
            }
        } else if (!ta) {
            const @R@ *restrict a = A + i * lda;
            for (int64_t j = 0; j < N; j++) {
                const @R@ *restrict b = B + j * ldb;
                @R@ s = 0;
                SUM_LOOP(s)
                for (int64_t k = 0; k < K; k++) s += a[k] * b[k];
                c[j] += alpha * s;
            }
        } else {
            for (int64_t j = 0; j < N; j++) {
                @R@ s = 0;
                for (int64_t k = 0; k < K; k++) s += A[k * lda + i] * B[j * ldb + k];
                c[j] += alpha * s;
            }
        }
    }
}
static void gemm_ld_@T@(int64_t ta, int64_t tb, int64_t M, int64_t N, int64_t K, @R@ alpha,
                        const @R@ *A, int64_t lda, const @R@ *B, int64_t ldb, @R@ beta, @R@ *C, int64_t ldc)
{
    const gemm_@T@_t call = (gemm_@T@_t)blas_pointers[@GEMM@];
    if (M <= 0 || N <= 0) return;
    if (!call || M * N * K <= SMALL_GEMM) {
        gemm_loops_@T@(ta, tb, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
        return;
    }
    char opa = ta ? 'T' : 'N', opb = tb ? 'T' : 'N';
    int m = (int)M, n = (int)N, k = (int)K, la = (int)lda, lb = (int)ldb, lc = (int)ldc;
    la = la > 0 ? la : 1; lb = lb > 0 ? lb : 1;
    call(&opb, &opa, &n, &m, &k, &alpha, (@R@ *)B, &lb, (@R@ *)A, &la, &beta, C, &lc);
}
static void gemm_@T@(int64_t ta, int64_t tb, int64_t M, int64_t N, int64_t K, @R@ alpha,
                     const @R@ *A, const @R@ *B, @R@ beta, @R@ *C)
{
    gemm_ld_@T@(ta, tb, M, N, K, alpha, A, ta ? M : K, B, tb ? K : N, beta, C, N);
}
static void gemv_@T@(int64_t trans, int64_t M, int64_t N, @R@ alpha, const @R@ *A, const @R@ *x,
                     @R@ beta, @R@ *y)
{
    const gemv_@T@_t call = (gemv_@T@_t)blas_pointers[@GEMV@];
    if (!call || M * N <= SMALL_GEMV || M <= 0 || N <= 0) {
        if (trans) gemm_loops_@T@(0, 0, 1, N, M, alpha, x, M, A, N, beta, y, N);
        else gemm_loops_@T@(0, 1, 1, M, N, alpha, x, N, A, N, beta, y, M);
        return;
    }
    char op = trans ? 'N' : 'T';
    int m = (int)M, n = (int)N, one = 1;
    call(&op, &n, &m, &alpha, (@R@ *)A, &n, (@R@ *)x, &one, &beta, y, &one);
}
"""

_HEAD = r"""
#include <float.h>
#include <math.h>
#include <stdint.h>
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
/* always: gcc stops inlining in large functions, and a call stops vectorisation */
#define INLINE static inline __attribute__((always_inline))
#define PRAGMA(text) _Pragma(#text)
#define SUM_LOOP(s) PRAGMA(omp simd reduction(+ : s))
#define SMALL_GEMM 128
#define SMALL_GEMV 128
"""


def _fill(template: str, values: dict[str, str]) -> str:
    for key, value in values.items():
        template = template.replace(f"@{key}@", value)
    return template


def _libm(values: dict[str, str]) -> str:
    real, kind, suffix = values["R"], values["T"], values["S"]
    one = [
        f"INLINE {real} {name}_{kind}({real} x) {{ return {c}{suffix}(x); }}" for name, c in _LIBM_ONE.items()
    ]
    two = [
        f"INLINE {real} {name}_{kind}({real} x, {real} y) {{ return {c}{suffix}(x, y); }}"
        for name, c in _LIBM_TWO.items()
    ]
    # lgamma writes the global signgam; lgamma_r keeps threads apart where there is one.
    gammaln = f"INLINE {real} gammaln_{kind}({real} x) {{ return lgamma{suffix}(x); }}"
    return "\n".join([*one, *two, gammaln])


def prelude(blas: bool) -> str:
    """Return the C text that stands before every kernel; with the BLAS functions when `blas`."""
    parts = [_HEAD, _INTEGERS]
    for values in (_F64, _F32):
        parts += [_fill(_TEMPLATE, values), _libm(values)]
    if blas:
        parts.append(_BLAS)
        for values, offset in ((_F64, 0), (_F32, 2)):
            parts.append(_fill(_BLAS_TYPED, {**values, "GEMM": str(offset), "GEMV": str(offset + 1)}))
    return "\n".join(parts)
