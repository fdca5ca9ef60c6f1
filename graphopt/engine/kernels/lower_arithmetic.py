"""How arithmetic is lowered: elementwise operations, reductions, products, and graphs inside operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply
from pytensor.tensor import math as tm
from pytensor.tensor.elemwise import CAReduce, Elemwise

from graphopt.engine.kernels.blocks import Block, Expr, Literal, Value, broadcast
from graphopt.engine.kernels.loops import Lowering, kind_of
from graphopt.engine.kernels.lowering import converted, lower, lower_graph
from graphopt.engine.kernels.scalar_text import refuse_undeclared_stretch, scalar_text
from graphopt.errors import CompileError


@lower.register(OpFromGraph)
def _inner_graph(op: OpFromGraph, node: Apply, lowering: Lowering, *inputs: Any) -> list[Any]:
    outer = lowering.clients
    results = lower_graph(op.fgraph, list(inputs), lowering)
    lowering.clients = outer
    return results


@lower.register(Elemwise)
def _elemwise(op: Elemwise, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    if len(node.outputs) != 1:
        raise CompileError(f"{op} has several outputs.")
    shape = tuple(np.broadcast_shapes(*(i.shape for i in inputs)))
    refuse_undeclared_stretch(node, [i.shape for i in inputs])
    operands = tuple(broadcast(i, shape) for i in inputs)
    dtype = node.outputs[0].type.dtype
    if isinstance(op.scalar_op, ps.Second):
        return [converted(operands[1], dtype)]
    if not isinstance(op.scalar_op, ps.Composite):
        scalar_text(
            op.scalar_op, ["x"] * len(inputs), [i.dtype for i in inputs], dtype
        )  # refuse now what has no word
    return [Expr(op.scalar_op, operands, dtype, shape)]


_REDUCED = {ps.Add: 0.0, ps.Mul: 1.0, ps.Maximum: float("-inf"), ps.Minimum: float("inf")}


@lower.register(CAReduce)
def _careduce(op: CAReduce, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    initial = _REDUCED.get(type(op.scalar_op))
    dtype = node.outputs[0].type.dtype
    if type(op.scalar_op).__name__ in ("ScalarMaximum", "ScalarMinimum"):
        initial = float("-inf") if "Max" in type(op.scalar_op).__name__ else float("inf")
    if initial is None or (abs(initial) == float("inf") and (kind_of(dtype) == "i64" or 0 in x.shape)):
        raise CompileError(f"{op} has no kernel form.")
    axes = tuple(range(len(x.shape))) if op.axis is None else tuple(op.axis)
    x = converted(x, dtype)
    kept = [n for a, n in enumerate(x.shape) if a not in axes]
    target = lowering.new(dtype, kept)
    whole = _with_axes(target, axes, len(x.shape))
    lowering.reduce(whole, x, axes, op.scalar_op, initial)
    return [target]


def _with_axes(block: Block, axes: Sequence[int], ndim: int) -> Block:
    """Return `block` with axes of length 1 put in at `axes`."""
    shape, strides = list(block.shape), list(block.strides)
    for axis in sorted(axes):
        shape.insert(axis, 1)
        strides.insert(axis, 0)
    assert len(shape) == ndim
    return replace(block, shape=tuple(shape), strides=tuple(strides))


@lower.register(tm.Dot)
def _dot(op: tm.Dot, node: Apply, lowering: Lowering, a: Value, b: Value) -> list[Value]:
    dtype = node.outputs[0].type.dtype
    if kind_of(dtype) == "i64" or a.dtype != dtype or b.dtype != dtype:
        raise CompileError(f"A product of {a.dtype} and {b.dtype}.")
    (rows, inner), columns = a.shape, b.shape[1]
    target = lowering.new(dtype, (rows, columns))
    if rows * columns == 0:
        return [target]
    if inner == 0:
        return [Literal(0.0, dtype, (rows, columns))]
    if inner == 1:  # an outer product is elementwise
        shape = (rows, columns)
        return [Expr(ps.mul, (broadcast(a, shape), broadcast(b, shape)), dtype, shape)]
    (a, ta, lda), (b, tb_, ldb) = (_matrix(v, lowering) for v in (a, b))
    lowering.call(
        f"gemm_ld({ta}, {tb_}, {rows}, {columns}, {inner}, 1.0, {a.pointer}, {lda}, {b.pointer}, {ldb}, 0.0, "
        f"{target.pointer}, {columns})",
        a, b, target,
    )  # fmt: skip
    return [target]


def _matrix(value: Value, lowering: Lowering) -> tuple[Block, int, int]:
    """Return `value` as memory BLAS takes: the block, whether it is transposed, its leading stride."""
    if isinstance(value, Block):
        (rows, columns), (down, across) = value.shape, value.strides
        if (across == 1 or columns == 1) and (down >= max(columns, 1) or rows == 1):
            return value, 0, max(down if rows > 1 else columns, columns, 1)
        if (down == 1 or rows == 1) and (across >= max(rows, 1) or columns == 1):
            return value, 1, max(across if columns > 1 else rows, rows, 1)
    block = lowering.block(value)
    return block, 0, max(block.shape[1], 1)
