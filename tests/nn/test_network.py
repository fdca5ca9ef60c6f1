"""Networks: building, values, derivatives, names, seeds."""

import copy
import pickle
import threading

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.errors import InvalidType, InvalidValue, NotBuilt, ShapeMismatch, UnknownName
from graphopt.nn import (
    GRU,
    LSTM,
    Add,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    Input,
    Lambda,
    Layer,
    Model,
    Sequential,
    SimpleRNN,
)


def gate(**options):
    return Sequential([Input(2), Dense(3, "sigmoid"), Dense(1, "sigmoid")], **{"seed": 0, **options})


def forecaster(**options):
    past, plan = Input((5, 3), name="past"), Input((4, 2), name="plan")
    joined = Concatenate()([LSTM(4)(past), GRU(3)(plan)])
    return Model([past, plan], Dense(2, name="forecast")(joined), **{"seed": 0, **options})


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])


def test_the_bias_is_the_last_row_met_by_a_one():
    net = gate()
    first, second = (p.get_value() for p in net.parameters)
    assert (first.shape, second.shape) == ((3, 3), (4, 1))
    ones = np.ones((4, 1))
    hidden = sigmoid(np.hstack([X, ones]) @ first)
    np.testing.assert_allclose(net.predict(X), sigmoid(np.hstack([hidden, ones]) @ second), rtol=1e-14)
    kernel, bias = net.get_weights()[:2]
    np.testing.assert_array_equal(np.vstack([kernel, bias]), first)
    assert [p.name for p in net.parameters] == ["dense/kernel", "dense_1/kernel"]
    assert all(p.type.shape == p.get_value().shape for p in net.parameters)


