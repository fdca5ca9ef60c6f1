"""Networks become the programs of their layers."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt import ops
from graphopt.structure import Structure, lower
from tests.structure.agreement import RNG, counts, lowered, network_program

SEQUENCE = (5, 2)

NETWORKS = {
    "relu": ([go.Input(4), go.Dense(6, "relu"), go.Dense(5, "relu"), go.Dense(1)], {"relu": 11}),
    "sigmoid": ([go.Input(2), go.Dense(3, "sigmoid"), go.Dense(1, "sigmoid")], {"sigmoid": 4}),
    "batch normalisation": (
        [go.Input(4), go.Dense(5, "tanh"), go.BatchNormalization(), go.Dropout(0.3), go.Dense(1)],
        {"tanh": 5},
    ),
    "layer normalisation": (
        [go.Input(4), go.LayerNormalization(), go.Dense(1)],
        {"square": 4, "normalized": 1},
    ),
    "shapes": (
        [
            go.Input((4, 3)),
            go.Permute((2, 1)),
            go.Flatten(),
            go.RepeatVector(3),
            go.Reshape((9, 4)),
            go.Dense(2, "relu"),
            go.Flatten(),
            go.Dense(1),
        ],
        {"relu": 6},  # rows that RepeatVector repeats are one element
    ),
    "scaling": (
        [
            go.Input(3),
            go.Normalization(mean=[1.0, 2, 3], variance=[1.0, 4, 9]),
            go.Rescaling(2.0, 1.0),
            go.LeakyReLU(),
            go.Dense(1),
        ],
        {"relu": 3},
    ),
    "linear recurrence": ([go.Input(SEQUENCE), go.SimpleRNN(4, activation=None), go.Dense(1)], {}),
    "relu recurrence": (
        [
            go.Input(SEQUENCE),
            go.SimpleRNN(4, activation="relu", return_sequences=True),
            go.TimeDistributed(go.Dense(2)),
        ],
        {"relu": 20},
    ),
    "tanh recurrence": ([go.Input(SEQUENCE), go.SimpleRNN(4), go.Dense(1)], {"tanh": 20}),
    "recurrence by scan, backwards": (
        [go.Input(SEQUENCE), go.SimpleRNN(4, activation="hard_tanh", go_backwards=True), go.Dense(1)],
        {"relu": 40},
    ),
    "lstm": (
        [go.Input(SEQUENCE), go.LSTM(4), go.Dense(1)],
        # the first step has no cell state to forget
        {"sigmoid": 60 - 4, "tanh": 40, "product": 60 - 4},
    ),
    "lstm by scan": (
        [go.Input(SEQUENCE), go.LSTM(4, recurrent_activation="relu"), go.Dense(1)],
        {"relu": 60 - 4, "tanh": 40, "product": 60 - 4},
    ),
    "stacked lstm": (
        [go.Input(SEQUENCE), go.LSTM(2, return_sequences=True), go.LSTM(3)],
        {"sigmoid": 75 - 5, "tanh": 50, "product": 75 - 5},
    ),
    "both ways": (
        [go.Input(SEQUENCE), go.Bidirectional(go.LSTM(2)), go.Dense(1)],
        {"sigmoid": 60 - 4, "tanh": 40, "product": 60 - 4},
    ),
    "gru": (
        [go.Input(SEQUENCE), go.GRU(4), go.Dense(1)],
        {"sigmoid": 40, "tanh": 20, "product": 40 - 4},
    ),
    "gru, reset before": (
        [go.Input(SEQUENCE), go.GRU(4, reset_after=False), go.Dense(1)],
        {"sigmoid": 40 - 4, "tanh": 20, "product": 40 - 4},
    ),
    "gru by scan": (
        [go.Input(SEQUENCE), go.GRU(4, recurrent_activation="hard_sigmoid", reset_after=False), go.Dense(1)],
        {"relu": 80 - 8, "tanh": 20, "product": 60 - 8},
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name):
    layers, expected = NETWORKS[name]
    assert counts(network_program(go.Sequential(layers, seed=0))) == expected


def test_softmax_of_two_classes_is_a_sigmoid():
    program = network_program(go.Sequential([go.Input(3), go.Dense(2, "softmax")], seed=0), objective=0)
    assert counts(program) == {"sigmoid": 1}


def test_softmax_sees_each_input_once():
    """p_0 = 1 / (1 + exp(x_1 - x_0) + exp(x_2 - x_0))."""
    program = network_program(go.Sequential([go.Input(3), go.Dense(3, "softmax")], seed=0), objective=0)
    assert counts(program) == {"exp": 2, "reciprocal": 1}


def test_gates_of_a_step_are_one_group():
    program = network_program(go.Sequential([go.Input(SEQUENCE), go.LSTM(4)], seed=0))
    assert [(g.function, g.size) for g in program.groups[6:11]] == [
        ("sigmoid", 12),
        ("tanh", 4),
        ("product", 8),
        ("tanh", 4),
        ("product", 4),
    ]


def test_a_stateful_recurrence_starts_from_its_state():
    net = go.Sequential(
        [go.Input((1, 1), batch_size=1), go.SimpleRNN(1, activation=None, stateful=True)], seed=0
    )
    net.predict(np.full((1, 1, 1), 3.0))
    program = network_program(net)
    assert program.structure is Structure.AFFINE
    assert abs(program.outputs[0].constant[0]) > 0.1


def forecaster():
    """A network with two inputs: the past runs through an LSTM, the plan joins behind it."""
    past, plan = go.Input((6, 2), name="past"), go.Input(3, name="plan")
    joined = go.Concatenate()([go.LSTM(4)(past), plan])
    return go.Model([past, plan], go.Dense(2)(go.Dense(5, "relu")(joined)), seed=0)


def test_layers_that_merge():
    first, second = go.Input(3, name="first"), go.Input(3, name="second")
    pairs = [first, second]
    merged = [
        go.Add()(pairs),
        go.Subtract()(pairs),
        go.Average()(pairs),
        go.Maximum()(pairs),
        go.Minimum()([go.Dense(3)(first), second]),
        go.Multiply()(pairs),
    ]
    program = network_program(go.Model(pairs, go.Concatenate()(merged), seed=0))
    assert counts(program) == {"relu": 6, "product": 3}


def test_a_held_input_is_numbers():
    """With the past given, the LSTM in front is evaluated, and only the dense layers are left."""
    program = network_program(forecaster(), fixed={"past": RNG.normal(size=(6, 2))})
    assert counts(program) == {"relu": 5}
    assert program.size == 3


def test_bias_as_a_concatenated_one():
    """A 2-3-1 network of matrices, its bias an input that is 1."""
    x = pt.vector("x", shape=(2,))
    W1, W2 = (pytensor.shared(RNG.normal(size=shape)) for shape in ((3, 3), (4, 1)))

    def layer(inputs, W):
        return pt.sigmoid(pt.dot(pt.concatenate([inputs, pt.ones(1)]), W))

    program = lowered(layer(layer(x, W1), W2), [x])
    assert counts(program) == {"sigmoid": 4}


def test_states_that_depend_on_the_decisions():
    z, h, c = pt.tensor3("z", shape=(3, 2, 12)), pt.matrix("h", shape=(2, 3)), pt.matrix("c", shape=(2, 3))
    U = pt.constant(RNG.normal(size=(3, 12)))
    lowered(list(ops.lstm(z, U, h, c)), [z, h, c])
    lowered(ops.gru(z[:, :, :9], pt.constant(RNG.normal(size=(4, 9))), h), [z, h])
    for activation in ("linear", "relu", "sigmoid"):
        lowered(ops.simple_rnn(z[:, :, :3], U[:, :3], h, activation), [z, h])


def test_single_precision_networks_are_lowered_in_double():
    net = go.Sequential(
        [go.Input(3), go.Dense(4, "tanh", dtype="float32"), go.Dense(1, dtype="float32")], seed=0
    )
    network_program(net)


def test_the_program_holds_the_weights_of_today():
    x, w = pt.vector("x", shape=(2,)), pytensor.shared(np.array([1.0, 2.0]))
    before = lower([pt.dot(x, w)], [x])
    w.set_value(np.array([3.0, 4.0]))
    after, at = lower([pt.dot(x, w)], [x]), np.ones((1, 2))
    assert (before(at)[0][0, 0], after(at)[0][0, 0]) == (3.0, 7.0)
