"""A whole LSTM layer as one operation, with its gradient.

The equations are those of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000), gates in
Keras' order ``i, f, c, o``::

    i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of the four parts of z[t] + h[t-1] @ U
    c[t] = f * c[t-1] + i * g
    h[t] = o * tanh(c[t])

The kernels keep the activated gates gate-major, ``(T, 4, B, H)``: every gate is then one contiguous block.
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.ops.sequence import (
    check_arrays,
    pullback_of_graph,
    reversed_scan,
    same_dtype,
    sequence_inputs,
    weight_gradient,
)

_CHUNK = 1 << 16  # elements of a derivative block: it stays in the second-level cache

# sigmoid(a) = 0.5 * tanh(0.5 * a) + 0.5 never overflows, and lets one tanh serve all four gates.
_SCALE = {d: np.array([0.5, 0.5, 1.0, 0.5], d).reshape(4, 1, 1) for d in ("float32", "float64")}
_SHIFT = {d: np.array([0.5, 0.5, 0.0, 0.5], d).reshape(4, 1, 1) for d in ("float32", "float64")}
# With it, (1 - gate) * (gate + this) is the derivative of sigmoid and of tanh alike.
_IS_TANH = {d: np.array([0.0, 0.0, 1.0, 0.0], d).reshape(4, 1, 1) for d in ("float32", "float64")}
_ONE = {d: np.ones((), d) for d in ("float32", "float64")}


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
        h = np.empty((steps, batch, units), dtype)
        c = np.empty((steps, batch, units), dtype)
        gates = np.empty((steps, 4, batch, units), dtype)
    else:
        h, c, gates = out
    scale, shift = _SCALE[dtype.name], _SHIFT[dtype.name]
    product = np.empty((batch, 4 * units), dtype)
    product_by_gate = product.reshape(batch, 4, units).transpose(1, 0, 2)
    z_by_gate = z.reshape(steps, batch, 4, units).transpose(0, 2, 1, 3)
    spare = np.empty((batch, units), dtype)
    dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
    h_before, c_before = h0, c0
    for z_now, gates_now, c_now, h_now in zip(z_by_gate, gates, c, h):
        dot(h_before, U, product)
        add(product_by_gate, z_now, gates_now)
        multiply(gates_now, scale, gates_now)
        tanh(gates_now, gates_now)
        multiply(gates_now, scale, gates_now)
        add(gates_now, shift, gates_now)
        i, f, g, o = gates_now
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
    one, is_tanh = _ONE[dtype.name], _IS_TANH[dtype.name]
    if out is None:
        dz = np.empty((steps, batch, 4 * units), dtype)
        dh0, dc0 = np.zeros((batch, units), dtype), np.zeros((batch, units), dtype)
    else:
        dz, dh0, dc0 = out
        dh0.fill(0)
        dc0.fill(0)
    # BLAS is faster on a stored transpose; making it pays only when it is used often enough.
    U_transposed = np.ascontiguousarray(U.T) if steps * batch > 64 else U.T
    dz_by_gate = dz.reshape(steps, batch, 4, units).transpose(0, 2, 1, 3)
    spare = np.empty((batch, units), dtype)
    chunk = min(steps, max(1, _CHUNK // max(1, gates[0].size))) if steps else 1
    slope = np.empty((chunk, 4, batch, units), dtype)
    other = np.empty_like(slope)
    through = np.empty((chunk, batch, units), dtype)
    squash = np.empty((chunk, batch, units), dtype)
    before = np.empty((chunk, batch, units), dtype)
    dot, add, multiply, subtract = np.dot, np.add, np.multiply, np.subtract
    for end in range(steps, 0, -chunk):
        start = max(0, end - chunk)
        n = end - start
        G, P, tanh_c, Q = gates[start:end], slope[:n], squash[:n], through[:n]
        # P: d(c, c, c, h)/d(pre-activation of i, f, g, o); Q: dh/dc
        np.tanh(c[start:end], tanh_c)
        subtract(one, G, P)
        add(G, is_tanh, other[:n])
        multiply(P, other[:n], P)
        if dgates is not None:
            raw = P * dgates[start:end]
        multiply(P[:, ::2], G[:, 2::-2], P[:, ::2])
        if start:
            c_before = c[start - 1 : end - 1]
        else:
            c_before = before[:n]
            c_before[0] = c0
            c_before[1:] = c[: end - 1]
        multiply(P[:, 1], c_before, P[:, 1])
        multiply(P[:, 3], tanh_c, P[:, 3])
        multiply(tanh_c, tanh_c, Q)
        subtract(one, Q, Q)
        multiply(Q, G[:, 3], Q)
        for t in range(n - 1, -1, -1):
            now = start + t
            add(dh0, dh[now], dh0)
            multiply(dh0, Q[t], spare)
            add(dc0, spare, dc0)
            if dc is not None:
                add(dc0, dc[now], dc0)
            P_now, dz_now = P[t], dz_by_gate[now]
            multiply(P_now[:3], dc0, dz_now[:3])
            multiply(P_now[3], dh0, dz_now[3])
            if dgates is not None:
                add(dz_now, raw[t], dz_now)
            multiply(dc0, G[t, 1], dc0)
            dot(dz[now], U_transposed, dh0)
    return dz, dh0, dc0


class LSTMForward(Op):
    """``(z, U, h0, c0) -> (h, c, gates)``; the gates are for the gradient."""

    __props__ = ()

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
        z, U, h0, c0 = inputs
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
        dh0, dc0, dz = reversed_scan(step, [dh, dc, dgates, gates, c, before], states, [U])
        return [dz, dh0[0], dc0[0]]

    def pullback(self, inputs, outputs, cotangents):
        return pullback_of_graph(self.graph, inputs, cotangents)
