"""Linear algebra under its old names, and hints about matrices."""

from ...tensor.nlinalg import alloc_diag, det, diag, eig, eigh, extract_diag, matrix_inverse, trace
from ...tensor.slinalg import cholesky, eigvalsh, solve
from .ops import psd, spectral_radius_bound

__all__ = [
    "alloc_diag",
    "cholesky",
    "det",
    "diag",
    "eig",
    "eigh",
    "eigvalsh",
    "extract_diag",
    "matrix_inverse",
    "psd",
    "solve",
    "spectral_radius_bound",
    "trace",
]
