"""Whole recurrent layers, written out step by step from their equations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pytensor.graph.basic import Apply

from graphopt.ops.gru import GRUForward
from graphopt.ops.lstm import LSTMForward
from graphopt.ops.rnn import RNNForward
from graphopt.structure.forms import Form, added, joined, scaled, shifted, taken
from graphopt.structure.lowering.builder import Builder
from graphopt.structure.lowering.elements import Value, form_of, is_form, numbered, picked, shape_of, value_of
from graphopt.structure.lowering.graph import Lowering, lower_op, not_lowered
from graphopt.structure.lowering.products import matrix_product


class _Steps:
    """The projected inputs, (steps, batch, gates * units), and recurrent weights of a layer."""

    def __init__(self, node: Apply, lowering: Lowering, z: Value, U: Value, gates: int) -> None:
        if is_form(U):
            raise not_lowered(node, "its recurrent weights depend on the decisions")
        self.build, self.z, self.U = lowering.builder, z, np.asarray(U, dtype=np.float64)
        self.steps, self.batch, width = shape_of(z)
        self.units = width // gates
        self.rows = numbered([z])[0]
        # where the elements of each gate are in a step, (gates, batch * units)
        gate_major = np.arange(self.batch * width).reshape(self.batch, gates, self.units).transpose(1, 0, 2)
        self.gates = gate_major.reshape(gates, -1)

    def recurrent(self, state: Form, U: np.ndarray) -> Form:
        """Return ``state @ U``."""
        found = matrix_product(self.build, value_of(state, (self.batch, self.units)), U)
        return form_of(found)

    def inputs(self, t: int) -> Form:
        """Return the projected inputs of a step."""
        return form_of(picked([self.z], self.rows[t]))

    def stacked(self, forms: Sequence[Form], *front: int) -> Value:
        """Return the forms of all steps as one value, (steps, *front, batch, units)."""
        return value_of(joined(forms), (self.steps, *front, self.batch, self.units))


@lower_op.register(RNNForward)
def _rnn(op: RNNForward, node: Apply, lowering: Lowering, z: Value, U: Value, h0: Value) -> list[Value]:
    """``h[t] = activation(z[t] + h[t-1] @ U)``."""
    steps, h, found = _Steps(node, lowering, z, U, 1), form_of(h0), []
    build = steps.build
    for t in range(steps.steps):
        a = added(steps.inputs(t), steps.recurrent(h, steps.U))
        h = _activated(build, op.activation, a)
        found.append(h)
    return [steps.stacked(found)]


def _activated(build: Builder, activation: str, x: Form) -> Form:
    if activation == "linear":
        return x
    return build.relu(x) if activation == "relu" else build.apply(activation, x)


@lower_op.register(LSTMForward)
def _lstm(
    op: LSTMForward, node: Apply, lowering: Lowering, z: Value, U: Value, h0: Value, c0: Value
) -> list[Value]:
    """``c[t] = f * c[t-1] + i * g`` and ``h[t] = o * tanh(c[t])``: both products of c in one group."""
    steps, h, c = _Steps(node, lowering, z, U, 4), form_of(h0), form_of(c0)
    build, size, i, f, g, o = steps.build, h.size, *steps.gates
    hidden, cells, gates = [], [], []
    for t in range(steps.steps):
        a = added(steps.inputs(t), steps.recurrent(h, steps.U))
        opened = build.apply("sigmoid", taken(a, np.concatenate([f, i, o])))
        candidate = build.apply("tanh", taken(a, g))
        products = build.multiply(taken(opened, np.arange(2 * size)), joined([c, candidate]))
        c = added(taken(products, np.arange(size)), taken(products, np.arange(size, 2 * size)))
        output = taken(opened, np.arange(2 * size, 3 * size))
        h = build.multiply(output, build.apply("tanh", c))
        hidden.append(h)
        cells.append(c)
        opened_forget, opened_input = (taken(opened, np.arange(k * size, (k + 1) * size)) for k in (0, 1))
        gates.append(joined([opened_input, opened_forget, candidate, output]))
    return [steps.stacked(hidden), steps.stacked(cells), steps.stacked(gates, 4)]


@lower_op.register(GRUForward)
def _gru(op: GRUForward, node: Apply, lowering: Lowering, z: Value, U: Value, h0: Value) -> list[Value]:
    """``h[t] = n + z * (h[t-1] - n)``: one product where ``z * h[t-1] + (1 - z) * n`` has two."""
    steps, h = _Steps(node, lowering, z, U, 3), form_of(h0)
    build, units, size = steps.build, steps.units, h.size
    update, reset, new = steps.gates
    weights = steps.U[:units]
    bias = np.tile(steps.U[units], steps.batch) if op.reset_after else np.zeros(1)
    hidden, gates, inner = [], [], []
    for t in range(steps.steps):
        a = steps.inputs(t)
        if op.reset_after:
            u = shifted(steps.recurrent(h, weights), bias)
            both = added(taken(a, np.concatenate([update, reset])), taken(u, np.concatenate([update, reset])))
        else:
            u = steps.recurrent(h, weights[:, : 2 * units])
            both = added(taken(a, np.concatenate([update, reset])), taken(u, _first_two(steps)))
        opened = build.apply("sigmoid", both)
        z_now, r_now = taken(opened, np.arange(size)), taken(opened, np.arange(size, 2 * size))
        if op.reset_after:
            met = taken(u, new)
            back = build.multiply(r_now, met)
        else:
            met = build.multiply(r_now, h)
            back = steps.recurrent(met, weights[:, 2 * units :])
        candidate = build.apply("tanh", added(taken(a, new), back))
        h = added(candidate, build.multiply(z_now, added(h, scaled(candidate, -1.0))))
        hidden.append(h)
        gates.append(joined([z_now, r_now, candidate]))
        inner.append(met)
    return [steps.stacked(hidden), steps.stacked(gates, 3), steps.stacked(inner)]


def _first_two(steps: _Steps) -> np.ndarray:
    """Return where the elements of two gates are in a product with the weights of these two alone."""
    whole = np.arange(steps.batch * 2 * steps.units).reshape(steps.batch, 2, steps.units)
    return whole.transpose(1, 0, 2).ravel()
