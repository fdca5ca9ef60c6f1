"""A whole simple recurrent layer (Elman, 1990) as one operation, with its gradient.

::

    h[t] = activation(z[t] + h[t-1] @ U)
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import unknown_name
from graphopt.ops.recycling import empty
from graphopt.ops.sequence import (
    check_arrays,
    numpy_seconds,
    pullback_of_graph,
    reversed_steps,
    same_dtype,
    sequence_inputs,
    weight_gradient,
)

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh")


def simple_rnn(z, U, h0, activation="tanh"):
    """Return the states of a simple recurrent layer at every step, (T, B, H).

    Parameters
    ----------
    z : (T, B, H)
        Projected inputs ``[x, 1] @ W``.
    U : (H, H)
        Recurrent weights.
    h0 : (B, H)
        State before the first step.
    activation : {"tanh", "linear", "relu", "sigmoid"}

    Raises
    ------
    ShapeMismatch
        When the static shapes contradict each other.
    UnknownName
        When `activation` is none of the above.
    """
    inputs = sequence_inputs("simple_rnn", z, U, {"h0": h0}, gates=1)
    return RNNForward(activation)(inputs.z, inputs.U, *inputs.states)


def rnn_forward(z, U, h0, activation="tanh", *, out=None):
    """Return the array of states (T, B, H)."""
    steps, batch, units = check_arrays("simple_rnn", z, U, {"h0": h0}, gates=1)
    h = empty((steps, batch, units), z.dtype) if out is None else out
    dot, add = np.dot, np.add
    activate = _ACTIVATE[activation]
    before = h0
    for z_now, h_now in zip(z, h):
        dot(before, U, h_now)
        add(h_now, z_now, h_now)
        activate(h_now)
        before = h_now
    return h


def rnn_backward(U, h, dh, activation="tanh", *, out=None):
    """Return ``dz, dh0`` from the gradient `dh` of the states."""
    steps, batch, units = h.shape
    if out is None:
        dz, dh0 = empty(h.shape, h.dtype), np.zeros((batch, units), h.dtype)
    else:
        dz, dh0 = out
        dh0.fill(0)
    U_transposed = np.ascontiguousarray(U.T) if steps * batch > 64 else U.T
    slope = _SLOPE[activation](h)
    dot, add, multiply = np.dot, np.add, np.multiply
    for t in range(steps - 1, -1, -1):
        dz_now = dz[t]
        add(dh0, dh[t], dz_now)
        if slope is not None:
            multiply(dz_now, slope[t], dz_now)
        dot(dz_now, U_transposed, dh0)
    return dz, dh0


class RNNForward(Op):
    """``(z, U, h0) -> h``."""

    __props__ = ("activation",)
    numpy_seconds = numpy_seconds

    def __init__(self, activation):
        if activation not in ACTIVATIONS:
            raise unknown_name("activation of simple_rnn", activation, ACTIVATIONS)
        self.activation = activation

    def make_node(self, z, U, h0):
        z, U, states, *shape = sequence_inputs("simple_rnn", z, U, {"h0": h0}, gates=1)
        return Apply(self, [z, U, *states], [pt.tensor(dtype=z.dtype, shape=tuple(shape))])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = rnn_forward(*inputs, self.activation)

    def infer_shape(self, fgraph, node, shapes):
        (steps, batch, _), _, (_, units) = shapes
        return [(steps, batch, units)]

    def pullback(self, inputs, outputs, cotangents):
        (_, U, h0), (h,), (dh,) = inputs, outputs, cotangents
        if isinstance(dh.type, DisconnectedType):
            return [DisconnectedType()() for _ in inputs]
        dz, dh0 = RNNGradient(self.activation)(U, h, dh)
        return [dz, weight_gradient(h, h0, dz), dh0]


class RNNGradient(Op):
    """``(U, h, dh) -> (dz, dh0)``."""

    __props__ = ("activation",)
    numpy_seconds = numpy_seconds

    def __init__(self, activation):
        self.activation = activation

    def make_node(self, U, h, dh):
        U, h, dh = same_dtype(U, h, dh)
        dz = pt.tensor(dtype=h.dtype, shape=h.type.shape)
        return Apply(self, [U, h, dh], [dz, pt.tensor(dtype=h.dtype, shape=h.type.shape[1:])])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0], output_storage[1][0] = rnn_backward(*inputs, self.activation)

    def infer_shape(self, fgraph, node, shapes):
        return [shapes[1], shapes[1][1:]]

    def graph(self, U, h, dh):
        """Return the same outputs as a plain PyTensor graph, for second derivatives."""
        slope = _SLOPE_GRAPH[self.activation](h)

        def step(dh_now, slope_now, dh_after, U):
            dz_now = (dh_now + dh_after) * slope_now
            return pt.dot(dz_now, U.T), dz_now

        dh_before, dz = reversed_steps(step, [dh, slope], [pt.zeros_like(dh[0])], [U])
        return [dz, dh_before[0]]

    def pullback(self, inputs, outputs, cotangents):
        return pullback_of_graph(self.graph, inputs, cotangents)


def _sigmoid(a):
    np.multiply(a, 0.5, a)
    np.tanh(a, a)
    np.multiply(a, 0.5, a)
    np.add(a, 0.5, a)


_ACTIVATE = {
    "linear": lambda a: None,
    "relu": lambda a: np.maximum(a, 0, out=a),
    "sigmoid": _sigmoid,
    "tanh": lambda a: np.tanh(a, a),
}
# The slope of each activation as a function of its value.
_SLOPE = {
    "linear": lambda h: None,
    "relu": lambda h: (h > 0).astype(h.dtype),
    "sigmoid": lambda h: h * (1 - h),
    "tanh": lambda h: 1 - h * h,
}
_SLOPE_GRAPH = {
    **_SLOPE,
    "linear": pt.ones_like,
    "relu": lambda h: pt.gt(h, 0).astype(h.dtype),
}


@numpy_funcify.register(RNNForward)
def _forward_kernel(op, node):
    return lambda *inputs: rnn_forward(*inputs, op.activation)


@numpy_funcify.register(RNNGradient)
def _gradient_kernel(op, node):
    return lambda *inputs: rnn_backward(*inputs, op.activation)
