"""Operations that only move elements: run on the numbers of the elements, they say which goes where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.gradient import ViewOp
from pytensor.graph.basic import Apply
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor import basic as tb
from pytensor.tensor import subtensor as ts
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.extra_ops import CpuContiguous, Repeat
from pytensor.tensor.reshape import JoinDims, SplitDims
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape

from graphopt.ops.labels import PickLabels
from graphopt.ops.rows import TakeRows
from graphopt.structure.forms import added
from graphopt.structure.lowering.elements import (
    Value,
    form_of,
    is_form,
    linear,
    numbered,
    picked,
    shape_of,
    value_of,
)
from graphopt.structure.lowering.graph import TAKES_TRUTH, Lowering, lower_op, not_lowered, run_numbers


def moved(node: Apply, inputs: Sequence[Value], positions: Sequence[int]) -> list[Value]:
    """Return the outputs of a node that moves elements of its inputs at `positions`."""
    if any(is_form(value) for i, value in enumerate(inputs) if i not in positions):
        raise not_lowered(node, "where it takes elements from depends on the decisions")
    data = [inputs[i] for i in positions]
    arguments = list(inputs)
    for i, numbers in zip(positions, numbered(data)):
        arguments[i] = numbers
    return [picked(data, where) for where in run_numbers(node, arguments)]


MOVES = (
    CpuContiguous,
    DimShuffle,
    PickLabels,
    TakeRows,
    JoinDims,
    Repeat,
    Reshape,
    SpecifyShape,
    SplitDims,
    tb.Alloc,
    tb.ExtractDiag,
    tb.ScalarFromTensor,
    tb.Split,
    tb.TensorFromScalar,
    ts.AdvancedSubtensor,
    ts.AdvancedSubtensor1,
    ts.Subtensor,
    ViewOp,
)
"""Operations that move elements of their first input; the others say where to."""


def _move_first(op: Any, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    return moved(node, inputs, [0])


for _op in MOVES:
    lower_op.register(_op, _move_first)
TAKES_TRUTH.update((*MOVES, CheckAndRaise, Shape, Shape_i, tb.Join, tb.MakeVector))


@lower_op.register(ts.AdvancedIncSubtensor)
@lower_op.register(ts.AdvancedIncSubtensor1)
@lower_op.register(ts.IncSubtensor)
def _write(op, node: Apply, lowering: Lowering, x: Value, y: Value, *index: Value) -> list[Value]:
    """Elements of the second input are written over, or added to, elements of the first."""
    if op.set_instead_of_inc:
        return moved(node, [x, y, *index], [0, 1])
    if any(is_form(i) for i in index):
        raise not_lowered(node, "where it adds elements depends on the decisions")
    shape = shape_of(x)
    if is_form(y):
        increments = linear(y, lambda rows: np.stack([_added(node, shape, row, index) for row in rows]))
    else:
        increments = _added(node, shape, y, index)
    return [value_of(added(form_of(x), form_of(increments)), shape)]


def _added(node: Apply, shape: tuple[int, ...], y: np.ndarray, index: Sequence[Value]) -> np.ndarray:
    """Return what the node adds `y` to zeros of `shape`."""
    return run_numbers(node, [np.zeros(shape), y, *index])[0]


@lower_op.register(tb.MakeVector)
def _make_vector(op: tb.MakeVector, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    return [picked(inputs, np.arange(len(inputs)))]


@lower_op.register(tb.Join)
def _join(op: tb.Join, node: Apply, lowering: Lowering, axis: Value, *inputs: Value) -> list[Value]:
    return [picked(inputs, np.concatenate(numbered(inputs), axis=int(axis)))]


@lower_op.register(CheckAndRaise)
def _check(op: CheckAndRaise, node: Apply, lowering: Lowering, x: Value, *conditions: Value) -> list[Value]:
    if any(is_form(condition) for condition in conditions):
        raise not_lowered(node, "what it checks depends on the decisions")
    if is_form(x):
        run_numbers(node, [numbered([x])[0], *conditions])
    return [x]


@lower_op.register(Shape)
def _shape(op: Shape, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    return [np.array(shape_of(x), dtype=np.int64)]


@lower_op.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, lowering: Lowering, x: Value) -> list[Value]:
    return [np.array(shape_of(x)[op.i], dtype=np.int64)]
