"""gemm, gemm_ld and gemv of kernels against NumPy's matrix product."""

from __future__ import annotations

import numpy as np
import pytest

SOURCE = """
def mm(ta: i64, tb: i64, M: i64, N: i64, K: i64, a: T, A: Tp, B: Tp, b: T, C: Tp) -> None:
    gemm(ta, tb, M, N, K, a, A, B, b, C)

def strided(ta: i64, tb: i64, M: i64, N: i64, K: i64, A: Tp, la: i64, B: Tp, lb: i64, C: Tp, lc: i64) -> None:
    gemm_ld(ta, tb, M, N, K, 1.0, A[1:], la, B[2:], lb, 1.0, C[3:], lc)

def mv(t: i64, M: i64, N: i64, a: T, A: Tp, x: Tp, b: T, y: Tp) -> None:
    gemv(t, M, N, a, A, x, b, y)
"""
SIZES = [(1, 1, 1), (1, 40, 30), (3, 4, 5), (17, 33, 9), (20, 50, 30), (2, 3, 0), (0, 3, 2), (7, 1, 200)]
TYPES = {"f64": (np.float64, 1e-12), "f32": (np.float32, 2e-5)}


def _source(kind):
    return SOURCE.replace("Tp", kind + "p").replace("T,", kind + ",")


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("ta", [0, 1])
@pytest.mark.parametrize("tb", [0, 1])
def test_gemm(make_any, kind, ta, tb):
    dtype, tolerance = TYPES[kind]
    generator = np.random.default_rng(0)
    run = make_any(_source(kind), "mm")
    for M, N, K in SIZES:
        A = generator.normal(size=(K, M) if ta else (M, K)).astype(dtype)
        B = generator.normal(size=(N, K) if tb else (K, N)).astype(dtype)
        for beta in (0.0, 1.0, 0.5):
            C = generator.normal(size=(M, N)).astype(dtype)
            expected = 0.7 * (A.T if ta else A) @ (B.T if tb else B) + beta * C
            if beta == 0:
                C[...] = np.nan  # must not be read
            run(ta, tb, M, N, K, 0.7, A.reshape(-1), B.reshape(-1), beta, C.reshape(-1))
            np.testing.assert_allclose(
                C, expected, rtol=tolerance, atol=10 * tolerance, err_msg=f"{M, N, K, beta}"
            )


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("size", [(1, 5, 4), (3, 4, 5), (20, 24, 22)])
def test_gemm_with_row_strides(make, kind, size):
    """Blocks inside wider matrices; what lies outside the block of C stays."""
    dtype, tolerance = TYPES[kind]
    M, N, K = size
    generator = np.random.default_rng(1)
    for ta in (0, 1):
        for tb in (0, 1):
            A = generator.normal(size=((K, M + 2) if ta else (M, K + 2))).astype(dtype)
            B = generator.normal(size=((N, K + 3) if tb else (K, N + 3))).astype(dtype)
            C = np.zeros((M, N + 4), dtype)
            a, b = A[:, 1 : 1 + (M if ta else K)], B[:, 2 : 2 + (K if tb else N)]
            make(_source(kind), "strided")(
                ta, tb, M, N, K, A.reshape(-1), A.shape[1], B.reshape(-1), B.shape[1], C.reshape(-1),
                C.shape[1],
            )  # fmt: skip
            expected = np.zeros_like(C)
            expected[:, 3 : 3 + N] = (a.T if ta else a) @ (b.T if tb else b)
            np.testing.assert_allclose(C, expected, rtol=tolerance, atol=10 * tolerance)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("trans", [0, 1])
@pytest.mark.parametrize("size", [(1, 1), (5, 3), (200, 150), (3, 0)])
def test_gemv(make, kind, trans, size):
    dtype, tolerance = TYPES[kind]
    M, N = size
    generator = np.random.default_rng(2)
    A = generator.normal(size=(M, N)).astype(dtype)
    op = A.T if trans else A
    x, y = generator.normal(size=op.shape[1]).astype(dtype), generator.normal(size=op.shape[0]).astype(dtype)
    expected = 2.0 * op @ x + 0.5 * y
    make(_source(kind), "mv")(trans, M, N, 2.0, A.reshape(-1), x, 0.5, y)
    np.testing.assert_allclose(y, expected, rtol=tolerance, atol=100 * tolerance)
