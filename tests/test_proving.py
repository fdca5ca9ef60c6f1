"""Proofs that a value is not passed, and points that pass it, against grids and enumeration."""

import itertools

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import graphopt as go
from graphopt.errors import InvalidType, InvalidValue, UnknownName
from graphopt.proving import prove
from graphopt.structure.lowering import NotLowered
from tests.programs import grid


def small_network(seed=0, activation="tanh"):
    rng = np.random.default_rng(seed)
    W, b, v = rng.normal(size=(2, 6)), rng.normal(size=6), rng.normal(size=6)
    activations = {"tanh": pt.tanh, "sigmoid": pt.sigmoid, "relu": lambda z: pt.maximum(z, 0.0)}
    x = pt.vector("x", shape=(2,), dtype="float64")
    return x, pt.dot(activations[activation](pt.dot(x, W) + b), v)


def values_on_a_grid(x, expression, points=41):
    every = grid([-1, -1], [1, 1], points)
    function = go.engine.compile([x], expression)
    return every, np.array([float(function(point)) for point in every])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("relation", ["<=", ">="])
def test_what_holds_is_proved_and_what_does_not_is_shown(activation, relation):
    x, expression = small_network(1, activation)
    _, values = values_on_a_grid(x, expression)
    sign = 1.0 if relation == "<=" else -1.0
    extreme = values.max() if relation == "<=" else values.min()

    holds = prove(expression, relation, extreme + sign * 0.1, (-1, 1))
    assert holds.holds is True
    assert holds.counterexample is None
    assert sign * (extreme - holds.bound) <= 0 <= sign * (holds.value - holds.bound)

    fails = prove(expression, relation, extreme - sign * 0.05, (-1, 1))
    assert fails.holds is False
    at = float(go.engine.compile([x], expression)(fails.counterexample["x"]))
    assert at == pytest.approx(fails.found, abs=1e-12)
    assert sign * (at - fails.value) > 0
    assert (np.abs(fails.counterexample["x"]) <= 1).all()


def test_a_network_by_its_layers():
    net = go.Sequential([go.Input(3), go.Dense(8, "tanh"), go.Dense(2)], seed=0)
    corners = np.array(list(itertools.product((0.0, 1.0), repeat=3)))
    best = net.predict(corners)[:, 1].max()
    assert prove(net, "<=", best + 0.01, (0, 1), objective=1, integer=True).holds is True
    found = prove(net, "<=", best - 0.01, (0, 1), objective=1, integer=True)
    assert found.holds is False
    assert set(np.ravel(*found.counterexample.values())) <= {0.0, 1.0}


def test_few_boxes_leave_it_undecided():
    rng = np.random.default_rng(0)
    x = pt.vector("x", shape=(4,), dtype="float64")
    hidden = pt.tanh(pt.dot(x, 3 * rng.normal(size=(4, 20))))
    expression = pt.sum(pt.tanh(pt.dot(hidden, rng.normal(size=(20, 20)))) * rng.normal(size=20))
    far = prove(expression, "<=", 1e3, (-1, 1))
    near = prove(expression, "<=", far.found + 0.3, (-1, 1), max_nodes=10)
    assert far.holds is True
    assert near.holds is None
    assert near.found <= near.value < near.bound
    with pytest.raises(InvalidValue, match="holds"):
        bool(near)


def test_only_points_that_keep_the_constraints_count():
    """The greatest x + y of the unit square is 2, and 1 below the diagonal."""
    x = pt.vector("x", shape=(2,), dtype="float64")
    total = pt.tanh(x[0]) + pt.tanh(x[1])
    below = [go.leq(x[0] + x[1], 1.0)]
    assert prove(total, "<=", 1.2, (0, 1)).holds is False
    assert prove(total, "<=", 1.2, (0, 1), constraints=below).holds is True
    found = prove(total, "<=", 0.9, (0, 1), constraints=below)
    assert found.holds is False
    assert found.counterexample["x"].sum() <= 1 + 1e-9
    nowhere = prove(total, "<=", -5.0, (0, 1), constraints=[go.geq(x[0] + x[1], 3.0)])
    assert (nowhere.holds, nowhere.bound) == (True, -np.inf)


def test_a_value_that_is_reached_exactly_is_never_broken():
    """tanh(x)**2 is 0 at 0."""
    x = pt.scalar("x", dtype="float64")
    assert prove(pt.tanh(x) ** 2, ">=", 0.0, (-1, 1)).holds is not False
    assert prove(pt.tanh(x) ** 2, ">=", -1e-6, (-1, 1)).holds is True


def test_a_held_input_and_a_shared_weight():
    x, w = pt.scalar("x", dtype="float64"), pt.scalar("w", dtype="float64")
    scale = pytensor.shared(2.0, name="scale")
    assert prove(scale * w * pt.tanh(x), "<=", 3.1, over={x: (-2, 2)}, fixed={w: 1.5}).holds is True
    scale.set_value(4.0)
    assert prove(scale * w * pt.tanh(x), "<=", 3.1, over={x: (-2, 2)}, fixed={w: 1.5}).holds is False


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"relation": "<"}, UnknownName, "<="),
        ({"value": "big"}, InvalidType, "number"),
        ({"value": np.nan}, InvalidValue, "finite"),
        ({"box": (0, np.inf)}, InvalidValue, "upper bound"),
        ({"what": 3.0}, InvalidType, "network"),
    ],
)
def test_wrong_questions(change, error, text):
    _, expression = small_network()
    arguments = {"what": expression, "relation": "<=", "value": 1.0, "box": (-1, 1), **change}
    with pytest.raises(error, match=text):
        prove(*arguments.values())


def test_what_cannot_be_bounded_says_so():
    x = pt.vector("x", shape=(3,), dtype="float64")
    with pytest.raises(NotLowered):
        prove(pt.sum(pt.gamma(x)), "<=", 1.0, (1, 2))
