"""Compiled recurrent kernels behind the signatures of the NumPy kernels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, singledispatch

import numpy as np
from pytensor.graph.op import Op

from graphopt.engine import native
from graphopt.engine.lines.linker import native_funcify, numpy_funcify
from graphopt.errors import ShapeMismatch
from graphopt.ops.gru import GRUForward, GRUGradient
from graphopt.ops.kernels.table import KERNELS
from graphopt.ops.lstm import LSTMForward, LSTMGradient
from graphopt.ops.recycling import empty
from graphopt.ops.rnn import ACTIVATIONS, RNNForward, RNNGradient
from graphopt.ops.sequence import check_arrays


def compiled_kernel(op: Op, dtype: str) -> Callable | None:
    """Return a function of the op's input arrays that returns its outputs, compiled for `dtype`.

    It compiles when called (a fifth of a second with a C compiler, the first time on a machine) and returns
    None for an operation that has no compiled twin. The function is safe to call from many threads.
    """
    found = _twin(op)
    if found is None:
        return None
    name, call = found
    kernel = KERNELS[name]
    run = native.build(kernel.source(dtype), name)

    def execute(sizes, *arguments):
        run.raw(*sizes, *arguments, empty((kernel.work(*sizes),), np.dtype(dtype)))

    return partial(call, execute, np.dtype(dtype))


@singledispatch
def _twin(op):
    """Return the name of the kernel and what calls it, or None."""
    return None


@_twin.register(RNNForward)
def _(op):
    activation = ACTIVATIONS.index(op.activation)

    def call(execute, dtype, z, U, h0):
        sizes = check_arrays("simple_rnn", z, U, {"h0": h0}, gates=1)
        h = empty(sizes, dtype)
        execute(sizes, *_flat(z, U, h0), activation, h)
        return h

    return "rnn_forward", call


@_twin.register(RNNGradient)
def _(op):
    activation = ACTIVATIONS.index(op.activation)

    def call(execute, dtype, U, h, dh):
        _same_shape(h, dh)
        dz, dh0 = empty(h.shape, dtype), empty(h.shape[1:], dtype)
        execute(h.shape, *_flat(U, h, dh), activation, dz, dh0)
        return dz, dh0

    return "rnn_backward", call


@_twin.register(GRUForward)
def _(op):
    bias_rows = int(op.reset_after)

    def call(execute, dtype, z, U, h0):
        sizes = steps, batch, units = check_arrays("gru", z, U, {"h0": h0}, gates=3, bias_rows=bias_rows)
        h, inner = empty(sizes, dtype), empty(sizes, dtype)
        gates = empty((steps, 3, batch, units), dtype)
        execute(sizes, *_flat(z, U, h0), h, gates, inner)
        return h, gates, inner

    return ("gru_after_forward" if op.reset_after else "gru_before_forward"), call


@_twin.register(GRUGradient)
def _(op):
    if op.with_hidden:
        return None

    def call(execute, dtype, U, h, gates, inner, h0, dh):
        _same_shape(h, dh)
        steps, batch, units = h.shape
        wide = [empty((steps, batch, 3 * units), dtype) for _ in range(1 + op.reset_after)]
        dh0 = empty((batch, units), dtype)
        execute(h.shape, *_flat(U, h, gates, inner, h0, dh), *wide, dh0)
        return (*wide, dh0)

    return ("gru_after_backward" if op.reset_after else "gru_before_backward"), call


@_twin.register(LSTMForward)
def _(op):
    def call(execute, dtype, z, U, h0, c0):
        sizes = steps, batch, units = check_arrays("lstm", z, U, {"h0": h0, "c0": c0}, gates=4)
        h, c = empty(sizes, dtype), empty(sizes, dtype)
        gates = empty((steps, 4, batch, units), dtype)
        execute(sizes, *_flat(z, U, h0, c0), h, c, gates)
        return h, c, gates

    return "lstm_forward", call


@_twin.register(LSTMGradient)
def _(op):
    if op.with_dgates:
        return None

    def call(execute, dtype, U, gates, c, c0, dh, dc=None):
        _same_shape(c, dh)
        if dc is not None:
            _same_shape(c, dc)
        steps, batch, units = c.shape
        dz = empty((steps, batch, 4 * units), dtype)
        dh0, dc0 = empty((batch, units), dtype), empty((batch, units), dtype)
        inputs = _flat(U, gates, c, c0, dh)
        execute(c.shape, *inputs, int(dc is not None), *_flat(dh if dc is None else dc), dz, dh0, dc0)
        return dz, dh0, dc0

    return "lstm_backward", call


def _flat(*arrays):
    return [np.ascontiguousarray(array) for array in arrays]


def _same_shape(states, gradient):
    if states.shape != gradient.shape:
        raise ShapeMismatch(f"The gradient of states {states.shape} came with shape {gradient.shape}.")


@native_funcify.register(RNNForward)
@native_funcify.register(RNNGradient)
@native_funcify.register(GRUForward)
@native_funcify.register(GRUGradient)
@native_funcify.register(LSTMForward)
@native_funcify.register(LSTMGradient)
def _compiled_or_numpy(op, node):
    return compiled_kernel(op, node.outputs[0].type.dtype) or numpy_funcify(op, node)
