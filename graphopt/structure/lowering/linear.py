"""Linear operations, and reductions: sums, products, extremes over axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply
from pytensor.tensor import math as tm
from pytensor.tensor.blas import BatchedDot
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.extra_ops import CumOp
from pytensor.tensor.linalg import CholeskySolve, Solve, SolveTriangular
from pytensor.tensor.signal.conv import Convolve1d, Convolve2d

from graphopt.structure.forms import Form, scaled, shifted, taken, transformed
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.elements import (
    Elements,
    Value,
    combined,
    is_form,
    linear,
    numbered,
    value_of,
)
from graphopt.structure.lowering.graph import Lowering, lower_op, not_lowered, run_numbers
from graphopt.structure.lowering.products import matrix_product, summing


@lower_op.register(BatchedDot)
@lower_op.register(tm.Dot)
def _dot(op: Any, node: Apply, lowering: Lowering, x: Value, y: Value) -> list[Value]:
    return [matrix_product(lowering.builder, x, y)]


LINEAR_IN = {
    CholeskySolve: (1,),
    Convolve1d: (0, 1),
    Convolve2d: (0, 1),
    Solve: (1,),
    SolveTriangular: (1,),
}
"""Operations by the inputs that each is linear in when the others are numbers."""


@lower_op.register(Blockwise)
def _blockwise(op: Blockwise, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    if isinstance(op.core_op, tm.Dot):
        return [matrix_product(lowering.builder, *inputs)]
    return _linear_in_one(op.core_op, node, inputs)


def _linear(op: Any, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    return _linear_in_one(op, node, inputs)


for _op in LINEAR_IN:
    lower_op.register(_op, _linear)


def _linear_in_one(op: Any, node: Apply, inputs: Sequence[Value]) -> list[Value]:
    """Return the output of an operation that is linear in the one input that depends on the decisions."""
    moving = [k for k, value in enumerate(inputs) if is_form(value)]
    if len(moving) > 1 or moving[0] not in LINEAR_IN.get(type(op), ()):
        raise not_lowered(node, "it is neither affine nor made of the functions that bounds are known for")
    (place,) = moving

    def through(rows: np.ndarray) -> np.ndarray:
        return np.stack([run_numbers(node, [*inputs[:place], row, *inputs[place + 1 :]])[0] for row in rows])

    return [linear(inputs[place], through)]


@lower_op.register(CAReduce)
def _reduce(op: CAReduce, node: Apply, lowering: Lowering, x: Elements) -> list[Value]:
    """Sums are linear; products and extremes are taken of pairs, then of pairs of the results."""
    axes = tuple(range(len(x.shape))) if op.axis is None else tuple(op.axis)
    kept = [a for a in range(len(x.shape)) if a not in axes]
    shape = [x.shape[a] for a in kept]
    rows = np.transpose(numbered([x])[0], [*kept, *axes]).reshape(int(np.prod(shape)), -1)
    build = lowering.builder
    pairs = {ps.Mul: build.multiply, ps.Maximum: build.maximum, ps.Minimum: build.minimum}
    if type(op.scalar_op) in (ps.AND, ps.OR) and node.inputs[0].type.dtype == "bool":
        total = transformed(summing(rows, rows.shape[1], x.size), x.form)
        return [value_of(_all_or_any(op, build, total, rows.shape[1]), shape)]
    if type(op.scalar_op) not in (ps.Add, *pairs):
        raise not_lowered(node, "it is neither a sum, a product, a maximum nor a minimum of numbers")
    if isinstance(op.scalar_op, ps.Add):
        return [combined(x, summing(rows, rows.shape[1], x.size), shape)]
    columns = [taken(x.form, column) for column in rows.T]
    return [value_of(in_pairs(pairs[type(op.scalar_op)], columns), shape)]


def _all_or_any(op: CAReduce, build: Builder, total: Form, count: int) -> Form:
    """Return whether all, or any, of `count` numbers 0 and 1 are 1; `total` is their sum."""
    if isinstance(op.scalar_op, ps.AND):
        return build.relu(shifted(total, 1.0 - count))
    return shifted(scaled(build.relu(shifted(scaled(total, -1.0), 1.0)), -1.0), 1.0)


def in_pairs(function: Callable[[Form, Form], Form], forms: Sequence[Form]) -> Form:
    """Return ``function`` over all `forms`: of pairs, of pairs of the results, and so on."""
    forms = list(forms)
    while len(forms) > 1:
        made = [function(a, b) for a, b in zip(forms[::2], forms[1::2])]
        forms = made + forms[2 * len(made) :]
    return forms[0]


@lower_op.register(CumOp)
def _cumulative(op: CumOp, node: Apply, lowering: Lowering, x: Elements, *axis: Value) -> list[Value]:
    if op.mode != "add" or any(is_form(a) for a in axis):
        raise not_lowered(node, "of running results only the sum has one")
    if op.axis is None:
        x = Elements(x.form, (x.size,))
    place = 1 + (0 if op.axis is None else op.axis % len(x.shape))
    return [linear(x, lambda rows: np.cumsum(rows, axis=place))]
