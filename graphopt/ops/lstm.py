"""A whole LSTM layer as one operation, with its gradient.

The equations are those of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000),
gates in Keras' order ``i, f, c, o``::

    i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of the four parts of z[t] + h[t-1] @ U
    c[t] = f * c[t-1] + i * g
    h[t] = o * tanh(c[t])

The kernels keep the activated gates gate-major, ``(T, 4, B, H)``: every gate is then one contiguous block.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.ops.recycling import empty
from graphopt.ops.sequence import (
    backward_chunks,
    check_arrays,
    lanes,
    numpy_seconds,
    pullback_of_graph,
    reversed_steps,
    same_dtype,
    sequence_inputs,
    transposed,
    weight_gradient,
)

_SMALL = 1 << 14  # elements up to which a stored array is faster than a broadcast one


@lru_cache(maxsize=64)
def _gate_constants(dtype, batch, units):
    """Return ``scale, shift, is_tanh, one`` for gate-major blocks.

    ``sigmoid(a) = 0.5 * tanh(0.5 * a) + 0.5`` never overflows, and lets one tanh serve all four gates.
    ``(1 - gate) * (gate + is_tanh)`` is the derivative of sigmoid and of tanh alike.
    """
    columns = [[0.5, 0.5, 1.0, 0.5], [0.5, 0.5, 0.0, 0.5], [0.0, 0.0, 1.0, 0.0]]
    constants = [np.array(column, dtype).reshape(4, 1, 1) for column in columns]
    if 4 * batch * units <= _SMALL:
        constants = [np.broadcast_to(column, (4, batch, units)).copy() for column in constants]
    return *constants, np.ones((), dtype)


def lstm(z, U, h0, c0):
    """Return the hidden and cell states of an LSTM layer at every step.

    Parameters
    ----------
    z : (T, B, 4 H)
        Projected inputs ``[x, 1] @ W``, gates in Keras' order i, f, c, o.
    U : (H, 4 H)
        Recurrent weights.
    h0, c0 : (B, H)
        States before the first step.

    Returns
    -------
    h, c : (T, B, H)

    Raises
    ------
    ShapeMismatch
        When the static shapes contradict each other.
    """
    inputs = sequence_inputs("lstm", z, U, {"h0": h0, "c0": c0}, gates=4)
    return tuple(LSTMForward()(inputs.z, inputs.U, *inputs.states)[:2])


def lstm_forward(z, U, h0, c0, *, out=None):
    """Return ``h, c, gates`` as arrays: (T, B, H) twice, and the activated gates (T, 4, B, H)."""
    steps, batch, units = check_arrays("lstm", z, U, {"h0": h0, "c0": c0}, gates=4)
    dtype = z.dtype
    if out is None:
        h = empty((steps, batch, units), dtype)
        c = empty((steps, batch, units), dtype)
        gates = empty((steps, 4, batch, units), dtype)
    else:
        h, c, gates = out
    if batch * units * steps == 0:
        return h, c, gates
    scale, shift, _, _ = _gate_constants(dtype, batch, units)
    z_by_gate = lanes(z, 4)
    # One product for each gate writes its block; for a single sequence the blocks lie side by side anyway.
    if batch == 1:
        weights, product, products = U, np.dot, gates.reshape(steps, 1, 4 * units)
    else:
        weights = np.ascontiguousarray(U.reshape(units, 4, units).transpose(1, 0, 2))
        product, products = np.matmul, gates
    add, multiply, tanh = np.add, np.multiply, np.tanh
    spare = empty((batch, units), dtype)
    h_before, c_before = h0, c0
    for z_now, block, product_now, c_now, h_now in zip(z_by_gate, gates, products, c, h):
        product(h_before, weights, product_now)
        add(block, z_now, block)
        multiply(block, scale, block)
        tanh(block, block)
        multiply(block, scale, block)
        add(block, shift, block)
        i, f, g, o = block
        multiply(f, c_before, c_now)
        multiply(i, g, spare)
        add(c_now, spare, c_now)
        tanh(c_now, spare)
        multiply(o, spare, h_now)
        h_before, c_before = h_now, c_now
    return h, c, gates


def lstm_backward(U, gates, c, c0, dh, dc=None, dgates=None, *, out=None):
    """Return ``dz, dh0, dc0`` from the gradients of `h` (`dh`), and of `c` and `gates` when they have one."""
    steps, _, batch, units = gates.shape
    dtype = gates.dtype
    if out is None:
        dz = empty((steps, batch, 4 * units), dtype)
        dh0, dc0 = np.zeros((batch, units), dtype), np.zeros((batch, units), dtype)
    else:
        dz, dh0, dc0 = out
        dh0.fill(0)
        dc0.fill(0)
    if batch * units * steps == 0:
        return dz, dh0, dc0
    _, _, is_tanh, one = _gate_constants(dtype, batch, units)
    weights = transposed(U, steps * batch)
    dz_by_gate = lanes(dz, 4)
    chunks = backward_chunks(steps, 4 * batch * units)
    chunk = chunks[0].stop - chunks[0].start
    slopes, others = empty((2, chunk, 4, batch, units), dtype)
    squashed, throughs = empty((2, chunk, batch, units), dtype)
    spare = empty((batch, units), dtype)
    dot, add, multiply, subtract = np.dot, np.add, np.multiply, np.subtract
    for now in chunks:
        # What does not depend on later steps, for a chunk of steps at once. After it
        # slope is d(c, c, c, h)/d(pre-activations of i, f, g, o), and through is dh/dc.
        start, end = now.start, now.stop
        n = end - start
        G, slope, other, tanh_c, through = gates[now], slopes[:n], others[:n], squashed[:n], throughs[:n]
        np.tanh(c[now], tanh_c)
        subtract(one, G, slope)
        add(G, is_tanh, other)
        multiply(slope, other, slope)
        if dgates is not None:
            direct = slope * dgates[now]
        multiply(slope[:, ::2], G[:, 2::-2], slope[:, ::2])
        multiply(slope[1:, 1], c[start : end - 1], slope[1:, 1])
        multiply(slope[0, 1], c[start - 1] if start else c0, slope[0, 1])
        multiply(slope[:, 3], tanh_c, slope[:, 3])
        multiply(tanh_c, tanh_c, through)
        subtract(one, through, through)
        multiply(through, G[:, 3], through)
        if dgates is not None or dc is not None:
            rest = zip(
                dc[now][::-1] if dc is not None else repeat(None),
                direct[::-1] if dgates is not None else repeat(None),
            )
        else:
            rest = repeat((None, None))
        rows, by_gate = dz[now][::-1], dz_by_gate[now][::-1]
        for dh_now, through_now, slope_c, slope_o, forget, dz_now, dz_c, dz_o, (dc_now, dgates_now) in zip(
            dh[now][::-1],
            through[::-1],
            slope[::-1, :3],
            slope[::-1, 3],
            G[::-1, 1],
            rows,
            by_gate[:, :3],
            by_gate[:, 3],
            rest,
        ):
            add(dh0, dh_now, dh0)
            multiply(dh0, through_now, spare)
            add(dc0, spare, dc0)
            if dc_now is not None:
                add(dc0, dc_now, dc0)
            multiply(slope_c, dc0, dz_c)
            multiply(slope_o, dh0, dz_o)
            if dgates_now is not None:
                add(dz_c, dgates_now[:3], dz_c)
                add(dz_o, dgates_now[3], dz_o)
            multiply(dc0, forget, dc0)
            dot(dz_now, weights, dh0)
    return dz, dh0, dc0


class LSTMForward(Op):
    """``(z, U, h0, c0) -> (h, c, gates)``; the gates are for the gradient."""

    __props__ = ()
    numpy_seconds = numpy_seconds

    def make_node(self, z, U, h0, c0):
        z, U, (h0, c0), steps, batch, units = sequence_inputs("lstm", z, U, {"h0": h0, "c0": c0}, gates=4)
        state = pt.tensor(dtype=z.dtype, shape=(steps, batch, units))
        gates = pt.tensor(dtype=z.dtype, shape=(steps, 4, batch, units))
        return Apply(self, [z, U, h0, c0], [state, state.type(), gates])

    def perform(self, node, inputs, output_storage):
        for storage, value in zip(output_storage, lstm_forward(*inputs)):
            storage[0] = value

    def infer_shape(self, fgraph, node, shapes):
        (steps, batch, _), _, (_, units), _ = shapes
        return [(steps, batch, units), (steps, batch, units), (steps, pt.constant(4), batch, units)]

    def pullback(self, inputs, outputs, cotangents):
        _, U, h0, c0 = inputs
        h, c, gates = outputs
        dh, dc, dgates = (None if isinstance(d.type, DisconnectedType) else d for d in cotangents)
        dh = pt.zeros_like(h) if dh is None else dh
        extra = [d for d in (dc, dgates) if d is not None]
        gradient = LSTMGradient(with_dc=dc is not None, with_dgates=dgates is not None)
        dz, dh0, dc0 = gradient(U, gates, c, c0, dh, *extra)
        return [dz, weight_gradient(h, h0, dz), dh0, dc0]


class LSTMGradient(Op):
    """``(U, gates, c, c0, dh[, dc][, dgates]) -> (dz, dh0, dc0)``."""

    __props__ = ("with_dc", "with_dgates")
    numpy_seconds = numpy_seconds

    def __init__(self, *, with_dc=False, with_dgates=False):
        self.with_dc = with_dc
        self.with_dgates = with_dgates

    def make_node(self, U, gates, c, c0, dh, *extra):
        U, gates, c, c0, dh, *extra = same_dtype(U, gates, c, c0, dh, *extra)
        steps, _, batch, units = gates.type.shape
        dz = pt.tensor(dtype=U.dtype, shape=(steps, batch, None if units is None else 4 * units))
        state = pt.tensor(dtype=U.dtype, shape=(batch, units))
        return Apply(self, [U, gates, c, c0, dh, *extra], [dz, state, state.type()])

    def arguments(self, inputs):
        """Return the inputs in the kernel's order, None for what is missing."""
        extra = iter(inputs[5:])
        return [*inputs[:5], next(extra) if self.with_dc else None, next(extra) if self.with_dgates else None]

    def perform(self, node, inputs, output_storage):
        for storage, value in zip(output_storage, lstm_backward(*self.arguments(inputs))):
            storage[0] = value

    def infer_shape(self, fgraph, node, shapes):
        steps, _, batch, units = shapes[1]
        return [(steps, batch, 4 * units), (batch, units), (batch, units)]

    def graph(self, U, gates, c, c0, dh, *extra):
        """Return the same outputs as a plain PyTensor graph, for second derivatives."""
        before = pt.concatenate([c0[None], c])[:-1]
        _, _, _, _, _, dc, dgates = self.arguments([U, gates, c, c0, dh, *extra])
        dc = pt.zeros_like(c) if dc is None else dc
        dgates = pt.zeros_like(gates) if dgates is None else dgates

        def step(dh_now, dc_now, dG, G, c_now, before, dh_after, dc_after, U):
            i, f, g, o = G[0], G[1], G[2], G[3]
            tanh_c = pt.tanh(c_now)
            dh_now = dh_now + dh_after
            dc_now = dc_now + dc_after + dh_now * o * (1 - tanh_c * tanh_c)
            da_i = (dc_now * g + dG[0]) * i * (1 - i)
            da_f = (dc_now * before + dG[1]) * f * (1 - f)
            da_g = (dc_now * i + dG[2]) * (1 - g * g)
            da_o = (dh_now * tanh_c + dG[3]) * o * (1 - o)
            dz_now = pt.concatenate([da_i, da_f, da_g, da_o], axis=1)
            return pt.dot(dz_now, U.T), dc_now * f, dz_now

        states = [pt.zeros_like(c0), pt.zeros_like(c0)]
        dh0, dc0, dz = reversed_steps(step, [dh, dc, dgates, gates, c, before], states, [U])
        return [dz, dh0[0], dc0[0]]

    def pullback(self, inputs, outputs, cotangents):
        return pullback_of_graph(self.graph, inputs, cotangents)


@numpy_funcify.register(LSTMForward)
def _forward_kernel(op, node):
    return lstm_forward


@numpy_funcify.register(LSTMGradient)
def _gradient_kernel(op, node):
    if op.with_dgates and not op.with_dc:
        return lambda U, gates, c, c0, dh, dgates: lstm_backward(U, gates, c, c0, dh, None, dgates)
    return lstm_backward
