"""Recurrent layers and picks inside a whole-graph kernel."""

from __future__ import annotations

from collections.abc import Sequence

from graphopt.engine.kernels.blocks import Block, Literal, Value
from graphopt.engine.kernels.loops import Lowering
from graphopt.engine.kernels.lowering import lower
from graphopt.errors import CompileError
from graphopt.ops.gru import GRUForward, GRUGradient
from graphopt.ops.kernels.table import KERNELS, REALS
from graphopt.ops.labels import PickLabels, PlaceLabels
from graphopt.ops.lstm import LSTMForward, LSTMGradient
from graphopt.ops.rnn import ACTIVATIONS, RNNForward, RNNGradient
from graphopt.ops.rows import ScatterRows, TakeRows
from graphopt.ops.sequence import check_arrays


def _call(lowering: Lowering, name: str, dtype: str, sizes: Sequence[int], *arguments: Block | int) -> None:
    """Write the call of a recurrent kernel: sizes, blocks and numbers, then its workspace."""
    kernel = KERNELS[name]
    blocks = [a for a in arguments if isinstance(a, Block)]
    work = lowering.new(dtype, (max(1, kernel.work(*sizes)),))
    texts = [
        *map(str, sizes),
        *(a.pointer if isinstance(a, Block) else str(a) for a in arguments),
        work.pointer,
    ]
    suffix = lowering.include(kernel.source(dtype))
    lowering.call(f"{name}{suffix}({', '.join(texts)})", *blocks, work)


@lower.register(RNNForward)
def _rnn_forward(op, node, lowering, z, U, h0):
    check_arrays("simple_rnn", z, U, {"h0": h0}, gates=1)
    z, U, h0 = map(lowering.block, (z, U, h0))
    h = lowering.new(z.dtype, z.shape)
    _call(lowering, "rnn_forward", z.dtype, z.shape, z, U, h0, ACTIVATIONS.index(op.activation), h)
    return [h]


@lower.register(RNNGradient)
def _rnn_gradient(op, node, lowering, U, h, dh):
    U, h, dh = map(lowering.block, (U, h, dh))
    dz, dh0 = lowering.new(h.dtype, h.shape), lowering.new(h.dtype, h.shape[1:])
    _call(lowering, "rnn_backward", h.dtype, h.shape, U, h, dh, ACTIVATIONS.index(op.activation), dz, dh0)
    return [dz, dh0]


@lower.register(GRUForward)
def _gru_forward(op, node, lowering, z, U, h0):
    bias_rows = int(op.reset_after)
    steps, batch, units = sizes = check_arrays("gru", z, U, {"h0": h0}, gates=3, bias_rows=bias_rows)
    z, U, h0 = map(lowering.block, (z, U, h0))
    h, inner = lowering.new(z.dtype, sizes), lowering.new(z.dtype, sizes)
    gates = lowering.new(z.dtype, (steps, 3, batch, units))
    name = "gru_after_forward" if op.reset_after else "gru_before_forward"
    _call(lowering, name, z.dtype, sizes, z, U, h0, h, gates, inner)
    return [h, gates, inner]


@lower.register(GRUGradient)
def _gru_gradient(op, node, lowering, *inputs):
    if op.with_hidden:
        raise CompileError(f"{op} has no kernel form.")
    U, h, gates, inner, h0, dh = map(lowering.block, inputs)
    steps, batch, units = h.shape
    wide = [lowering.new(h.dtype, (steps, batch, 3 * units)) for _ in range(1 + op.reset_after)]
    dh0 = lowering.new(h.dtype, (batch, units))
    name = "gru_after_backward" if op.reset_after else "gru_before_backward"
    _call(lowering, name, h.dtype, h.shape, U, h, gates, inner, h0, dh, *wide, dh0)
    return [*wide, dh0]


@lower.register(LSTMForward)
def _lstm_forward(op, node, lowering, z, U, h0, c0):
    steps, batch, units = sizes = check_arrays("lstm", z, U, {"h0": h0, "c0": c0}, gates=4)
    z, U, h0, c0 = map(lowering.block, (z, U, h0, c0))
    h, c = lowering.new(z.dtype, sizes), lowering.new(z.dtype, sizes)
    gates = lowering.new(z.dtype, (steps, 4, batch, units))
    _call(lowering, "lstm_forward", z.dtype, sizes, z, U, h0, c0, h, c, gates)
    return [h, c, gates]


