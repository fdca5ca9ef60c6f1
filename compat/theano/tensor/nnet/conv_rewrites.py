"""The rewrites that make products of matrices of the abstract convolutions; "conv_gemm" is their tag."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.tensor.rewriting.basic import register_specialize

from .. import basic as tensor
from .conv_ops import (
    AbstractConv2d,
    AbstractConv2d_gradInputs,
    AbstractConv2d_gradWeights,
    AbstractConv3d,
    AbstractConv3d_gradInputs,
    AbstractConv3d_gradWeights,
)
from .corr import CorrMM, CorrMM_gradInputs, CorrMM_gradWeights
from .corr3d import Corr3dMM, Corr3dMM_gradInputs, Corr3dMM_gradWeights

__all__ = [
    "local_abstractconv3d_gemm",
    "local_abstractconv3d_gradinputs_gemm",
    "local_abstractconv3d_gradweight_gemm",
    "local_abstractconv_gemm",
    "local_abstractconv_gradinputs_gemm",
    "local_abstractconv_gradweight_gemm",
]

_PRODUCTS = {
    AbstractConv2d: CorrMM,
    AbstractConv2d_gradWeights: CorrMM_gradWeights,
    AbstractConv2d_gradInputs: CorrMM_gradInputs,
    AbstractConv3d: Corr3dMM,
    AbstractConv3d_gradWeights: Corr3dMM_gradWeights,
    AbstractConv3d_gradInputs: Corr3dMM_gradInputs,
}


def _turned(kernels: Variable, axes: int) -> Variable:
    """Return kernels with their last axes turned round."""
    return kernels[(slice(None),) * (kernels.ndim - axes) + (slice(None, None, -1),) * axes]


def _gemm(name: str, abstract: type, kernel_at: int | None) -> Any:
    """Return the rewrite of one Op; `kernel_at` is where kernels stand among its inputs, if they do."""

    def rewrite(fgraph: Any, node: Apply) -> list[Variable] | None:
        op, inputs = node.op, list(node.inputs)
        if inputs[0].dtype == "float16" or inputs[0].dtype != inputs[1].dtype:
            return None
        if kernel_at is not None and op.filter_flip:
            inputs[kernel_at] = _turned(inputs[kernel_at], op.convdim)
        options = {"unshared": op.unshared} if op.convdim == 2 else {}
        product = _PRODUCTS[abstract](
            op.border_mode, op.subsample, op.filter_dilation, num_groups=op.num_groups, **options
        )
        result = product(*inputs)
        copy_stack_trace(node.outputs[0], result)
        if kernel_at is None and op.filter_flip:
            result = _turned(result, op.convdim)
        result = tensor.patternbroadcast(result, node.outputs[0].broadcastable)
        copy_stack_trace(node.outputs[0], result)
        return [result]

    rewrite.__name__ = name
    rewrite.__doc__ = f"Compute `{abstract.__name__}` by products of matrices."
    rewriter = node_rewriter([abstract])(rewrite)
    register_specialize(rewriter, "conv_gemm", "fast_compile", name=name)
    return rewriter


local_abstractconv_gemm = _gemm("local_abstractconv_gemm", AbstractConv2d, 1)
local_abstractconv_gradweight_gemm = _gemm(
    "local_abstractconv_gradweight_gemm", AbstractConv2d_gradWeights, None
)
local_abstractconv_gradinputs_gemm = _gemm("local_abstractconv_gradinputs_gemm", AbstractConv2d_gradInputs, 0)
local_abstractconv3d_gemm = _gemm("local_abstractconv3d_gemm", AbstractConv3d, 1)
local_abstractconv3d_gradweight_gemm = _gemm(
    "local_abstractconv3d_gradweight_gemm", AbstractConv3d_gradWeights, None
)
local_abstractconv3d_gradinputs_gemm = _gemm(
    "local_abstractconv3d_gradinputs_gemm", AbstractConv3d_gradInputs, 0
)
