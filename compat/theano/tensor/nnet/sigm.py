"""The sigmoid, its cheap approximations, and the softplus."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.scalar.math as psm
from pytensor.compile import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.tensor.math import sigmoid as pytensor_sigmoid
from pytensor.tensor.rewriting.math import (
    compute_mul,
    is_1pexp,
    is_exp,
    is_mul,
    is_neg,
    local_1msigmoid,
    local_exp_over_1_plus_exp,
    local_reciprocal_1_plus_exp,
    local_sigm_times_exp,
    log1msigm_to_softplus,
    log1p_neg_sigmoid,
    logsigm_to_softplus,
    parse_mul_tree,
    partition_num_or_denom,
    perform_sigm_times_exp,
    replace_leaf,
    simplify_mul,
)

from graphopt.engine.lines.elementwise import FLOAT_FUNCTIONS

from ....adopt import adopted
from ... import scalar
from .. import basic as tensor
from ..elemwise import Elemwise

__all__ = [
    "ScalarSigmoid",
    "ScalarSoftplus",
    "UltraFastScalarSigmoid",
    "compute_mul",
    "hard_sigmoid",
    "is_1pexp",
    "is_exp",
    "is_mul",
    "is_neg",
    "local_1msigmoid",
    "local_exp_over_1_plus_exp",
    "local_hard_sigmoid",
    "local_inv_1_plus_exp",
    "local_sigm_times_exp",
    "local_ultra_fast_sigmoid",
    "log1msigm_to_softplus",
    "log1p_neg_sigmoid",
    "logsigm_to_softplus",
    "parse_mul_tree",
    "partition_num_or_denom",
    "perform_sigm_times_exp",
    "register_local_1msigmoid",
    "replace_leaf",
    "scalar_sigmoid",
    "scalar_softplus",
    "sigmoid",
    "sigmoid_inplace",
    "simplify_mul",
    "softplus",
    "ultra_fast_scalar_sigmoid",
    "ultra_fast_sigmoid",
    "ultra_fast_sigmoid_inplace",
]

local_inv_1_plus_exp = local_reciprocal_1_plus_exp
register_local_1msigmoid = False  # PyTensor has it and decides for itself

ScalarSigmoid = scalar.front(psm.Sigmoid, "ScalarSigmoid")
ScalarSoftplus = scalar.front(psm.Softplus, "ScalarSoftplus")
scalar_sigmoid, scalar_softplus = psm.sigmoid, psm.softplus

sigmoid = Elemwise(scalar_sigmoid, name="sigmoid")
sigmoid_inplace = Elemwise(scalar_sigmoid, inplace_pattern={0: 0}, name="sigmoid_inplace")
softplus = Elemwise(scalar_softplus, name="softplus")


def ultra_fast(x: Any) -> Any:
    """Return the sigmoid of numbers in three pieces: rational, linear, constant."""
    half = x.dtype.type(0.5) * x
    size = np.abs(half)
    linear = 0.935409070603099 + 0.0458812946797165 * (size - 1.7)
    z = np.where(size < 1.7, 1.5 * size / (1 + size), np.where(size < 3, linear, 0.99505475368673))
    return (0.5 * (np.copysign(z, half) + 1)).astype(half.dtype, copy=False)


class UltraFastScalarSigmoid(scalar.UnaryScalarOp):
    """An approximation of the sigmoid, at most 0.01 away; it has no gradient."""

    @staticmethod
    def st_impl(x: Any) -> Any:
        return ultra_fast(np.asarray(x, dtype=getattr(x, "dtype", "float64")))

    def impl(self, x: Any) -> Any:
        return self.st_impl(x)


FLOAT_FUNCTIONS[UltraFastScalarSigmoid] = ultra_fast

ultra_fast_scalar_sigmoid = UltraFastScalarSigmoid(scalar.upgrade_to_float, name="ultra_fast_scalar_sigmoid")
ultra_fast_sigmoid = Elemwise(ultra_fast_scalar_sigmoid, name="ultra_fast_sigmoid")
ultra_fast_sigmoid_inplace = Elemwise(
    UltraFastScalarSigmoid(scalar.transfer_type(0)), inplace_pattern={0: 0}, name="ultra_fast_sigmoid_inplace"
)


@adopted
def hard_sigmoid(x: Any) -> Variable:
    """Return ``clip(0.2 * x + 0.5, 0, 1)``, an approximation of the sigmoid; integers give floats."""
    dtype = scalar.upgrade_to_float(scalar.Scalar(dtype=x.dtype))[0].dtype
    slope, shift = tensor.constant(0.2, dtype=dtype), tensor.constant(0.5, dtype=dtype)
    return tensor.clip(x * slope + shift, 0, 1)


def _instead_of_sigmoid(name: str, function: Any) -> Any:
    """Return the rewrite of a sigmoid into `function`, for a mode that includes `name`."""

    @node_rewriter([pytensor_sigmoid])
    def rewriter(fgraph: Any, node: Apply) -> list[Variable]:
        result = function(*node.inputs)
        copy_stack_trace(node.outputs, result)
        return [result]

    rewriter.__name__ = name
    optdb["uncanonicalize"].register(name, rewriter)
    return rewriter


local_ultra_fast_sigmoid = _instead_of_sigmoid("local_ultra_fast_sigmoid", ultra_fast_sigmoid)
local_hard_sigmoid = _instead_of_sigmoid("local_hard_sigmoid", hard_sigmoid)
