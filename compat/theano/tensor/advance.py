"""Random states that a compiled function keeps are advanced in place, not copied first."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.scan.op import Scan

from graphopt.engine.lines.linker import numpy_funcify


def advance_in_place(fgraph: FunctionGraph, mutable: Iterable[int]) -> None:
    """Let draws advance the states that the function of `fgraph` keeps, instead of copies of them.

    Such a state is one of the `mutable` inputs, and ``fgraph.update_mapping`` leads to it from the last of a
    chain of draws (and loops over draws), each the only reader of the state it is given. Copying a
    `RandomState` takes as long as drawing thousands of numbers.
    """
    output_of = {position: k for k, position in fgraph.update_mapping.items()}
    for position in mutable:
        if position in output_of:
            _advance(fgraph, fgraph.inputs[position], fgraph.outputs[output_of[position]])


def _advance(fgraph: FunctionGraph, first: Variable, last: Variable) -> None:
    """Put the chain of draws from the state `first` to the state `last` in place."""
    for node, place in _chain(fgraph, first, last):
        made = _owning(node, place).make_node(*node.inputs).outputs
        fgraph.replace_all(list(zip(node.outputs, made)), reason="advance_in_place")


def _chain(fgraph: FunctionGraph, first: Variable, last: Variable) -> list[tuple[Apply, int]]:
    """Return the draws from `first` to `last`, with the place of the state; none if others read it."""
    chain, state = [], first
    while len(fgraph.clients[state]) == 1:
        [(node, place)] = fgraph.clients[state]
        following = _following(node, place)
        if following is None:
            break
        chain.append((node, place))
        state = following
    return chain if state is last and len(fgraph.clients[state]) == 1 else []


def _following(node: Apply, place: int) -> Variable | None:
    """Return the state that `node` makes of its input at `place`, or None if it makes no such."""
    op = node.op
    if getattr(op, "advances_state", False):
        return node.outputs[0] if place == 0 else None
    if (
        isinstance(op, Scan)
        and 0 <= _carried(op, place) < op.info.n_untraced_sit_sot
        and _inner(op, place)[1]
    ):
        return op.outer_untraced_sit_sot_outs(node.outputs)[_carried(op, place)]
    return None


def _carried(op: Scan, place: int) -> int:
    """Return which of the values a loop hands from step to step is its input at `place`."""
    return place - op.untraced_sit_sot_arg_offset


def _inner(op: Scan, place: int) -> tuple[tuple[Variable, Variable], list]:
    """Return the state at `place` in a loop's step, before and after, and the chain between."""
    k = _carried(op, place)
    ends = (
        op.inner_untraced_sit_sot(op.inner_inputs)[k],
        op.inner_untraced_sit_sot_outs(op.inner_outputs)[k],
    )
    return ends, _chain(op.fgraph, *ends)


def _owning(node: Apply, place: int) -> Op:
    """Return the node's op in place; nobody else will read the state it destroys."""
    op = node.op
    if isinstance(op, Scan):
        twin = op.clone()
        _advance(twin.fgraph, *_inner(twin, place)[0])
        [output] = [k for k, seen in op.view_map.items() if seen == [place]]
        twin.view_map = {k: seen for k, seen in op.view_map.items() if k != output}
        twin.destroy_map = {**op.destroy_map, output: [place]}
        return twin
    twin = copy.copy(op)
    twin.inplace, twin.destroy_map, twin.owns_state = True, {0: [0]}, True
    return twin


def funcify_draw(op: Op, node: Apply) -> Callable:
    """Return what runs a draw: as any other operation, but a state that it owns is not copied first."""
    if getattr(op, "owns_state", False):
        op = copy.copy(op)
        op.destroy_map = {}
    return numpy_funcify.dispatch(object)(op, node)
