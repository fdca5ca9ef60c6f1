"""The rewrites of neural network operations: which implementation computes them."""

from .conv_rewrites import (
    local_abstractconv3d_gemm,
    local_abstractconv3d_gradinputs_gemm,
    local_abstractconv3d_gradweight_gemm,
    local_abstractconv_gemm,
    local_abstractconv_gradinputs_gemm,
    local_abstractconv_gradweight_gemm,
)
from .lowered import local_lower

__all__ = [
    "local_abstractconv3d_gemm",
    "local_abstractconv3d_gradinputs_gemm",
    "local_abstractconv3d_gradweight_gemm",
    "local_abstractconv_gemm",
    "local_abstractconv_gradinputs_gemm",
    "local_abstractconv_gradweight_gemm",
    "local_lower",
]
