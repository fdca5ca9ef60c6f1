"""Operations that hold a graph of their own, written out: they are what is inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.ifelse import IfElse
from pytensor.tensor.blockwise import OpFromGraph
from pytensor.tensor.special import LogSoftmax

from graphopt.structure.forms import joined, scaled, taken
from graphopt.structure.lowering.elements import Elements, Value, numbered, shape_of, stretched, value_of
from graphopt.structure.lowering.graph import TAKES_TRUTH, Lowering, NotLowered, lower_op, not_lowered
from graphopt.structure.lowering.jumps import stepped
from graphopt.structure.lowering.quotients import MOST_TERMS, ExpSum, log_of_sum

TAKES_TRUTH.add(OpFromGraph)


@lower_op.register(OpFromGraph)
def _inner_graph(op: OpFromGraph, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    return lowering.inside(op.inner_inputs, inputs, op.inner_outputs)


@lower_op.register(IfElse)
def _if_else(op: IfElse, node: Apply, lowering: Lowering, condition: Value, *branches: Value) -> list[Value]:
    if isinstance(condition, NotLowered):
        raise condition
    if isinstance(condition, Elements):
        return _either_branch(node, lowering, condition, branches[: op.n_outs], branches[op.n_outs :])
    return list(branches[: op.n_outs] if condition else branches[op.n_outs :])


def _either_branch(
    node: Apply, lowering: Lowering, condition: Elements, ones: Sequence[Value], others: Sequence[Value]
) -> list[Value]:
    """Return what an IfElse gives whose condition depends on the decisions."""
    found = []
    for one, other in zip(ones, others, strict=True):
        if isinstance(one, NotLowered) or isinstance(other, NotLowered):
            raise one if isinstance(one, NotLowered) else other
        if shape_of(one) != shape_of(other):
            raise not_lowered(
                node, "its condition depends on the decisions, and its branches differ in shape"
            )
        everywhere = stretched(condition, shape_of(one)) if shape_of(one) else condition
        value = stepped(lowering.builder, everywhere, one, other)
        if value is None:
            raise not_lowered(node, "its condition depends on the decisions, and a branch may not be defined")
        found.append(value_of(value, shape_of(one)))
    return found


@lower_op.register(LogSoftmax)
def _log_softmax(op: LogSoftmax, node: Apply, lowering: Lowering, x: Elements) -> list[Any]:
    """``-log sum_j exp(x_j - x_i)`` for each i: bounds of it see that it is monotone."""
    axes = tuple(range(len(x.shape))) if op.axis is None else tuple(op.axis)
    kept = [a for a in range(len(x.shape)) if a not in axes]
    order = np.transpose(numbered([x])[0], [*kept, *axes])
    rows = order.reshape(int(np.prod(order.shape[: len(kept)])), -1)
    if x.test or rows.size * rows.shape[1] > MOST_TERMS:
        return lowering.inside(op.inner_inputs, [x], op.inner_outputs)
    found = []
    for row in rows:
        total = ExpSum(0.0, np.ones(len(row)), taken(x.form, row))
        found += [log_of_sum(lowering.builder, total.divided_by(1.0, taken(x.form, i))) for i in row]
    place = np.argsort(rows.ravel())
    return [value_of(taken(scaled(joined(found), -1.0), place), x.shape)]
