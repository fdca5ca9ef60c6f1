"""A whole GRU layer as one operation, with its gradient.

The gated recurrent unit of Cho et al. (2014), gates in Keras' order ``z, r, h``. With ``reset_after`` (Keras'
default) the reset gate meets the product with the recurrent weights, whose last row is a bias::

    u = [h[t-1], 1] @ U
    z, r = sigmoid of the first two parts of a[t] + u
    n = tanh(a_h[t] + r * u_h)
    h[t] = z * h[t-1] + (1 - z) * n

and without it the reset gate meets the state: ``n = tanh(a_h[t] + (r * h[t-1]) @ U_h)``, without a bias. Here ``a``
is the projected input, which the functions call `z`, as the other recurrences do.

The kernels keep the activated gates gate-major, ``(T, 3, B, H)``: every gate is then one contiguous block. What
the reset gate met or made (``u_h``, or ``r * h[t-1]``) is kept as `inner`, (T, B, H).
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


def gru(z, U, h0, reset_after=True):
    """Return the states of a GRU layer at every step, (T, B, H).

    Parameters
    ----------
    z : (T, B, 3 H)
        Projected inputs ``[x, 1] @ W``, gates in Keras' order z, r, h.
    U : (H + 1, 3 H) with `reset_after`, (H, 3 H) without
        Recurrent weights; the last of H + 1 rows is the recurrent bias.
    h0 : (B, H)
        State before the first step.
    reset_after : bool
        Whether the reset gate acts after the product with `U` (Keras' default) or before it.

    Raises
    ------
    ShapeMismatch
        When the static shapes contradict each other.
    """
    op = GRUForward(reset_after=bool(reset_after))
    inputs = op.checked(z, U, h0)
    return op(inputs.z, inputs.U, *inputs.states)[0]


def gru_forward(z, U, h0, reset_after=True, *, out=None):
    """Return ``h, gates, inner`` as arrays: (T, B, H), (T, 3, B, H), (T, B, H)."""
    bias_rows = int(reset_after)
    steps, batch, units = check_arrays("gru", z, U, {"h0": h0}, gates=3, bias_rows=bias_rows)
    dtype = z.dtype
    if out is None:
        h = np.empty((steps, batch, units), dtype)
        gates = np.empty((steps, 3, batch, units), dtype)
        inner = np.empty((steps, batch, units), dtype)
    else:
        h, gates, inner = out
    half = dtype.type(0.5)
    z_by_gate = z.reshape(steps, batch, 3, units).transpose(0, 2, 1, 3)
    parts = 3 if reset_after else 2
    product = np.empty((batch, parts * units), dtype)
    product_by_gate = product.reshape(batch, parts, units).transpose(1, 0, 2)
    product_zr = product_by_gate[:2]
    if reset_after:
        weights, bias, product_h = U[:units], U[units], product_by_gate[2]
    else:
        weights, weights_h = np.ascontiguousarray(U[:, : 2 * units]), np.ascontiguousarray(U[:, 2 * units :])
    dot, add, multiply, subtract, tanh = np.dot, np.add, np.multiply, np.subtract, np.tanh
    before = h0
    for z_now, gates_now, inner_now, h_now in zip(z_by_gate, gates, inner, h):
        sigmoids, n = gates_now[:2], gates_now[2]
        update, reset = sigmoids
        dot(before, weights, product)
        if reset_after:
            add(product, bias, product)
        add(product_zr, z_now[:2], sigmoids)
        # sigmoid(a) = 0.5 * tanh(0.5 * a) + 0.5 never overflows
        multiply(sigmoids, half, sigmoids)
        tanh(sigmoids, sigmoids)
        multiply(sigmoids, half, sigmoids)
        add(sigmoids, half, sigmoids)
        if reset_after:
            inner_now[...] = product_h
            multiply(reset, inner_now, n)
        else:
            multiply(reset, before, inner_now)
            dot(inner_now, weights_h, n)
        add(n, z_now[2], n)
        tanh(n, n)
        subtract(before, n, h_now)
        multiply(h_now, update, h_now)
        add(h_now, n, h_now)
        before = h_now
    return h, gates, inner


def gru_backward(U, h, gates, inner, h0, dh, dgates=None, dinner=None, *, reset_after=True):
    """Return ``dz, du, dh0`` (``dz, dh0`` without `reset_after`) from the gradients of `h`, `gates`, `inner`.

    ``du`` is the gradient of ``u = [h[t-1], 1] @ U``, what the weights' gradient needs.
    """
    steps, _, batch, units = gates.shape
    dtype = gates.dtype
    dz = np.empty((steps, batch, 3 * units), dtype)
    dh0 = np.zeros((batch, units), dtype)
    dz_by_gate = dz.reshape(steps, batch, 3, units).transpose(0, 2, 1, 3)
    spare = np.empty((batch, units), dtype)
    slope = np.empty((3, batch, units), dtype)
    shape = (batch, 3, units)
    one = dtype.type(1)
    dot, add, multiply, subtract = np.dot, np.add, np.multiply, np.subtract
    transpose = np.ascontiguousarray if steps * batch > 64 else np.asarray
    if reset_after:
        weights = transpose(U[:units].T)
        du = np.empty((steps, batch, 3 * units), dtype)
        du_by_gate = du.reshape(steps, batch, 3, units).transpose(0, 2, 1, 3)
    else:
        weights, weights_h = transpose(U[:, : 2 * units].T), transpose(U[:, 2 * units :].T)
    P_zr, P_n = slope[:2], slope[2]
    for t in range(steps - 1, -1, -1):
        G = gates[t]
        update, reset, n = G
        before = h[t - 1] if t else h0
        # slope: d sigmoid, d sigmoid, d tanh
        subtract(one, G[:2], P_zr)
        multiply(P_zr, G[:2], P_zr)
        multiply(n, n, P_n)
        subtract(one, P_n, P_n)
        add(dh0, dh[t], dh0)
        dz_now = dz_by_gate[t]
        dz_update, dz_reset, dz_n = dz_now
        # n
        subtract(one, update, spare)
        multiply(spare, dh0, spare)
        if dgates is not None:
            add(spare, dgates[t, 2], spare)
        multiply(spare, P_n, P_n)  # the gradient of n's pre-activation
        dz_n[...] = P_n
        # update
        subtract(before, n, spare)
        multiply(spare, dh0, spare)
        if dgates is not None:
            add(spare, dgates[t, 0], spare)
        multiply(spare, slope[0], dz_update)
        multiply(dh0, update, dh0)
        # reset
        if reset_after:
            multiply(P_n, inner[t], spare)
            if dgates is not None:
                add(spare, dgates[t, 1], spare)
            multiply(spare, slope[1], dz_reset)
            du_now = du_by_gate[t]
            du_now[:2] = dz_now[:2]
            multiply(P_n, reset, du_now[2])
            if dinner is not None:
                add(du_now[2], dinner[t], du_now[2])
            dot(du[t], weights, spare)
        else:
            d_inner = dot(P_n, weights_h)
            if dinner is not None:
                add(d_inner, dinner[t], d_inner)
            multiply(d_inner, before, spare)
            if dgates is not None:
                add(spare, dgates[t, 1], spare)
            multiply(spare, slope[1], dz_reset)
            multiply(d_inner, reset, d_inner)
            add(dh0, d_inner, dh0)
            dot(dz[t].reshape(shape)[:, :2].reshape(batch, 2 * units), weights, spare)
        add(dh0, spare, dh0)
    return (dz, du, dh0) if reset_after else (dz, dh0)


class GRUForward(Op):
    """``(z, U, h0) -> (h, gates, inner)``; the last two are for the gradient."""

    __props__ = ("reset_after",)

    def __init__(self, *, reset_after):
        self.reset_after = reset_after

    def checked(self, z, U, h0):
        """Return the inputs as ``SequenceInputs``."""
        return sequence_inputs("gru", z, U, {"h0": h0}, gates=3, bias_rows=int(self.reset_after))

    def make_node(self, z, U, h0):
        z, U, states, steps, batch, units = self.checked(z, U, h0)
        state = pt.tensor(dtype=z.dtype, shape=(steps, batch, units))
        gates = pt.tensor(dtype=z.dtype, shape=(steps, 3, batch, units))
        return Apply(self, [z, U, *states], [state, gates, state.type()])

    def perform(self, node, inputs, output_storage):
        for storage, value in zip(output_storage, gru_forward(*inputs, self.reset_after)):
            storage[0] = value

    def infer_shape(self, fgraph, node, shapes):
        (steps, batch, _), _, (_, units) = shapes
        return [(steps, batch, units), (steps, pt.constant(3), batch, units), (steps, batch, units)]

    def pullback(self, inputs, outputs, cotangents):
        _, U, h0 = inputs
        h, gates, inner = outputs
        missing = [isinstance(d.type, DisconnectedType) for d in cotangents]
        if all(missing):
            return [DisconnectedType()() for _ in inputs]
        dh, *extra = (pt.zeros_like(v) if no else d for v, d, no in zip(outputs, cotangents, missing))
        hidden = not all(missing[1:])
        op = GRUGradient(reset_after=self.reset_after, with_hidden=hidden)
        dz, *du, dh0 = op(U, h, gates, inner, h0, dh, *(extra if hidden else ()))
        if self.reset_after:
            rows = weight_gradient(h, h0, du[0])
            return [dz, pt.concatenate([rows, du[0].sum(axis=(0, 1))[None]]), dh0]
        units = h.shape[2]
        zr = weight_gradient(h, h0, dz[:, :, : 2 * units])
        n = pt.dot(inner.reshape((-1, units)).T, dz[:, :, 2 * units :].reshape((-1, units)))
        return [dz, pt.concatenate([zr, n], axis=1), dh0]


class GRUGradient(Op):
    """``(U, h, gates, inner, h0, dh[, dgates, dinner]) -> (dz[, du], dh0)``; `du` with ``reset_after``."""

    __props__ = ("reset_after", "with_hidden")

    def __init__(self, *, reset_after, with_hidden=False):
        self.reset_after = reset_after
        self.with_hidden = with_hidden

    def make_node(self, *inputs):
        inputs = same_dtype(*inputs)
        steps, _, batch, units = inputs[2].type.shape
        dtype = inputs[0].dtype
        wide = pt.tensor(dtype=dtype, shape=(steps, batch, None if units is None else 3 * units))
        outputs = [wide, wide.type()] if self.reset_after else [wide]
        return Apply(self, inputs, [*outputs, pt.tensor(dtype=dtype, shape=(batch, units))])

    def perform(self, node, inputs, output_storage):
        for storage, value in zip(output_storage, gru_backward(*inputs, reset_after=self.reset_after)):
            storage[0] = value

    def infer_shape(self, fgraph, node, shapes):
        steps, _, batch, units = shapes[2]
        wide = (steps, batch, 3 * units)
        return [wide, wide, (batch, units)] if self.reset_after else [wide, (batch, units)]

    def graph(self, U, h, gates, inner, h0, dh, *extra):
        """Return the same outputs as a plain PyTensor graph, for second derivatives."""
        before = pt.concatenate([h0[None], h])[:-1]
        dgates, dinner = extra if extra else (pt.zeros_like(gates), pt.zeros_like(inner))

        def step(dh_now, G, before, inner, dG, dinner, dh_after, U):
            units = before.shape[1]
            dh_now = dh_now + dh_after
            update, reset, n = G[0], G[1], G[2]
            da_n = (dh_now * (1 - update) + dG[2]) * (1 - n * n)
            da_z = (dh_now * (before - n) + dG[0]) * update * (1 - update)
            if self.reset_after:
                da_r = (da_n * inner + dG[1]) * reset * (1 - reset)
                du = pt.concatenate([da_z, da_r, da_n * reset + dinner], axis=1)
                dz = pt.concatenate([da_z, da_r, da_n], axis=1)
                return dh_now * update + pt.dot(du, U[:-1].T), dz, du
            d_inner = pt.dot(da_n, U[:, 2 * units :].T) + dinner
            da_r = (d_inner * before + dG[1]) * reset * (1 - reset)
            dz = pt.concatenate([da_z, da_r, da_n], axis=1)
            through = pt.dot(dz[:, : 2 * units], U[:, : 2 * units].T)
            return dh_now * update + d_inner * reset + through, dz

        sequences = [dh, gates, before, inner, dgates, dinner]
        dh_before, *wide = reversed_scan(step, sequences, [pt.zeros_like(h0)], [U])
        return [*wide, dh_before[0]]

    def pullback(self, inputs, outputs, cotangents):
        return pullback_of_graph(self.graph, inputs, cotangents)