@lower.register(LSTMGradient)
def _lstm_gradient(op, node, lowering, *inputs):
    if op.with_dgates:
        raise CompileError(f"{op} has no kernel form.")
    U, gates, c, c0, dh, *extra = map(lowering.block, inputs)
    steps, batch, units = c.shape
    dz = lowering.new(c.dtype, (steps, batch, 4 * units))
    dh0, dc0 = lowering.new(c.dtype, (batch, units)), lowering.new(c.dtype, (batch, units))
    dc = extra[0] if extra else dh
    _call(lowering, "lstm_backward", c.dtype, c.shape, U, gates, c, c0, dh, len(extra), dc, dz, dh0, dc0)
    return [dz, dh0, dc0]


# --- picks

_ROWS = """
def take_rows(count: i64, n: i64, size: i64, table: REALp, indices: i64p, out: REALp) -> i64:
    for i in range(count):
        if indices[i] < 0 or indices[i] >= n:
            return 1
        for j in range(size):
            out[i * size + j] = table[indices[i] * size + j]
    return 0


def scatter_rows(count: i64, n: i64, size: i64, values: REALp, indices: i64p, out: REALp) -> i64:
    for i in range(n * size):
        out[i] = 0.0
    for i in range(count):
        if indices[i] < 0 or indices[i] >= n:
            return 1
        for j in range(size):
            out[indices[i] * size + j] += values[i * size + j]
    return 0


def pick_labels(count: i64, n: i64, p: REALp, labels: i64p, out: REALp) -> i64:
    for i in range(count):
        if labels[i] < 0 or labels[i] >= n:
            return 1
        out[i] = p[i * n + labels[i]]
    return 0


def place_labels(count: i64, n: i64, values: REALp, labels: i64p, out: REALp) -> i64:
    for i in range(count * n):
        out[i] = 0.0
    for i in range(count):
        if labels[i] < 0 or labels[i] >= n:
            return 1
        out[i * n + labels[i]] = values[i]
    return 0
"""


def _pick(
    lowering: Lowering, name: str, sizes: Sequence[int], values: Block, indices: Block, out: Block
) -> list[Block]:
    """Write the call of a pick, which stops the loop at an index out of range."""
    suffix = lowering.include(_ROWS.replace("REAL", REALS[values.dtype]))
    numbers = ", ".join(map(str, sizes))
    text = f"{name}{suffix}({numbers}, {values.pointer}, {indices.pointer}, {out.pointer})"
    lowering.check(text, values, indices, out)
    return [out]


def _operands(lowering: Lowering, values, indices) -> tuple[Block, Block]:
    if values.dtype not in REALS:
        raise CompileError(f"Picks from {values.dtype} have no kernel form.")
    return lowering.block(values), lowering.block(indices)


def _known(length: Value) -> int:
    """Return a length that must be known before the kernel runs."""
    if not isinstance(length, Literal):
        raise CompileError("A length is only known when the function runs.")
    return int(length.value)


@lower.register(TakeRows)
def _take_rows(op, node, lowering, table, indices):
    table, indices = _operands(lowering, table, indices)
    out = lowering.new(table.dtype, (*indices.shape, *table.shape[1:]))
    sizes = indices.size, table.shape[0], table.size // max(1, table.shape[0])
    return _pick(lowering, "take_rows", sizes, table, indices, out)


@lower.register(ScatterRows)
def _scatter_rows(op, node, lowering, values, indices, n):
    rows = _known(n)
    values, indices = _operands(lowering, values, indices)
    out = lowering.new(values.dtype, (rows, *values.shape[len(indices.shape) :]))
    sizes = indices.size, rows, out.size // max(1, rows)
    return _pick(lowering, "scatter_rows", sizes, values, indices, out)


@lower.register(PickLabels)
def _pick_labels(op, node, lowering, p, labels):
    p, labels = _operands(lowering, p, labels)
    if labels.shape != p.shape[:-1]:
        raise CompileError(f"Labels of shape {labels.shape} for rows {p.shape[:-1]}.")
    out = lowering.new(p.dtype, labels.shape)
    return _pick(lowering, "pick_labels", (labels.size, p.shape[-1]), p, labels, out)


@lower.register(PlaceLabels)
def _place_labels(op, node, lowering, values, labels, classes):
    width = _known(classes)
    values, labels = _operands(lowering, values, labels)
    out = lowering.new(values.dtype, (*labels.shape, width))
    return _pick(lowering, "place_labels", (labels.size, width), values, labels, out)
