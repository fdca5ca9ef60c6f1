"""The Op that draws uniform numbers from the states of many streams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.rewriting.basic import in2out, node_rewriter

from graphopt.engine.lines.linker import numpy_funcify

from .. import gof, tensor
from ..gradient import grad_undefined
from ..tensor.advance import funcify_draw
from . import mrg31k3p
from .mrg_recurrence import NORM

Size = Any
"""A tuple of integers and scalar variables, or an integer vector."""
#: dtype of a sample -> what makes the drawn integer one: ((integer & mask) + offset) * scale, inside (0, 1).
#: The product is rounded once; Theano's C code rounds the integer to float32 before, and differs by one ulp.
_SCALES = {
    "float16": {"mask": 0x7FFF, "offset": 1, "scale": float(np.float16(3.0458e-05))},
    "float32": {"scale": float(np.float32(4.6566126e-10))},
    "float64": {"scale": NORM},
}


class mrg_uniform_base(gof.Op):
    """Base of Ops that draw from many streams: ``(states, size) -> (new states, sample)``."""

    __props__ = ("output_type", "inplace")
    advances_state = True  # its first input, into its first output

    def __init__(self, output_type: Any, inplace: bool = False) -> None:
        self.output_type = output_type
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    ndim = property(lambda self: self.output_type.ndim)
    otypenum = property(lambda self: np.dtype(self.output_type.dtype).num)
    otype_is_float32 = property(lambda self: self.output_type.dtype == "float32")

    def __str__(self) -> str:
        return f"{type(self).__name__}{{{self.output_type},{'inplace' if self.inplace else 'no_inplace'}}}"

    def grad(self, inputs: Sequence, ograd: Sequence) -> list:
        why = "No gradient defined through random sampling op"
        return [grad_undefined(self, k, i, why) for k, i in enumerate(inputs)]

    def R_op(self, inputs: Sequence, eval_points: Sequence) -> list:
        return [None] * len(eval_points)


class mrg_uniform(mrg_uniform_base):
    """Uniform samples inside (0, 1), drawn from the rows of a state matrix in turn."""

    _f16_ok = True

    @classmethod
    def new(cls, rstate: Variable, ndim: int | None, dtype: str, size: Size) -> list[Variable]:
        """Return the new states and the sample of a draw."""
        size = tensor.as_tensor_variable(size)
        if ndim is None:
            ndim = tensor.get_vector_length(size)
        return cls(tensor.TensorType(dtype, (False,) * ndim))(rstate, size)

    def make_node(self, rstate: Any, size: Any) -> Apply:
        rstate, size = tensor.as_tensor_variable(rstate), tensor.as_tensor_variable(size)
        pattern = [tensor.extract_constant(size[i]) == 1 for i in range(self.output_type.ndim)]
        sample = self.output_type.clone(broadcastable=pattern)()
        return Apply(self, [rstate, size], [rstate.type(), sample])

    def infer_shape(self, node: Apply, i_shapes: Sequence) -> list:
        size = node.inputs[1]
        return [i_shapes[0], [size[i] for i in range(node.outputs[1].ndim)]]

    def perform(self, node: Apply, inputs: Sequence, output_storage: Sequence, params: Any = None) -> None:
        rstate, size = inputs
        shape = tuple(size.tolist())
        if len(shape) != self.ndim:
            raise ValueError(f"size must have length {self.ndim} (not {len(shape)})")
        count = math.prod(shape)
        if count > mrg31k3p.M1:
            raise ValueError("rng_mrg does not support more then (2**31 -1) samples")
        _check_states(rstate)
        state = np.array(rstate, copy=None if self.inplace else True, order="C")
        sample = np.empty(shape, self.output_type.dtype)
        mrg31k3p.draw(state, count, sample.reshape(-1), **_SCALES[self.output_type.dtype])
        output_storage[0][0], output_storage[1][0] = state, sample


numpy_funcify.register(mrg_uniform, funcify_draw)


def _check_states(rstate: np.ndarray) -> None:
    """Raise unless `rstate` is a matrix of states."""
    if rstate.ndim != 2:
        raise ValueError("rstate must be matrix")
    if rstate.shape[1] != 6:
        raise ValueError("rstate must have 6 columns")
    if rstate.dtype != np.int32:
        raise ValueError("rstate must be int32")


@node_rewriter([mrg_uniform_base])
def mrg_random_make_inplace(fgraph: Any, node: Apply) -> list | bool:
    """Let a draw advance the states it is given instead of a copy."""
    op = node.op
    if isinstance(op, mrg_uniform_base) and not op.inplace:
        return type(op)(op.output_type, inplace=True).make_node(*node.inputs).outputs
    return False


optdb.register(
    "random_make_inplace_mrg",
    in2out(mrg_random_make_inplace, ignore_newtrees=True),
    "fast_run",
    "inplace",
    position=99,
)
