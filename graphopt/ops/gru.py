"""A whole GRU layer as one operation, with its gradient.

The gated recurrent unit of Cho et al. (2014), gates in Keras' order ``z, r, h``. With ``reset_after`` (Keras'
default) the reset gate meets the product with the recurrent weights, whose last row is a bias::

    u = [h[t-1], 1] @ U
    z, r = sigmoid of the first two parts of a[t] + u
    n = tanh(a_h[t] + r * u_h)
    h[t] = z * h[t-1] + (1 - z) * n

and without it the reset gate meets the state: ``n = tanh(a_h[t] + (r * h[t-1]) @ U_h)``, without a bias.
Here ``a`` is the projected input, which the functions call `z`, as the other recurrences do.

The kernels keep the activated gates gate-major, ``(T, 3, B, H)``: every gate is then one contiguous block.
What the reset gate met or made (``u_h``, or ``r * h[t-1]``) is kept as `inner`, (T, B, H).
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.ops.recycling import empty
from graphopt.ops.sequence import (
    FLOATS,
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

_HALF = {dtype: np.array(0.5, dtype) for dtype in FLOATS}
_ONE = {dtype: np.array(1.0, dtype) for dtype in FLOATS}


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
        h = empty((steps, batch, units), dtype)
        gates = empty((steps, 3, batch, units), dtype)
        inner = empty((steps, batch, units), dtype)
    else:
        h, gates, inner = out
    if steps * batch * units == 0:
        return h, gates, inner
    half = _HALF[dtype.name]
    z_by_gate = lanes(z, 3)
    # One product for each gate gives its block; for a single sequence the blocks lie side by side anyway.
    parts = 3 if reset_after else 2
    blocks = empty((parts, batch, units), dtype)
    if batch == 1:
        weights, product, product_now = U[:units, : parts * units], np.dot, blocks.reshape(1, parts * units)
    else:
        weights = np.ascontiguousarray(U[:units].reshape(units, 3, units)[:, :parts].transpose(1, 0, 2))
        product, product_now = np.matmul, blocks
    if reset_after:
        bias, blocks_h = U[units].reshape(3, 1, units), blocks[2]
    else:
        weights_h = U[:, 2 * units :]
    blocks_zr = blocks[:2]
    dot, add, multiply, subtract, tanh = np.dot, np.add, np.multiply, np.subtract, np.tanh
    before = h0
    rows = zip(z_by_gate[:, :2], z_by_gate[:, 2], gates[:, :2], gates[:, 2], inner, h)
    for z_zr, z_n, zr, n, inner_now, h_now in rows:
        update, reset = zr
        product(before, weights, product_now)
        if reset_after:
            add(blocks, bias, blocks)
        add(blocks_zr, z_zr, zr)
        # sigmoid(a) = 0.5 * tanh(0.5 * a) + 0.5 never overflows
        multiply(zr, half, zr)
        tanh(zr, zr)
        multiply(zr, half, zr)
        add(zr, half, zr)
        if reset_after:
            inner_now[...] = blocks_h
            multiply(reset, inner_now, n)
        else:
            multiply(reset, before, inner_now)
            dot(inner_now, weights_h, n)
        add(n, z_n, n)
        tanh(n, n)
        subtract(before, n, h_now)
        multiply(h_now, update, h_now)
        add(h_now, n, h_now)
        before = h_now
    return h, gates, inner


def gru_backward(U, h, gates, inner, h0, dh, dgates=None, dinner=None, *, reset_after=True):
    """Return ``dz, du, dh0`` (``dz, dh0`` without `reset_after`) from the gradients of `h`, `gates`, `inner`.

    ``du`` is the gradient of ``u = [h[t-1], 1] @ U``, what the weights' gradient needs. Give `dgates` and
    `dinner` both or not at all.
    """
    steps, _, batch, units = gates.shape
    dtype = gates.dtype
    dz = empty((steps, batch, 3 * units), dtype)
    dh0 = np.zeros((batch, units), dtype)
    du = empty(dz.shape, dtype) if reset_after else None
    outputs = (dz, du, dh0) if reset_after else (dz, dh0)
    if steps * batch * units == 0:
        return outputs
    backward = _backward_reset_after if reset_after else _backward_reset_before
    for now in backward_chunks(steps, 3 * batch * units):
        start, end = now.start, now.stop
        before = h[start - 1 : end - 1] if start else np.concatenate([h0[None], h[: end - 1]])
        hidden = None if dgates is None else (dgates[now], dinner[now])
        du_now = du[now] if reset_after else None
        backward(U, before, gates[now], inner[now], dh[now], hidden, dz[now], du_now, dh0)
    return outputs


def _slopes(before, gates):
    """Return d(h, r, h)/d(pre-activations of z, r, n) as one (T, 3, B, H) block, and 1 - n^2."""
    one = _ONE[gates.dtype.name]
    n = gates[:, 2]
    d_tanh = n * n
    np.subtract(one, d_tanh, d_tanh)
    slope = np.subtract(one, gates)
    np.multiply(slope[:, 0], d_tanh, slope[:, 2])
    slope[:, :2] *= gates[:, :2]
    return slope, d_tanh


def _backward_reset_after(U, before, gates, inner, dh, hidden, dz, du, dh0):
    units = dh.shape[2]
    weights = transposed(U[:units], dh.shape[0] * dh.shape[1])
    slope, d_tanh = _slopes(before, gates)
    direct = None
    if hidden is not None:
        dgates, dinner = hidden
        d_n = dgates[:, 2] * d_tanh
        direct = np.stack(
            [
                dgates[:, 0] * slope[:, 0],
                (d_n * inner + dgates[:, 1]) * slope[:, 1],
                d_n * gates[:, 1] + dinner,
            ],
            axis=1,
        )
    through = slope[:, 2].copy()
    slope[:, 0] *= np.subtract(before, gates[:, 2], d_tanh)
    slope[:, 1] *= np.multiply(inner, through, d_tanh)
    slope[:, 2] *= gates[:, 1]
    du_by_gate, dz_by_gate = lanes(du, 3), lanes(dz, 3)
    spare = np.empty_like(dh0)
    for t in range(len(dh) - 1, -1, -1):
        np.add(dh0, dh[t], dh0)
        np.multiply(slope[t], dh0, du_by_gate[t])
        np.multiply(through[t], dh0, dz_by_gate[t, 2])
        if direct is not None:
            du_by_gate[t] += direct[t]
            dz_by_gate[t, 2] += d_n[t]
        np.multiply(dh0, gates[t, 0], dh0)
        np.dot(du[t], weights, spare)
        np.add(dh0, spare, dh0)
    dz[:, :, : 2 * units] = du[:, :, : 2 * units]


def _backward_reset_before(U, before, gates, inner, dh, hidden, dz, _, dh0):
    units = dh.shape[2]
    rows = dh.shape[0] * dh.shape[1]
    weights, weights_h = transposed(U[:, : 2 * units], rows), transposed(U[:, 2 * units :], rows)
    slope, d_tanh = _slopes(before, gates)
    direct = None
    if hidden is not None:
        dgates, dinner = hidden
        direct = dgates * slope
        direct[:, 2] = dgates[:, 2] * d_tanh
    slope[:, 0] *= np.subtract(before, gates[:, 2], d_tanh)
    slope[:, 1] *= before
    dz_by_gate = lanes(dz, 3)
    d_n, d_inner, spare = empty((3, *dh0.shape), dh0.dtype)
    for t in range(len(dh) - 1, -1, -1):
        dz_update, dz_reset, dz_n = dz_by_gate[t]
        np.add(dh0, dh[t], dh0)
        np.multiply(slope[t, 2], dh0, d_n)
        if direct is not None:
            d_n += direct[t, 2]
        dz_n[...] = d_n
        np.dot(d_n, weights_h, d_inner)
        if direct is not None:
            d_inner += dinner[t]
        np.multiply(slope[t, 0], dh0, dz_update)
        np.multiply(slope[t, 1], d_inner, dz_reset)
        if direct is not None:
            dz_update += direct[t, 0]
            dz_reset += direct[t, 1]
        np.multiply(dh0, gates[t, 0], dh0)
        np.multiply(d_inner, gates[t, 1], d_inner)
        np.add(dh0, d_inner, dh0)
        np.dot(dz[t, :, : 2 * units], weights, spare)
        np.add(dh0, spare, dh0)


class GRUForward(Op):
    """``(z, U, h0) -> (h, gates, inner)``; the last two are for the gradient."""

    __props__ = ("reset_after",)
    numpy_seconds = numpy_seconds

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
    numpy_seconds = numpy_seconds

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
        dh_before, *wide = reversed_steps(step, sequences, [pt.zeros_like(h0)], [U])
        return [*wide, dh_before[0]]

    def pullback(self, inputs, outputs, cotangents):
        return pullback_of_graph(self.graph, inputs, cotangents)


@numpy_funcify.register(GRUForward)
def _forward_kernel(op, node):
    return lambda *inputs: gru_forward(*inputs, op.reset_after)


@numpy_funcify.register(GRUGradient)
def _gradient_kernel(op, node):
    return lambda *inputs: gru_backward(*inputs, reset_after=op.reset_after)
