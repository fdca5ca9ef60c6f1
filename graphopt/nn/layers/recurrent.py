"""Recurrent layers: all inputs projected at once, then one whole-layer operation over time.

The equations, the order of the gates, the layout of the weights and the defaults are Keras 3's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from graphopt import ops
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch
from graphopt.nn import activations, initializers, regularizers
from graphopt.nn.layers.affine import affine, append_one
from graphopt.nn.layers.arguments import check_rate, known_axis, positive_int
from graphopt.nn.layers.base import Layer
from graphopt.nn.layers.context import Context
from graphopt.nn.layers.noise import keep_mask
from graphopt.nn.parameter import BIAS, KERNEL, WHOLE, Weight, parameter, with_bias_row


class Recurrent(Layer):
    """What the recurrent layers share: weights, states, and the walk over time.

    The input has shape (batch, time, features); the output is the last state (batch, units), or all of them
    (batch, time, units) with `return_sequences`. Called as ``layer(x, initial_state=[h])`` it starts from
    given states, otherwise from zero, or from where the last call ended when `stateful`.

    Parameters
    ----------
    units
        The length of the state.
    activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer
        As in Keras, with its defaults; the regularisers likewise.
    dropout
        The share of the inputs that is zero in training, the same at every step.
    recurrent_dropout
        The share of the state that is zero in training where it meets the recurrent kernel.
    return_sequences
        Whether the states of all steps are returned.
    return_state
        Whether the last states are returned too: the output is then a list.
    go_backwards
        Whether the last step is first; sequences come out in that order.
    stateful
        Whether the states are carried from one call to the next. `Input` then needs a `batch_size`.
    """

    gates = 1
    n_states = 1
    state_names = ("h", "c")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        owner = type(self).__name__
        self.units = positive_int(owner, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.dropout = check_rate(owner, "dropout", dropout)
        self.recurrent_dropout = check_rate(owner, "recurrent_dropout", recurrent_dropout)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self._states: list[SharedVariable] = []

    @property
    def recurrent_kernel_regularizer(self):
        """The penalty on the recurrent kernel, under the name of the weight."""
        return self.recurrent_regularizer

    def __call__(self, inputs, initial_state: Any = None):
        """Return the output for `inputs`, starting from `initial_state` (one state, or a list of them) if
        given."""
        if initial_state is None:
            return super().__call__(inputs)
        states = list(initial_state) if isinstance(initial_state, list | tuple) else [initial_state]
        return super().__call__([*(inputs if isinstance(inputs, list | tuple) else [inputs]), *states])

    def _check_inputs(self, shapes, several):
        owner = self.name or type(self).__name__
        if len(shapes) not in (1, 1 + self.n_states):
            raise InvalidType(
                f"{owner}: got {len(shapes)} inputs; expected a sequence, or a sequence and {self.n_states} "
                f"initial state{'s' if self.n_states > 1 else ''}."
            )
        if len(shapes[0]) != 3:
            raise ShapeMismatch(
                f"{owner}: the input has shape {shapes[0]}; expected (batch, time, features)."
            )
        for name, shape in zip(self.state_names, shapes[1:]):
            if len(shape) != 2 or shape[1] not in (None, self.units):
                raise ShapeMismatch(
                    f"{owner}: initial state {name} has shape {shape}; expected (batch, {self.units})."
                )

    def compute_output_shape(self, input_shape):
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        if len(shape) != 3:
            raise ShapeMismatch(
                f"{type(self).__name__}: the input has shape {shape}; expected (batch, time, features)."
            )
        output = (shape[0], shape[1], self.units) if self.return_sequences else (shape[0], self.units)
        return [output, *[(shape[0], self.units)] * self.n_states] if self.return_state else output

    # Weights

    def build(self, input_shape):
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        n_inputs, width = known_axis(type(self).__name__, shape), self.gates * self.units
        kernel = self.kernel_initializer((n_inputs, width), self.rng, self.float_type)
        recurrent = self.recurrent_initializer((self.units, width), self.rng, self.float_type)
        bias, recurrent_bias = self.initial_biases() if self.use_bias else (None, None)
        self.W = self.add_parameter("kernel", with_bias_row(kernel, bias))
        self.U = self.add_parameter("recurrent_kernel", with_bias_row(recurrent, recurrent_bias))
        self.weights_own = [
            Weight("kernel", ((self.W, WHOLE if bias is None else KERNEL),)),
            Weight("recurrent_kernel", ((self.U, WHOLE if recurrent_bias is None else KERNEL),)),
        ]
        if bias is not None:
            pieces = ((self.W, BIAS),) if recurrent_bias is None else ((self.W, BIAS), (self.U, BIAS))
            self.weights_own.append(Weight("bias", pieces))
        if self.stateful:
            self._make_states(shape[0])

    def initial_biases(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the bias of the inputs and that of the state, None if there is none."""
        return self.bias_initializer((self.gates * self.units,), self.rng, self.float_type), None

    def _make_states(self, batch: int | None) -> None:
        if batch is None:
            raise ShapeMismatch(
                f"{self.name or type(self).__name__} is stateful and needs a fixed batch size: "
                "Input(shape, batch_size=...)."
            )
        zeros = np.zeros((batch, self.units), self.float_type)
        self._states = [
            parameter(zeros, f"{self.name or type(self).__name__}/state_{name}")
            for name in self.state_names[: self.n_states]
        ]

    @property
    def states(self):
        """The carried states of a stateful layer."""
        return self._states

    # The expression

    def call(self, x, context: Context):
        x, *given = x if isinstance(x, list) else [x]
        x = x.dimshuffle(1, 0, 2)
        if self.go_backwards:
            x = x[::-1]
        batch = x.shape[1] if x.type.shape[1] is None else x.type.shape[1]
        if context.training and self.dropout > 0:
            mask = keep_mask(self, context, (batch, x.type.shape[2] or x.shape[2]), self.dropout, x.dtype)
            x = x * mask
        z = affine(x, self.W, use_bias=self.use_bias)
        zeros = pt.zeros((batch, self.units), dtype=z.dtype)
        states = given or self._states or [zeros] * self.n_states
        mask = None
        if context.training and self.recurrent_dropout > 0:
            mask = keep_mask(self, context, (batch, self.units), self.recurrent_dropout, x.dtype)
        sequences = self.run(z, states, mask)
        finals = [sequence[-1] for sequence in sequences]
        if self.stateful:
            context.updates.update(zip(self._states, finals, strict=True))
        output = sequences[0].dimshuffle(1, 0, 2) if self.return_sequences else finals[0]
        return [output, *finals] if self.return_state else output

    def run(self, z, states: Sequence, mask) -> list:
        """Return each state at every step, (time, batch, units), for projected inputs `z` (time, batch,
        gates)."""
        raise NotImplementedError(f"{type(self).__name__} has no run(z, states, mask).")

    def _scan(self, step, z, states: Sequence, mask) -> list:
        """Return each state at every step, by a loop in the graph; `mask` is drawn before it."""
        held = [] if mask is None else [mask]
        results = pytensor.scan(
            step, sequences=[z], outputs_info=list(states), non_sequences=held, return_updates=False
        )
        return list(results) if isinstance(results, list | tuple) else [results]


