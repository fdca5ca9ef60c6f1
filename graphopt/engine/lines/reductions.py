"""Reductions, running sums and softmax in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.extra_ops import CumOp
from pytensor.tensor.math import Argmax
from pytensor.tensor.special import LogSoftmax, Softmax

from graphopt.engine.lines.expressions import Expression, as_dtype, expression_of

_REDUCTIONS = {
    ps.Add: np.add,
    ps.Mul: np.multiply,
    ps.Maximum: np.maximum,
    ps.Minimum: np.minimum,
    ps.ScalarMaximum: np.maximum,
    ps.ScalarMinimum: np.minimum,
    ps.AND: np.bitwise_and,
    ps.OR: np.bitwise_or,
    ps.XOR: np.bitwise_xor,
}


@expression_of.register(CAReduce)
def _careduce(op: CAReduce, node: Apply, args: tuple[str, ...]) -> Expression | None:
    ufunc = _REDUCTIONS.get(type(op.scalar_op))
    if ufunc is None:
        return None
    source, result = node.inputs[0].type, node.outputs[0].type
    axes = tuple(range(source.ndim)) if op.axis is None else tuple(op.axis)
    if not axes:
        return Expression(f"{args[0]}.astype({result.dtype!r})")
    axis = "None" if len(axes) == source.ndim > 1 else str(axes[0] if len(axes) == 1 else axes)
    accumulator = getattr(op, "acc_dtype", None) or result.dtype
    arguments = [args[0]] + ([f"axis={axis}"] if axis != "0" else [])
    if accumulator != source.dtype or (
        ufunc in (np.add, np.multiply) and np.dtype(source.dtype).kind in "iub"
    ):
        arguments.append(f"dtype={accumulator!r}")
    text = f"np.{ufunc.__name__}.reduce({', '.join(arguments)})"
    return Expression(as_dtype(text, accumulator, result.dtype))


@expression_of.register(Argmax)
def _argmax(op: Argmax, node: Apply, args: tuple[str, ...]) -> Expression | None:
    ndim = node.inputs[0].type.ndim
    axes = tuple(range(ndim)) if op.axis is None else tuple(op.axis)
    if ndim == 0 or (len(axes) > 1 and len(axes) < ndim):
        return None
    return Expression(f"{args[0]}.argmax({axes[0] if len(axes) == 1 else ''})")


@expression_of.register(CumOp)
def _running(op: CumOp, node: Apply, args: tuple[str, ...]) -> Expression:
    name = {"add": "cumsum", "mul": "cumprod"}[op.mode]
    return Expression(f"np.{name}({args[0]}, axis={op.axis}, dtype={node.outputs[0].type.dtype!r})")


def softmax(x, axis):
    """Return exp(x) over its sum along `axis`."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    e /= e.sum(axis=axis, keepdims=True)
    return e


def log_softmax(x, axis):
    """Return the logarithm of `softmax`."""
    shifted = x - x.max(axis=axis, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return shifted


@expression_of.register(Softmax)
@expression_of.register(LogSoftmax)
def _softmax(op: Any, node: Apply, args: tuple[str, ...]) -> Expression:
    function = softmax if isinstance(op, Softmax) else log_softmax
    x = as_dtype(args[0], node.inputs[0].type.dtype, node.outputs[0].type.dtype)
    return Expression(f"{function.__name__}({x}, {op.axis!r})", namespace={function.__name__: function})