def test_set_weights_takes_what_get_weights_gave_and_needs_no_recompiling():
    net, other = gate(), gate(seed=1)
    assert not np.allclose(net.predict(X), other.predict(X))
    other.set_weights(net.get_weights())
    np.testing.assert_array_equal(other.predict(X), net.predict(X))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda w: w[:-1], ShapeMismatch, "got 3 arrays"),
        (lambda w: [w[0].T, *w[1:]], ShapeMismatch, "array 0 .kernel. has shape"),
        (lambda w: [w[0] * np.nan, *w[1:]], InvalidValue, "NaN"),
        (lambda w: [w[0].astype(str), *w[1:]], InvalidType, "dtype"),
        (lambda w: np.ones(3), InvalidType, "list of arrays"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(change, error, words):
    net = gate()
    before = net.get_weights()
    with pytest.raises(error, match=words):
        net.set_weights(change(net.get_weights()))
    for a, b in zip(before, net.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_one_seed_decides_every_weight():
    for a, b in zip(forecaster().get_weights(), forecaster().get_weights()):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(forecaster().get_weights()[0], forecaster(seed=1).get_weights()[0])
    np.random.seed(0)  # the global generator plays no part
    state = np.random.get_state()[1].copy()
    gate()
    np.testing.assert_array_equal(state, np.random.get_state()[1])


def test_batches_do_not_change_predictions():
    rng = np.random.default_rng(0)
    net, x = gate(), rng.normal(size=(50, 2))
    np.testing.assert_allclose(net.predict(x, batch_size=7), net.predict(x), rtol=1e-14)


def finite_differences(f, x, h=1e-6):
    """Return the central differences of the scalar `f`, exact to about 1e-9 for smooth `f` of size 1."""
    slopes = np.empty_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        slopes[index] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


def test_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(1)
    net = Sequential([Input((4, 2)), LSTM(3, return_sequences=True), Flatten(), Dense(3, "tanh")], seed=2)
    x = rng.normal(size=(4, 2))
    found = net.gradient(x)
    assert found.shape == x.shape
    np.testing.assert_allclose(found, finite_differences(lambda v: net.predict(v[None]).sum(), x), atol=1e-8)
    one = net.gradient(x, output=1)
    np.testing.assert_allclose(one, finite_differences(lambda v: net.predict(v[None])[0, 1], x), atol=1e-8)
    jacobian = net.jacobian(x)
    assert jacobian.shape == (3, 4, 2)
    np.testing.assert_allclose(jacobian[1], one, rtol=1e-13)
    np.testing.assert_allclose(jacobian.sum(axis=0), found, rtol=1e-12)
    batch = rng.normal(size=(6, 4, 2))
    np.testing.assert_allclose(net.jacobian(batch)[3], net.jacobian(batch[3]), rtol=1e-12)
    np.testing.assert_allclose(net.gradient(batch)[3], net.gradient(batch[3]), rtol=1e-12)


def test_gradients_of_several_inputs_come_by_name():
    net, rng = forecaster(), np.random.default_rng(3)
    past, plan = rng.normal(size=(5, 3)), rng.normal(size=(4, 2))
    found = net.gradient({"past": past, "plan": plan}, output="forecast")
    expected = finite_differences(lambda v: net.predict({"past": past[None], "plan": v[None]}).sum(), plan)
    np.testing.assert_allclose(found["plan"], expected, atol=1e-8)
    assert found["past"].shape == past.shape
    element = net.gradient([past, plan], output=("forecast", 1))
    np.testing.assert_allclose(element["plan"], net.jacobian([past, plan])["plan"][1], rtol=1e-13)


def test_inputs_come_as_array_list_or_dict():
    net, rng = forecaster(), np.random.default_rng(4)
    past, plan = rng.normal(size=(3, 5, 3)), rng.normal(size=(3, 4, 2))
    by_list = net.predict([past, plan])
    np.testing.assert_array_equal(by_list, net.predict({"plan": plan, "past": past}))
    np.testing.assert_array_equal(by_list, net.predict((past.tolist(), plan.tolist())))
    single = gate()
    np.testing.assert_array_equal(single.predict(X), single.predict({"input": X.tolist()}))
    np.testing.assert_array_equal(single.predict(X), single.predict([X]))


def test_outputs_come_in_the_form_they_were_given_in():
    x = Input(2)
    a, b = Dense(1)(x), Dense(2)(x)
    assert isinstance(Model(x, a).predict(X), np.ndarray)
    assert [y.shape for y in Model(x, [a, b]).predict(X)] == [(4, 1), (4, 2)]
    assert {k: y.shape for k, y in Model(x, {"u": a, "v": b}).predict(X).items()} == {
        "u": (4, 1),
        "v": (4, 2),
    }
    assert set(Model(x, {"u": a, "v": b}).jacobian(X)) == {"u", "v"}


def test_expression_is_the_network_over_any_variable():
    net = gate()
    row, rows = pt.vector("row", shape=(2,)), pt.matrix("rows", shape=(None, 2))
    f = engine.compile([row, rows], [net.expression(row), net.expression(2 * rows)], tier="now")
    one, many = f(X[1], X)
    np.testing.assert_allclose(one, net.predict(X)[1], rtol=1e-14)
    np.testing.assert_allclose(many, net.predict(2 * X), rtol=1e-14)
    with pytest.raises(ShapeMismatch, match="expected"):
        net.expression(pt.matrix(shape=(None, 3)))
    past, plan = pt.tensor3("past", shape=(1, 5, 3)), pt.tensor3("plan", shape=(1, 4, 2))
    assert forecaster().expression({"plan": plan, "past": past}).ndim == 2


def test_symbols_can_be_added_scaled_and_sliced():
    x = Input((4, 3))
    last = x[:, -1]
    net = Model(x, [2 * last + 1, last - x[:, 0], -last / 4, last * last, last / (last * last + 1.0)])
    v = np.random.default_rng(5).normal(size=(2, 4, 3))
    end = v[:, -1]
    expected = [2 * end + 1, end - v[:, 0], -end / 4, end * end, end / (end * end + 1)]
    for got, want in zip(net.predict(v), expected):
        np.testing.assert_allclose(got, want, rtol=1e-14)
    with pytest.raises(InvalidType, match="Lambda"):
        pt.exp(x)
    with pytest.raises(InvalidType, match="slice"):
        list(x)


def test_a_shared_layer_has_one_set_of_weights():
    a, b = Input(2, name="a"), Input(2, name="b")
    shared = Dense(3)
    net = Model([a, b], Add()([shared(a), shared(b)]))
    assert len(net.parameters) == 1
    kernel, bias = net.get_weights()
    np.testing.assert_allclose(net.predict([X, X]), 2 * (X @ kernel + bias), rtol=1e-14)


def test_a_network_is_a_layer():
    inner = gate(seed=5)
    x = Input(2)
    outer = Model(x, Dense(1)(inner(x)), seed=1)
    assert outer.get_weights()[0].shape == (2, 3)
    np.testing.assert_array_equal(outer.get_weights()[0], inner.get_weights()[0])
    lazy = Sequential([Input(2), Sequential([Dense(4, "tanh"), Dense(2)]), Dense(1)], seed=3)
    assert [w.shape for w in lazy.get_weights()] == [(2, 4), (4,), (4, 2), (2,), (2, 1), (1,)]
    again = Sequential([Input(2), Sequential([Dense(4, "tanh"), Dense(2)]), Dense(1)], seed=3)
    np.testing.assert_array_equal(lazy.predict(X), again.predict(X))


def test_weights_come_late_without_an_input():
    net = Sequential([Dense(3), Dense(1)], seed=0)
    for use in (net.get_weights, net.summary, lambda: net.inputs, lambda: net.save("x.npz")):
        with pytest.raises(NotBuilt):
            use()
    assert net.predict(X).shape == (4, 1)
    np.testing.assert_array_equal(
        net.predict(X), Sequential([Input(2), Dense(3), Dense(1)], seed=0).predict(X)
    )
    with pytest.raises(ShapeMismatch):
        Sequential([Dense(1)]).predict(np.ones(3))


def test_add_and_pop_change_the_network():
    net = Sequential(seed=0)
    for part in (Input(2), Dense(3), Dense(1)):
        net.add(part)
    kernel = net.get_weights()[0]
    assert net.predict(X).shape == (4, 1)
    net.pop()
    assert net.predict(X).shape == (4, 3)
    np.testing.assert_array_equal(net.get_weights()[0], kernel)


def test_float32_stays_float32():
    net = forecaster(dtype="float32")
    rng = np.random.default_rng(0)
    values = {"past": rng.normal(size=(2, 5, 3)), "plan": rng.normal(size=(2, 4, 2))}
    assert net.predict(values).dtype == np.float32
    assert net.gradient(values)["plan"].dtype == np.float32
    outputs, _, penalty = net.training_graph(net.inputs)
    assert [v.dtype for v in [*outputs, penalty]] == ["float32", "float32"]


def test_stateful_layers_carry_on_and_reset():
    """h' = a x + u h + b, one step a call: the recurrence itself is the source."""
    net = Sequential([Input((1, 1), batch_size=1), SimpleRNN(1, activation=None, stateful=True)], seed=0)
    net.set_weights([np.array([[0.2]]), np.array([[0.8]]), np.array([0.0])])
    h = 0.0
    for value in (1.0, 2.0, -1.0):
        h = 0.2 * value + 0.8 * h
        np.testing.assert_allclose(net.predict([[[value]]]), [[h]], rtol=1e-14)
    net.gradient([[[1.0]]])
    np.testing.assert_allclose(net.layers[0].states[0].get_value(), [[h]], rtol=1e-14)
    net.reset_states()
    np.testing.assert_allclose(net.predict([[[1.0]], [[1.0]]]), [[0.2], [0.36]], rtol=1e-14)
    assert list(net.state_updates) == net.states
    with pytest.raises(ShapeMismatch, match="batch_size"):
        Sequential([Input((1, 1)), SimpleRNN(1, stateful=True)])
    two = Sequential([Input((1, 1), batch_size=2), SimpleRNN(1, stateful=True)])
    with pytest.raises(ShapeMismatch, match="batches of 2"):
        two.predict(np.ones((3, 1, 1)))


def test_copies_are_independent():
    net = gate()
    net.predict(X)
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(other.predict(X), net.predict(X))
        other.set_weights([w * 0 for w in other.get_weights()])
        assert not np.array_equal(other.predict(X), net.predict(X))


def test_predict_from_several_threads():
    net = gate()
    expected, wrong = net.predict(X), []

    def work():
        for _ in range(50):
            if not np.array_equal(net.predict(X), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_frozen_layers_are_not_trainable():
    net = gate()
    net.layers[0].trainable = False
    assert [p.name for p in net.trainable_parameters] == ["dense_1/kernel"]
    net.trainable = False
    assert net.trainable_parameters == []
    assert len(net.parameters) == 2


def test_regularisation_adds_up():
    net = Sequential(
        [Input(2), Dense(3, kernel_regularizer="l2"), LayerWithPenalty(2)],
        seed=0,
    )
    _, _, penalty = net.training_graph(net.inputs)
    value = engine.compile([], penalty, tier="now")()
    kernel, _, scale = net.get_weights()
    np.testing.assert_allclose(value, 0.01 * (kernel**2).sum() + 2 * np.abs(scale).sum(), rtol=1e-13)


def test_a_shared_layer_is_penalised_once():
    """As in Keras: the penalty is on the weights, not on the calls."""
    a, b = Input(2, name="a"), Input(2, name="b")
    shared = Dense(3, kernel_regularizer="l1")
    net = Model([a, b], Add()([shared(a), shared(b)]), seed=0)
    value = engine.compile([], net.training_graph(net.inputs)[2], tier="now")()
    np.testing.assert_allclose(value, 0.01 * np.abs(net.get_weights()[0]).sum(), rtol=1e-13)


class LayerWithPenalty(Layer):
    """A caller's own layer: three lines and a weight."""

    def __init__(self, factor, *, name=None):
        super().__init__(name=name)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight("scale", (input_shape[-1],), "ones")
        self.scale_regularizer = lambda w: self.factor * pt.sum(pt.abs(w))

    def call(self, x, context):
        return x * self.scale


def test_a_layer_works_on_a_bare_expression():
    x = pt.matrix("x", shape=(None, 2))
    layer = Dense(3)
    y = layer(x)
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(engine.compile([x], y, tier="now")(X), X @ kernel + bias, rtol=1e-14)
    with pytest.raises(InvalidType, match="predict"):
        Dense(3)(X)


def test_dropout_is_a_stream_of_the_seed():
    net = Sequential([Input(100), Dropout(0.3)], seed=0)
    (y,), updates, _ = net.training_graph(net.inputs)
    step = engine.compile(net.inputs, y, updates=updates, tier="now")
    ones = np.ones((200, 100))
    np.testing.assert_array_equal(net.predict(ones), ones)
    first, second = step(ones), step(ones)
    assert set(np.unique(first)) == {0.0, 1.0 / 0.7}
    # 20 000 draws: the share kept has a standard deviation of 0.0032; five of these.
    assert abs((first > 0).mean() - 0.7) < 0.0162
    assert not np.array_equal(first, second)
    same = Sequential([Input(100), Dropout(0.3)], seed=0)
    (y,), updates, _ = same.training_graph(same.inputs)
    np.testing.assert_array_equal(engine.compile(same.inputs, y, updates=updates, tier="now")(ones), first)


def test_summary_counts_parameters():
    lines = []
    text = gate().summary(print_fn=lines.append)
    assert lines == [text]
    assert "dense (Dense)" in text
    assert "Parameters: 13 (13 trainable, 0 not)" in text


def test_names_are_made_and_kept():
    net = Sequential([Input(2), Dense(1, name="dense_1"), Dense(1), Dense(1)], seed=0)
    assert [layer.name for layer in net.layers] == ["dense_1", "dense", "dense_2"]
    assert net.get_layer("dense_2") is net.layers[2]
    with pytest.raises(UnknownName, match="dense_2"):
        net.get_layer("dense_3")
    with pytest.raises(InvalidValue, match="Two layers are called 'a'"):
        Sequential([Input(2), Dense(1, name="a"), Dense(1, name="a")])


def test_lambda_reads_its_shape_off_the_expression():
    x = Input((3, 2))
    y = Lambda(lambda v: pt.sum(v, axis=1))(x)
    assert y.shape == (None, 2)
    v = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(Model(x, y).predict(v), v.sum(axis=1))
    both = Lambda(lambda pair: pair[0] * pair[1])([x, x])
    np.testing.assert_array_equal(Model(x, both).predict(v), v * v)


def test_variable_lengths():
    net = Sequential([Input((None, 2)), LSTM(3, return_sequences=True), Dense(2), GRU(2, "relu")], seed=0)
    for steps in (1, 4, 7):
        assert net.predict(np.ones((3, steps, 2))).shape == (3, 2)
        assert net.gradient(np.ones((3, steps, 2))).shape == (3, steps, 2)


@pytest.mark.parametrize("tier", ["now", "fast"])
@pytest.mark.parametrize("bad", [-1, 5, 10**9])
def test_an_embedding_index_out_of_range_raises(tier, bad):
    net = Sequential([Input(2, dtype="int64"), Embedding(5, 3)], seed=0)
    assert net.predict([[0, 4]], tier=tier).shape == (1, 2, 3)
    with pytest.raises((IndexError, ValueError)):
        net.predict([[0, bad]], tier=tier)


@pytest.mark.parametrize("dropout", ["dropout", "recurrent_dropout"])
@pytest.mark.parametrize("cls", [SimpleRNN, GRU, LSTM])
def test_recurrent_dropout_is_off_at_inference(cls, dropout):
    net = Sequential([Input((4, 3)), cls(5, **{dropout: 0.5})], seed=0)
    plain = Sequential([Input((4, 3)), cls(5)], seed=0)
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    np.testing.assert_array_equal(net.predict(x), plain.predict(x))
    (y,), updates, _ = net.training_graph(net.inputs)
    step = engine.compile(net.inputs, y, updates=updates, tier="now")
    first = step(x)
    assert not np.allclose(first, plain.predict(x))
    assert not np.allclose(first, step(x))


@pytest.mark.parametrize("noise", [Dropout(0.3), GaussianNoise(0.1)], ids=["dropout", "noise"])
def test_a_network_with_noise_is_trained_again_in_another_way(noise):
    """Another loss is another graph over the same stream; warnings are errors in these tests."""
    net = Sequential([Input(3), Dense(4), noise, Dense(1)], seed=0)
    x, y = np.ones((8, 3)), np.ones(8)
    for loss in ("mse", "mae"):
        net.fit(x, y, loss=loss, tier="now")
    copy.deepcopy(net).fit(x, y, loss="mse", tier="now")


@pytest.mark.parametrize("cls", [SimpleRNN, GRU, LSTM])
def test_recurrent_dropout_trains(cls):
    """The mask is drawn once, before the loop over time, through which the gradient goes."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 5, 2)), rng.normal(size=8)
    net = Sequential([Input((5, 2)), cls(3, dropout=0.3, recurrent_dropout=0.3), Dense(1)], seed=0)
    before = net.get_weights()
    losses = net.fit(x, y, loss="mse", optimizer="sgd", epochs=2, batch_size=4, tier="now").history["loss"]
    assert np.isfinite(losses).all()
    assert all(np.any(old != new) for old, new in zip(before, net.get_weights(), strict=True))


def test_recurrent_dropout_of_zero_states_changes_nothing_in_one_step():
    """The mask meets the state, and the first state is zero."""
    net = Sequential([Input((1, 3)), LSTM(5, recurrent_dropout=0.5)], seed=0)
    (y,), updates, _ = net.training_graph(net.inputs)
    x = np.ones((2, 1, 3))
    np.testing.assert_allclose(
        engine.compile(net.inputs, y, updates=updates, tier="now")(x), net.predict(x), rtol=1e-13
    )
