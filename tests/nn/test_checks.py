"""Wrong calls raise ValueError or TypeError before any compilation, and say what came and what was wanted."""

import numpy as np
import pytest

from graphopt import engine
from graphopt.nn import (
    GRU,
    LSTM,
    Add,
    Bidirectional,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    GaussianNoise,
    Input,
    Model,
    Normalization,
    Permute,
    RepeatVector,
    Reshape,
    Sequential,
    TimeDistributed,
    checks,
)


def gate():
    return Sequential([Input(2), Dense(3, "sigmoid"), Dense(1)], seed=0)


def pair():
    a, b = Input(2, name="past"), Input((3, 1), name="plan")
    return Model([a, b], Concatenate()([a, LSTM(2)(b)]), seed=0)


ones = np.ones
WRONG = {
    "columns": (lambda: gate().predict(ones((4, 3))), ["x", "(4, 3)", "(any, 2)"]),
    "transposed": (lambda: gate().predict(ones((2, 4))), ["(2, 4)", "transposed"]),
    "no batch axis": (lambda: gate().predict(ones(2)), ["(2,)", "x[None]"]),
    "too many axes": (lambda: gate().predict(ones((4, 2, 1))), ["(4, 2, 1)", "(any, 2)"]),
    "strings": (lambda: gate().predict([["a", "b"]]), ["dtype <U1", "expected numbers"]),
    "objects": (lambda: gate().predict(np.array([[None, 1.0]])), ["object", "numbers"]),
    "complex": (lambda: gate().predict(ones((1, 2)) * 1j), ["complex128"]),
    "ragged": (lambda: gate().predict([[1.0, 2.0], [1.0]]), ["x", "cannot read"]),
    "None": (lambda: gate().predict(None), ["None", "(any, 2)"]),
    "NaN": (lambda: gate().predict([[1.0, np.nan]]), ["nan", "(0, 1)"]),
    "infinity": (lambda: gate().predict([[np.inf, 1.0]]), ["inf", "(0, 0)"]),
    "empty": (lambda: gate().predict(ones((0, 2))), ["empty", "at least one"]),
    "missing input": (lambda: pair().predict({"past": ones((1, 2))}), ["lacks 'plan'"]),
    "misspelt input": (lambda: pair().predict({"past": ones((1, 2)), "pln": 0}), ["'pln'", "'plan'"]),
    "one array for two inputs": (lambda: pair().predict(ones((1, 2))), ["'past'", "'plan'", "dict"]),
    "three arrays for two inputs": (lambda: pair().predict([1, 2, 3]), ["3 arrays", "2"]),
    "different counts": (
        lambda: pair().predict([ones((2, 2)), ones((3, 3, 1))]),
        ["'past' 2", "'plan' 3"],
    ),
    "wrong named shape": (
        lambda: pair().predict([ones((2, 2)), ones((2, 4, 1))]),
        ["x['plan']", "(2, 4, 1)", "(any, 3, 1)"],
    ),
    "batch size": (lambda: gate().predict(ones((4, 2)), batch_size=0), ["batch_size", "0"]),
    "batch size text": (lambda: gate().predict(ones((4, 2)), batch_size="8"), ["batch_size", "'8'"]),
    "output number": (lambda: gate().gradient(ones(2), output=3), ["3", "1 elements"]),
    "output name": (lambda: gate().gradient(ones(2), output="dens"), ["dens", "dense_1"]),
    "output kind": (lambda: gate().gradient(ones(2), output=1.5), ["1.5", "expected None"]),
    "fractions": (
        lambda: Sequential([Input(2, dtype="int32"), Embedding(3, 1)]).predict([[0.5, 1.0]]),
        ["fractions"],
    ),
    "activation": (lambda: Dense(1, "sigmod"), ["'sigmod'", "'sigmoid'"]),
    "activation kind": (lambda: Dense(1, 3), ["3", "name such as"]),
    "initializer": (lambda: Dense(1, kernel_initializer="glorot"), ["'glorot'"]),
    "initializer kind": (lambda: Dense(1, kernel_initializer=3), ["initializer", "3"]),
    "regularizer": (lambda: Dense(1, kernel_regularizer="l3"), ["'l3'"]),
    "units": (lambda: Dense(0), ["Dense", "units", "0"]),
    "units kind": (lambda: LSTM(2.5), ["LSTM", "units", "2.5"]),
    "units bool": (lambda: GRU(True), ["GRU", "True"]),
    "rate": (lambda: Dropout(1.5), ["Dropout", "1.5", "0 to 1"]),
    "rate kind": (lambda: Dropout("half"), ["Dropout", "'half'"]),
    "stddev": (lambda: GaussianNoise(-1), ["stddev", "-1"]),
    "input shape": (lambda: Input("12"), ["Input", "'12'"]),
    "input length": (lambda: Input((0, 3)), ["Input", "0"]),
    "input dtype": (lambda: Input(2, dtype="int8"), ["int8", "int32"]),
    "sequence needed": (lambda: LSTM(2)(Input(3)), ["(None, 3)", "(batch, time, features)"]),
    "one state of two": (
        lambda: LSTM(2)(Input((4, 1)), initial_state=[Input(2)]),
        ["2 inputs", "2 initial states"],
    ),
    "state width": (lambda: GRU(2)(Input((4, 1)), initial_state=Input(3)), ["(None, 3)", "(batch, 2)"]),
    "merge shapes": (lambda: Add()([Input(2), Input(3)]), ["(None, 2)", "(None, 3)"]),
    "merge of one": (lambda: Add()(Input(2)), ["Add", "list"]),
    "concatenate": (lambda: Concatenate(axis=1)([Input((2, 3)), Input((2, 4))]), ["axis 2"]),
    "dense on a list": (lambda: Dense(1)([Input(2), Input(2)]), ["Dense", "one input"]),
    "reshape": (lambda: Reshape((4, 2))(Input(7)), ["7 numbers", "(4, 2)"]),
    "permute": (lambda: Permute((1, 3)), ["(1, 3)"]),
    "repeat": (lambda: RepeatVector(2)(Input((2, 2))), ["RepeatVector", "(None, 2, 2)"]),
    "time distributed": (lambda: TimeDistributed(Dense(1))(Input(2)), ["(None, 2)"]),
    "bidirectional": (lambda: Bidirectional(Dense(1)), ["recurrent", "Dense"]),
    "merge mode": (lambda: Bidirectional(GRU(1), "concta"), ["'concta'", "'concat'"]),
    "layer class": (lambda: Sequential([Input(2), Dense]), ["class Dense", "Dense(...)"]),
    "not a layer": (lambda: Sequential([Input(2), 3]), ["3", "layer"]),
    "not a list": (lambda: Sequential(Dense(1)), ["list of layers"]),
    "layer twice": (lambda: (lambda d: Sequential([Input(2), d, d]))(Dense(2)), ["twice", "Model"]),
    "seed": (lambda: Sequential([Input(2), Dense(1)], seed=-1), ["seed", "-1"]),
    "seed kind": (lambda: Sequential([Input(2), Dense(1)], seed=0.5), ["seed", "0.5"]),
    "dtype": (lambda: Sequential([Input(2), Dense(1)], dtype="float16"), ["float16", "float32"]),
    "no outputs": (lambda: Model(Input(2), []), ["outputs", "empty"]),
    "array as input": (lambda: Model(ones(2), Dense(1)(Input(2))), ["inputs", "ndarray"]),
    "disconnected": (lambda: Model(Input(2), Dense(1)(Input(2, name="other"))), ["'other'", "inputs"]),
    "input names": (
        lambda: Model([a := Input(2, name="a"), b := Input(2, name="a")], Add()([a, b])),
        ["Two inputs", "'a'"],
    ),
    "variance without mean": (lambda: Normalization(variance=1.0), ["mean", "adapt"]),
    "unknown length": (lambda: Dense(1)(Input((3, None))), ["None", "known"]),
}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_call_is_refused_before_compiling(call, monkeypatch):
    def compiled(*arguments, **options):
        pytest.fail("compiled before the arguments were checked")

    monkeypatch.setattr(engine, "compile", compiled)
    function, words = WRONG[call]
    with pytest.raises((ValueError, TypeError)) as caught:
        function()
    for word in words:
        assert word in str(caught.value)


def test_a_missing_last_axis_of_one_is_added():
    net = Sequential([Input(1), Dense(1)], seed=0)
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(net.predict(x), net.predict(x[:, None]))
    assert net.gradient(x).shape == (3,)


def test_what_is_checked_is_returned_in_the_dtype_asked_for():
    spec = checks.ArraySpec("x", (None, 2), "float32")
    assert checks.check_array([[1, 2]], spec).dtype == np.float32
    assert checks.check_array([[True, False]], spec).dtype == np.float32
    kept = ones((3, 2), "float32")
    assert checks.check_array(kept, spec) is kept or np.shares_memory(checks.check_array(kept, spec), kept)
