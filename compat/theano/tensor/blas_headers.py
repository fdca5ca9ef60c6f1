"""C declarations of BLAS, for operations written in C."""

from __future__ import annotations

from pytensor.tensor.blas_headers import (
    blas_header_text,
    blas_header_version,
    cblas_header_text,
    detect_macos_sdot_bug,
    mkl_threads_text,
    openblas_threads_text,
)

__all__ = [
    "blas_header_text",
    "blas_header_version",
    "cblas_header_text",
    "detect_macos_sdot_bug",
    "mkl_threads_text",
    "openblas_threads_text",
]
