"""Bounds and monotonicity of networks and expressions: grids, closed forms, what must be refused."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt import bounds, monotonicity
from graphopt.errors import InvalidType, InvalidValue
from graphopt.structure import NotLowered


@pytest.fixture
def network():
    return go.Sequential([go.Input(2), go.Dense(8, "tanh"), go.Dense(3, "sigmoid")], seed=1)


def test_a_network_stays_within_its_bounds(network):
    points = np.stack(np.meshgrid(*[np.linspace(-1, 2, 41)] * 2), axis=-1).reshape(-1, 2)
    found = bounds(network, (-1, 2))
    y = network.predict(points)
    assert found.lower.shape == found.upper.shape == (3,)
    assert (found.lower <= y).all()
    assert (y <= found.upper).all()
    assert found.method == "linear"


def test_linear_bounds_are_no_wider_than_intervals(network):
    linear, plain = bounds(network, (-0.1, 0.1)), bounds(network, (-0.1, 0.1), method="intervals")
    assert plain.method == "intervals"
    assert (linear.width < plain.width).all()
    one = bounds(network, (-0.1, 0.1), objective=2)
    np.testing.assert_allclose([one.lower, one.upper], [linear.lower[2], linear.upper[2]], rtol=1e-12)


def test_a_point_has_narrow_bounds(network):
    found = bounds(network, [(0.3, 0.3), (0.7, 0.7)])
    np.testing.assert_allclose(found.lower, network.predict([[0.3, 0.7]])[0], rtol=1e-12)
    assert (found.width < 1e-12).all()


def test_inputs_may_be_held():
    x, y = pt.vector("x", shape=(2,)), pt.scalar("y")
    found = bounds(x * y, over={x: (0, 1)}, fixed={y: -2.0})
    np.testing.assert_allclose(found.lower, [-2, -2])
    np.testing.assert_allclose(found.upper, [0, 0], atol=1e-12)


def test_several_inputs_and_shapes():
    x, y = pt.matrix("x", shape=(2, 3)), pt.scalar("y")
    found = bounds(pt.exp(x) + y, over={x: (0, 1), y: (10, 20)})
    np.testing.assert_allclose(found.lower, np.full((2, 3), 11.0))
    np.testing.assert_allclose(found.upper, np.full((2, 3), np.e + 20))
    assert bounds(pt.sum(x), (0, 1)).upper.shape == ()


def test_an_open_box_is_bounded_where_the_function_is(network):
    found = bounds(network, (-np.inf, np.inf))
    assert (found.lower >= 0).all()
    assert (found.upper <= 1).all()
    x = pt.scalar("x")
    found = bounds(pt.exp(x), (-np.inf, np.inf))
    assert (found.lower, found.upper) == (0, np.inf)


def test_float32_networks_are_widened():
    with pytensor.config.change_flags(floatX="float32"):
        network = go.Sequential([go.Input(2), go.Dense(4, "tanh"), go.Dense(1)], seed=1)
        found = bounds(network, (0.25, 0.25))
        y = network.predict(np.full((1, 2), 0.25, dtype="float32"))
    assert found.lower.dtype == np.float64
    np.testing.assert_allclose(found.lower, y[0], rtol=1e-5)


def test_monotone_inputs():
    x, t = pt.vector("x", shape=(3,)), pt.scalar("t")
    signs = monotonicity(pt.tanh(x[0]) - 2 * x[1] + x[2] ** 2 + t, over={x: (-1, 1), t: (0, 1)})
    assert {name: s.tolist() for name, s in signs.items()} == {"x": [1, -1, 0], "t": 1}
    assert monotonicity(x[2] ** 2 + x[0], (0, 1))["x"].tolist() == [1, 1, 1]


def test_monotone_inputs_of_a_network(network):
    network.set_weights([np.abs(w) for w in network.get_weights()])
    assert monotonicity(network, (-1, 2), objective=0)["input"].tolist() == [1, 1]
    found = monotonicity(network, (-1, 2), objective=lambda y: y[0] - y[1])
    assert found["input"].shape == (2,)


def test_wrong_questions(network):
    x = pt.vector("x", shape=(2,))
    with pytest.raises(InvalidValue, match="Did you mean 'intervals'"):
        bounds(network, (0, 1), method="interval")
    with pytest.raises(InvalidType, match="expected a network or a PyTensor expression"):
        bounds(3.0, (0, 1))
    with pytest.raises(InvalidValue, match="over= is for expressions"):
        bounds(network, over={x: (0, 1)})
    with pytest.raises(InvalidValue, match="objective"):
        monotonicity(network, (0, 1))
    with pytest.raises(NotLowered):
        bounds(pt.argsort(x), (0, 1))


def test_several_outputs_need_a_choice():
    x = go.Input(2)
    network = go.Model(x, [go.Dense(1, name="a")(x), go.Dense(1, name="b")(x)])
    with pytest.raises(InvalidValue, match="2 outputs"):
        bounds(network, (0, 1))
    assert bounds(network, (0, 1), objective=1).lower.shape == ()
