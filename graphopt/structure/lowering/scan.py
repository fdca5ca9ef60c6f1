"""Scans, written out: the graph of a step is lowered once for each step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import io_toposort
from pytensor.scan.op import Scan

from graphopt.structure.lowering.elements import Value, is_form, numbered, picked, shape_of
from graphopt.structure.lowering.graph import TAKES_TRUTH, Lowering, lower_op, not_lowered

TAKES_TRUTH.add(Scan)


@lower_op.register(Scan)
def _scan(op: Scan, node: Apply, lowering: Lowering, *inputs: Value) -> list[Value]:
    info = op.info
    if is_form(inputs[0]):
        raise not_lowered(node, "its number of steps depends on the decisions")
    if info.as_while:
        raise not_lowered(node, "it runs until a condition holds")
    if info.mit_mot_in_slices:
        raise not_lowered(node, "it is the gradient of another loop")
    states = [
        _State(initial, taps)
        for initial, taps in zip(
            [*op.outer_mitsot(inputs), *op.outer_sitsot(inputs)],
            [*info.mit_sot_in_slices, *info.sit_sot_in_slices],
        )
    ]
    n_steps = int(inputs[0])
    sequences = [_rows(s) for s in op.outer_seqs(inputs)]
    carried, constant = list(op.outer_untraced_sit_sot(inputs)), list(op.outer_non_seqs(inputs))
    traces: list[list[Value]] = [[] for _ in range(info.n_nit_sot)]
    step = _Step(op.inner_inputs, op.inner_outputs)
    for t in range(n_steps):
        read = [s.read(tap) for s in states for tap in s.taps]
        made = step(lowering, [*(rows[t] for rows in sequences), *read, *carried, *constant])
        for state, row in zip(states, made):
            state.rows.append(row)
        for trace, row in zip(traces, made[len(states) :]):
            trace.append(row)
        carried = made[len(states) + len(traces) :]
    finished = [s.finished() for s in states]
    finished += [_last(rows, int(n), node) for rows, n in zip(traces, op.outer_nitsot(inputs))]
    return [*finished, *carried]


class _Step:
    """The graph of one step, its operations in order."""

    def __init__(self, inputs: Sequence[Variable], outputs: Sequence[Variable]) -> None:
        self.inputs, self.outputs = list(inputs), list(outputs)
        self.nodes = list(io_toposort(self.inputs, self.outputs))

    def __call__(self, lowering: Lowering, values: Sequence[Value]) -> list[Value]:
        """Return the values of the outputs."""
        return lowering.inside(self.inputs, values, self.outputs, self.nodes)


class _State:
    """The rows of a state: those before the first step, then one for each step."""

    def __init__(self, initial: Value, taps: Sequence[int]) -> None:
        self.taps, self.depth = taps, -min(taps)
        self.length = shape_of(initial)[0]
        self.rows = _rows(initial)[: self.depth]

    def read(self, tap: int) -> Value:
        """Return the row that was made ``-tap`` steps ago."""
        return self.rows[len(self.rows) + tap]

    def finished(self) -> Value:
        """Return the rows that the loop was asked to keep: the last ones."""
        return _joined(self.rows[max(0, len(self.rows) - self.length) :])


def _rows(value: Value) -> list[Value]:
    """Return the value's elements along the first axis."""
    if not is_form(value):
        return list(np.asarray(value))
    return [picked([value], row) for row in numbered([value])[0]]


def _joined(rows: Sequence[Value]) -> Value:
    """Return `rows` along a new first axis."""
    if not any(is_form(row) for row in rows):
        return np.stack(rows)
    return picked(rows, np.stack(numbered(rows)))


def _last(rows: list[Value], length: int, node: Apply) -> Value:
    """Return the last `length` rows of what a loop made."""
    if not rows:
        raise not_lowered(node, "it runs for no steps")
    return _joined(rows[max(0, len(rows) - length) :])
