"""A graph of known shapes as loops over buffers: one kernel for the whole graph.

Elementwise operations are not computed until something needs them, and then in one loop with all that leads
to them. Products go to BLAS; views cost nothing; temporaries share one workspace. How each operation is
lowered stands in `lower_arithmetic` and `lower_views`; an operation of our own joins in with
``@lower.register(OpClass)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from pytensor import scalar as ps
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor import basic as tb
from pytensor.tensor import subtensor as ts
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape, SpecifyShape

from graphopt.engine.kernels.blocks import Expr, Literal, Value, count_operations, is_costly
from graphopt.engine.kernels.expansion import expansion
from graphopt.engine.kernels.loops import Lowering
from graphopt.engine.kernels.scalar_text import scalar_text
from graphopt.errors import CompileError

MOST_OPERATIONS = 60


# operations


@singledispatch
def lower(op: Any, node: Apply, lowering: Lowering, *inputs: Any) -> list[Any]:
    """Return the outputs of `node` as values, writing what has to be computed."""
    outer = lowering.clients
    results = lower_graph(expansion(op, node, "has no kernel form"), list(inputs), lowering)
    lowering.clients = outer
    return results


class Known:
    """A small array of numbers known before the kernel runs, such as a shape."""

    def __init__(self, data: Any, dtype: str) -> None:
        self.data = np.asarray(data, dtype=dtype)
        self.dtype, self.shape = dtype, self.data.shape


def lower_graph(fgraph: FunctionGraph, inputs: Sequence[Value], lowering: Lowering) -> list[Value]:
    """Return the outputs of `fgraph` as values over `inputs`; write what has to be computed."""
    values: dict[Variable, Any] = dict(zip(fgraph.inputs, inputs))
    clients = lowering.clients = fgraph.clients
    for node in fgraph.toposort():
        arguments = [_argument(v, values, lowering) for v in node.inputs]
        if (
            node.outputs
            and all(isinstance(a, Known) or a is None for a in arguments)
            and not isinstance(node.op, tb.Alloc | tb.AllocEmpty)
        ):
            results = _known_results(node, arguments)
        else:
            results = lower(
                node.op,
                node,
                lowering,
                *[_plain(a, lowering) if not _wants_known(node, i) else a for i, a in enumerate(arguments)],
            )
        for variable, result in zip(node.outputs, results):
            if isinstance(result, Expr) and _worth_keeping(variable, result, clients):
                result = lowering.block(result)
            values[variable] = result
    return [_plain(_argument(v, values, lowering), lowering) for v in fgraph.outputs]


def _worth_keeping(variable: Variable, result: Expr, clients: dict) -> bool:
    """Return whether an elementwise result is computed now rather than inside each loop that reads it."""
    readers = clients.get(variable, ())
    if len(readers) > 1 or count_operations(result) > MOST_OPERATIONS:
        return True
    if not readers:
        return False
    node = readers[0][0]
    if isinstance(getattr(node, "op", None), Elemwise | DimShuffle) and is_costly(result):
        output = node.outputs[0].type
        grows = isinstance(node.op, Elemwise) and variable.type.broadcastable != output.broadcastable
        return grows or (isinstance(node.op, DimShuffle) and len(clients.get(node.outputs[0], ())) > 1)
    return False


def _argument(variable: Variable, values: dict, lowering: Lowering) -> Any:
    if variable not in values:
        data = variable.data if isinstance(variable, Constant) else None
        if not hasattr(variable.type, "dtype"):
            return data
        array = np.asarray(data)
        values[variable] = Known(array, array.dtype.name)
    return values[variable]


def _plain(value: Any, lowering: Lowering) -> Any:
    return lowering.constant(value.data) if isinstance(value, Known) else value


_KNOWN_FROM = {Reshape: 1, tb.Alloc: 1, tb.AllocEmpty: 0, ts.Subtensor: 1, ts.IncSubtensor: 2, tb.Split: 1,
               SpecifyShape: 1, CheckAndRaise: 1}  # fmt: skip


def _wants_known(node: Apply, position: int) -> bool:
    """Return whether the operation needs this input as a number, not as memory."""
    if isinstance(node.op, tb.Join):
        return position == 0
    for kind, start in _KNOWN_FROM.items():
        if isinstance(node.op, kind):
            return position >= start
    return False


def _known_results(node: Apply, arguments: list) -> list[Known]:
    """Return the outputs of a node all of whose inputs are known."""
    cells: list[list] = [[None] for _ in node.outputs]
    node.op.perform(node, [a.data if isinstance(a, Known) else a for a in arguments], cells)
    return [Known(cell[0], o.type.dtype) for cell, o in zip(cells, node.outputs)]


def whole(value: Any, what: str) -> int:
    if isinstance(value, Known):
        return int(value.data)
    if isinstance(value, Literal):
        return int(value.value)
    raise CompileError(f"The {what} is only known when the function runs.")


def wholes(value: Any, what: str) -> list[int]:
    if isinstance(value, Known):
        return [int(n) for n in np.atleast_1d(value.data)]
    if isinstance(value, Literal):
        return [int(value.value)] * max(1, int(np.prod(value.shape)))
    raise CompileError(f"The {what} is only known when the function runs.")


def converted(value: Value, dtype: str) -> Value:
    """Return `value` as `dtype`."""
    if value.dtype == dtype:
        return value
    scalar_text(ps.Cast(ps.get_scalar_type(dtype)), ["x"], [value.dtype], dtype)  # refuse what has no word
    return Expr(ps.Cast(ps.get_scalar_type(dtype)), (value,), dtype, value.shape)
