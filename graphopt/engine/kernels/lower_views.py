"""How shapes are lowered: views, which cost nothing, and the arrays that are put together from parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.compile.ops import DeepCopyOp, ViewOp
from pytensor.graph.basic import Apply
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor import basic as tb
from pytensor.tensor import subtensor as ts
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.reshape import JoinDims, SplitDims
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.subtensor import indices_from_subtensor

from graphopt.engine.kernels.blocks import Block, Expr, Literal, Value, broadcast, contiguous
from graphopt.engine.kernels.loops import Lowering
from graphopt.engine.kernels.lowering import Known, converted, lower, whole, wholes
from graphopt.errors import CompileError


@lower.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    dropped = [a for a in range(len(x.shape)) if a not in op.new_order]
    if any(x.shape[a] != 1 for a in dropped):
        raise CompileError(f"{op} drops an axis of {x.shape}.")

    def move(block: Block) -> Block:
        shape = tuple(1 if o == "x" else block.shape[o] for o in op.new_order)
        strides = tuple(0 if o == "x" else block.strides[o] for o in op.new_order)
        return replace(block, shape=shape, strides=strides)

    return [x.moved(move)]


@lower.register(ViewOp)
@lower.register(DeepCopyOp)
@lower.register(tb.ScalarFromTensor)
@lower.register(tb.TensorFromScalar)
def _same(op: Any, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    return [x]


@lower.register(CheckAndRaise)
def _check(op: CheckAndRaise, node: Apply, lowering: Lowering, x: Value, *conditions: Any) -> list[Value]:
    if not all(whole(c, "condition") for c in conditions):
        raise CompileError(f"{op} does not hold.")
    return [x]


@lower.register(SpecifyShape)
def _specify_shape(op: SpecifyShape, node: Apply, lowering: Lowering, x: Value, *lengths: Any) -> list[Value]:
    for got, wanted in zip(x.shape, lengths):
        if wanted is not None and whole(wanted, "length") != got:
            raise CompileError(f"Shape {x.shape} is not the one specified.")
    return [x]


@lower.register(Shape)
def _shape(op: Shape, node: Apply, lowering: Lowering, x: Value) -> list[Known]:
    return [Known(x.shape, "int64")]


@lower.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, lowering: Lowering, x: Value) -> list[Known]:
    return [Known(x.shape[op.i], "int64")]


def _reshaped(value: Value, shape: Sequence[int], lowering: Lowering) -> Value:
    size = int(np.prod(value.shape))
    shape = list(shape)
    if -1 in shape:
        shape[shape.index(-1)] = size // max(1, -int(np.prod(shape)))
    if int(np.prod(shape)) != size:
        raise CompileError(f"Shape {value.shape} does not become {shape}.")
    if isinstance(value, Literal):
        return replace(value, shape=tuple(shape))
    block = lowering.block(value)
    return contiguous(block.buffer, block.dtype, tuple(shape), block.offset, block.base)


@lower.register(Reshape)
def _reshape(op: Reshape, node: Apply, lowering: Lowering, x: Value, shape: Any) -> list[Value]:
    if isinstance(shape, Known):
        return [_reshaped(x, wholes(shape, "new shape") if op.ndim else [], lowering)]
    static = node.outputs[0].type.shape
    if sum(n is None for n in static) > 1:
        raise CompileError("The new shape is only known when the function runs.")
    return [_reshaped(x, [-1 if n is None else n for n in static], lowering)]


@lower.register(JoinDims)
@lower.register(SplitDims)
def _join_or_split_axes(op: Any, node: Apply, lowering: Lowering, x: Value, *rest: Any) -> list[Value]:
    if isinstance(op, JoinDims):
        start, count = op.start_axis, op.n_axes
        shape = [*x.shape[:start], int(np.prod(x.shape[start : start + count])), *x.shape[start + count :]]
        return [_reshaped(x, shape, lowering)]
    static = node.outputs[0].type.shape
    if sum(n is None for n in static) > 1:
        raise CompileError("The new shape is only known when the function runs.")
    return [_reshaped(x, [-1 if n is None else n for n in static], lowering)]


@lower.register(tb.MakeVector)
def _make_vector(op: tb.MakeVector, node: Apply, lowering: Lowering, *items: Value) -> list[Value]:
    target = lowering.new(node.outputs[0].type.dtype, (len(items),))
    for i, item in enumerate(items):
        lowering.store(replace(target, shape=(), strides=(), offset=target.offset + i), item)
    return [target]


@lower.register(tb.Alloc)
def _alloc(op: tb.Alloc, node: Apply, lowering: Lowering, value: Value, *lengths: Any) -> list[Value]:
    return [broadcast(value, tuple(whole(n, "length") for n in lengths))]


@lower.register(tb.AllocEmpty)
def _alloc_empty(op: tb.AllocEmpty, node: Apply, lowering: Lowering, *lengths: Any) -> list[Value]:
    return [
        Literal(
            0.0 if op.dtype.startswith("float") else 0, op.dtype, tuple(whole(n, "length") for n in lengths)
        )
    ]


@lower.register(tb.Join)
def _join(op: tb.Join, node: Apply, lowering: Lowering, axis: Any, *parts: Value) -> list[Value]:
    dtype = node.outputs[0].type.dtype
    parts = tuple(converted(p, dtype) for p in parts)
    axis = whole(axis, "axis") % len(parts[0].shape)
    shape = list(parts[0].shape)
    shape[axis] = sum(p.shape[axis] for p in parts)
    target, start = lowering.new(dtype, shape), 0
    for part in parts:
        window = replace(target, shape=part.shape, offset=target.offset + start * target.strides[axis])
        lowering.store(window, part)
        start += part.shape[axis]
    return [target]


@lower.register(tb.Split)
def _split(op: tb.Split, node: Apply, lowering: Lowering, x: Value, axis: Any, sizes: Any) -> list[Value]:
    axis, start, parts = whole(axis, "axis") % len(x.shape), 0, []
    for size in wholes(sizes, "sizes"):
        parts.append(_indexed(x, (*[slice(None)] * axis, slice(start, start + size)), lowering))
        start += size
    return parts


def _indexed(value: Value, index: Sequence[Any], lowering: Lowering) -> Value:
    """Return ``value[index]`` for an index of whole numbers and slices."""

    def move(block: Block) -> Block:
        shape, strides, offset = [], [], block.offset
        entries = [*index, *[slice(None)] * (len(block.shape) - len(index))]
        for entry, length, stride in zip(entries, block.shape, block.strides):
            if isinstance(entry, slice):
                start, stop, step = entry.indices(length)
                shape.append(len(range(start, stop, step)))
                strides.append(stride * step)
                offset += stride * start if shape[-1] else 0
            else:
                if not -length <= entry < length:
                    raise CompileError(f"Index {entry} is outside an axis of length {length}.")
                offset += stride * (entry % length)
        return replace(block, shape=tuple(shape), strides=tuple(strides), offset=offset)

    return value.moved(move)


def _index(op: Any, positions: Sequence[Any]) -> tuple:
    return indices_from_subtensor([None if p is None else whole(p, "index") for p in positions], op.idx_list)


@lower.register(ts.Subtensor)
def _subtensor(op: ts.Subtensor, node: Apply, lowering: Lowering, x: Value, *positions: Any) -> list[Value]:
    return [_indexed(x, _index(op, positions), lowering)]


@lower.register(ts.IncSubtensor)
def _inc_subtensor(
    op: Any, node: Apply, lowering: Lowering, x: Value, y: Value, *positions: Any
) -> list[Value]:
    dtype, index = node.outputs[0].type.dtype, _index(op, positions)
    y = converted(y, dtype)
    overwrite = lowering.may_overwrite(node.inputs[0], x) and all(
        leaf.buffer is not x.buffer for leaf in y.leaves()
    )
    target = x if overwrite else lowering.own(lowering.new(dtype, x.shape))
    window = _indexed(target, index, lowering)
    empty = node.inputs[0].owner is not None and isinstance(node.inputs[0].owner.op, tb.AllocEmpty)
    if not overwrite and not empty and not (op.set_instead_of_inc and window.shape == target.shape):
        lowering.store(target, x)
    if window.size:
        y = broadcast(y, window.shape)
        lowering.store(window, y if op.set_instead_of_inc else Expr(ps.add, (window, y), dtype, window.shape))
    return [target]