class SimpleRNN(Recurrent):
    """``h' = activation([x, 1] @ W + h @ U)``: (batch, time, features) -> (batch, units).

    The parameters are `Recurrent`'s.
    """

    def run(self, z, states, mask):
        name = next(
            (n for n in ("tanh", "linear", "relu", "sigmoid") if activations.TABLE[n] is self.activation),
            None,
        )
        if name is not None and mask is None:
            return [ops.simple_rnn(z, self.U, states[0], activation=name)]

        def step(z, h, mask=None):
            return self.activation(z + pt.dot(_masked(h, mask), self.U))

        return self._scan(step, z, states, mask)


class GRU(Recurrent):
    """The gated recurrent unit (Cho et al. 2014): (batch, time, features) -> (batch, units).

    ::

        z, r = sigmoid(x @ Wz + h @ Uz), sigmoid(x @ Wr + h @ Ur)
        c    = tanh(x @ Wh + r * (h @ Uh))         with reset_after (the default), a bias on either side
        c    = tanh(x @ Wh + (r * h) @ Uh)         without
        h'   = z * h + (1 - z) * c

    The parameters are `Recurrent`'s, and

    Parameters
    ----------
    recurrent_activation
        The activation of the gates.
    reset_after
        Whether the reset gate acts after the product with the recurrent kernel.
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        reset_after: bool = True,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            name=name,
            trainable=trainable,
            dtype=dtype,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = reset_after

    def initial_biases(self):
        width = self.gates * self.units
        if not self.reset_after:
            return self.bias_initializer((width,), self.rng, self.float_type), None
        both = self.bias_initializer((2, width), self.rng, self.float_type)
        return both[0], both[1]

    def run(self, z, states, mask):
        own_bias = self.reset_after and self.use_bias
        usual = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        if usual and mask is None:
            U = self.U
            if self.reset_after and not own_bias:
                U = pt.concatenate([U, pt.zeros((1, self.gates * self.units), dtype=z.dtype)], axis=0)
            return [ops.gru(z, U, states[0], reset_after=self.reset_after)]
        n, U = self.units, self.U

        def step(x, h, mask=None):
            seen = _masked(h, mask)
            inner = pt.dot(append_one(seen) if own_bias else seen, U if self.reset_after else U[:, : 2 * n])
            update = self.recurrent_activation(x[:, :n] + inner[:, :n])
            reset = self.recurrent_activation(x[:, n : 2 * n] + inner[:, n : 2 * n])
            back = reset * inner[:, 2 * n :] if self.reset_after else pt.dot(reset * seen, U[:, 2 * n :])
            new = self.activation(x[:, 2 * n :] + back)
            return update * h + (pt.constant(1.0, dtype=h.dtype) - update) * new

        return self._scan(step, z, states, mask)


class LSTM(Recurrent):
    """The long short-term memory of Hochreiter and Schmidhuber (1997).

    (batch, time, features) -> (batch, units).

    ::

        i, f, o = sigmoid(x @ Wi + h @ Ui), sigmoid(x @ Wf + h @ Uf), sigmoid(x @ Wo + h @ Uo)
        c'      = f * c + i * tanh(x @ Wc + h @ Uc)
        h'      = o * tanh(c')

    The parameters are `Recurrent`'s, and

    Parameters
    ----------
    recurrent_activation
        The activation of the gates.
    unit_forget_bias
        Whether the bias of the forget gate starts at 1 (Jozefowicz et al. 2015).
    """

    gates = 4
    n_states = 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        name: str | None = None,
        trainable: bool = True,
        dtype: str | None = None,
    ):
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            name=name,
            trainable=trainable,
            dtype=dtype,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias

    def initial_biases(self):
        def draw(n):
            return self.bias_initializer((n,), self.rng, self.float_type)

        if not self.unit_forget_bias:
            return draw(4 * self.units), None
        ones = np.ones(self.units, self.float_type)
        return np.concatenate([draw(self.units), ones, draw(2 * self.units)]), None

    def run(self, z, states, mask):
        usual = self.activation is activations.tanh and self.recurrent_activation is activations.sigmoid
        if usual and mask is None:
            return list(ops.lstm(z, self.U, states[0], states[1]))
        n, gate = self.units, self.recurrent_activation

        def step(x, h, c, mask=None):
            a = x + pt.dot(_masked(h, mask), self.U)
            new_c = gate(a[:, n : 2 * n]) * c + gate(a[:, :n]) * self.activation(a[:, 2 * n : 3 * n])
            return gate(a[:, 3 * n :]) * self.activation(new_c), new_c

        return self._scan(step, z, states, mask)


def _masked(h, mask):
    """Return `h` times `mask`, or `h` without one."""
    return h if mask is None else h * mask


def check_recurrent(owner: str, layer: Any) -> Recurrent:
    """Return `layer` if it is a recurrent layer that is not stateful."""
    if not isinstance(layer, Recurrent):
        raise InvalidType(f"{owner} wraps a recurrent layer; got {layer!r}.")
    if layer.stateful:
        raise InvalidValue(f"{owner}: the layer inside cannot be stateful.")
    return layer
