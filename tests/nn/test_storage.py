"""Files of networks: what was saved comes back to the bit, and damage never passes."""

import json
import os

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.errors import CorruptFile, InvalidType, InvalidValue, NotBuilt, UnknownName
from graphopt.nn import (
    GRU,
    LSTM,
    Activation,
    BatchNormalization,
    Bidirectional,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Input,
    Lambda,
    Layer,
    Model,
    Normalization,
    Sequential,
    SimpleRNN,
    TimeDistributed,
    initializers,
    load,
    register,
    registry,
    regularizers,
)


@register("tests/double")
def double(x):
    return 2.0 * x


@register("tests/Scale")
class Scale(Layer):
    """A layer of the caller's."""

    def __init__(self, factor, *, name=None, trainable=True, dtype=None):
        super().__init__(name=name, trainable=trainable, dtype=dtype)
        self.factor = factor

    def call(self, x, context):
        return x * self.factor


def everything():
    """Return a network with every kind of thing a file holds, and data for it."""
    past, plan = Input((5, 3), name="past"), Input((4, 2), name="plan")
    words = Input(2, dtype="int32", name="words")
    shared = Dense(3, "tanh", kernel_regularizer=regularizers.L1L2(0.1, 0.2))
    inner = Sequential([Input(3), Dense(2, "gelu", kernel_initializer=initializers.HeNormal())])
    norm = Normalization(axis=-1)
    norm.adapt(np.random.default_rng(0).normal(2.0, 3.0, (20, 5, 3)))
    a = LSTM(3, return_sequences=True, activation="elu")(norm(past))
    b = GRU(3, reset_after=False)(shared(plan[:, 1:]))
    c = Bidirectional(SimpleRNN(2))(TimeDistributed(shared_dense())(plan))
    d = Embedding(7, 2)(words)[:, 0]
    h = BatchNormalization()(Concatenate()([a[:, -1], b, c, d, inner(a[:, 0])]))
    h = Activation(double)(Lambda(double)(Dropout(0.2)(h)))
    outputs = {"first": Scale(3.0)(Dense(2, use_bias=False)(h)), "second": shared(Dense(2)(h))}
    net = Model({"past": past, "plan": plan, "words": words}, outputs, seed=3, name="all")
    rng = np.random.default_rng(1)
    x = {
        "past": rng.normal(size=(6, 5, 3)),
        "plan": rng.normal(size=(6, 4, 2)),
        "words": rng.integers(0, 7, (6, 2)),
    }
    return net, x


def shared_dense():
    return Dense(2)


def small(path):
    net = Sequential([Input(2), Dense(3, "sigmoid"), Dense(1, "sigmoid")], seed=0)
    net.save(path)
    return net


def test_what_was_saved_comes_back(tmp_path):
    net, x = everything()
    net.save(tmp_path / "net.npz")
    again = load(tmp_path / "net.npz")
    for name, value in net.predict(x).items():
        np.testing.assert_array_equal(again.predict(x)[name], value)
    assert [w.tobytes() for w in again.get_weights()] == [w.tobytes() for w in net.get_weights()]
    assert again.summary(print_fn=None) == net.summary(print_fn=None)
    assert again.input_names == ["past", "plan", "words"]
    penalties = [network.training_graph(network.inputs)[2] for network in (net, again)]
    assert all(p.owner is not None for p in penalties)


def test_the_same_network_is_the_same_bytes(tmp_path):
    net, _ = everything()
    net.save(tmp_path / "a.npz")
    load(tmp_path / "a.npz").save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_numpy_opens_the_file_and_the_architecture_is_strict_json(tmp_path):
    net = small(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as archive:
        text = archive["architecture"].tobytes().decode()
        np.testing.assert_array_equal(archive["array_00000"], net.get_weights()[0])
    assert json.loads(text, parse_constant=pytest.fail)["format"] == "graphopt-network"


def test_states_and_dtype_come_back(tmp_path):
    net = Sequential([Input((1, 1), batch_size=1), GRU(2, stateful=True)], seed=0, dtype="float32")
    net.predict(np.ones((3, 1, 1)))
    net.save(tmp_path / "net.npz")
    again = load(tmp_path / "net.npz")
    assert again.predict(np.ones((1, 1, 1))).dtype == np.float32
    np.testing.assert_array_equal(again.predict(np.ones((1, 1, 1))), (net.predict(np.ones((2, 1, 1))))[1:])


def test_any_flipped_bit_is_found(tmp_path):
    path = tmp_path / "net.npz"
    small(path)
    data = path.read_bytes()
    places = {0, 1, len(data) - 1, *np.random.default_rng(0).integers(0, len(data), 200).tolist()}
    for place in places:
        for bit in (1, 32):
            path.write_bytes(data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
            with pytest.raises(CorruptFile, match=r"net\.npz"):
                load(path)


def test_any_truncation_or_addition_is_found(tmp_path):
    path = tmp_path / "net.npz"
    small(path)
    data = path.read_bytes()
    for end in (0, 1, 10, len(data) // 2, len(data) - 64, len(data) - 1):
        path.write_bytes(data[:end])
        with pytest.raises(CorruptFile, match=r"net\.npz"):
            load(path)
    path.write_bytes(data + b"0")
    with pytest.raises(CorruptFile):
        load(path)


def test_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    (tmp_path / "text.npz").write_text("hello")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(CorruptFile, match=name):
            load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.npz")
    with pytest.raises(InvalidType):
        load(3)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    net = small(path)
    before = path.read_bytes()
    net.set_weights([w + 1 for w in net.get_weights()])

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        net.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["net.npz"]


def test_functions_without_a_name_cannot_be_saved(tmp_path):
    for layer in (Lambda(lambda x: x + 1), Dense(1, lambda x: pt.sin(x))):
        net = Sequential([Input(2), layer], seed=0)
        with pytest.raises(InvalidValue, match="register"):
            net.save(tmp_path / "net.npz")
    assert not os.listdir(tmp_path)


def test_a_missing_registration_is_named(tmp_path, monkeypatch):
    Sequential([Input(2), Lambda(double)], seed=0).save(tmp_path / "net.npz")
    monkeypatch.delitem(registry._BY_NAME, "tests/double")
    with pytest.raises(UnknownName, match="tests/double"):
        load(tmp_path / "net.npz")


def test_two_things_cannot_have_one_name():
    with pytest.raises(InvalidValue, match="already registered"):
        register("tests/double")(lambda x: x)


def test_networks_that_cannot_be_saved(tmp_path):
    with pytest.raises(NotBuilt):
        Sequential([Dense(1)]).save(tmp_path / "net.npz")
    net = small(tmp_path / "net.npz")
    net.parameters[0].set_value(np.full((3, 3), np.nan))
    with pytest.raises(InvalidValue, match="NaN"):
        net.save(tmp_path / "net.npz")
    assert np.isfinite(load(tmp_path / "net.npz").get_weights()[0]).all()
