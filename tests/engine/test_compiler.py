"""The door of the engine: arguments, updates, threads, and what a function says of itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine
from graphopt.engine import native
from graphopt.errors import InvalidType, InvalidValue, ShapeMismatch

TIERS = ("now", "auto") if native.available() == "off" else ("now", "auto", "fast")


def test_one_output_or_a_list_of_them():
    x = pt.dvector("x")
    assert engine.compile([x], x.sum())([1, 2]) == 3
    assert [float(v) for v in engine.compile([x], [x.sum(), x.max()])([1, 2])] == [3, 2]
    assert engine.compile([x], [])([1, 2]) == []


@pytest.mark.parametrize("tier", TIERS)
def test_new_values_are_all_computed_from_the_old_ones(tier):
    a, b = pytensor.shared(1.0), pytensor.shared(2.0)
    swap = engine.compile([], a + b, updates={a: b, b: a}, tier=tier)
    assert [float(swap()) for _ in range(3)] == [3, 3, 3]
    assert (a.get_value(), b.get_value()) == (2, 1)


def test_givens_replace_before_anything_else():
    x, y = pt.dvector("x"), pt.dvector("y")
    w = pytensor.shared(np.ones(2))
    function = engine.compile([y], (x * 2).sum(), givens={x: y + w}, updates=[(w, w + x.sum())])
    assert function([1, 2]) == 10
    np.testing.assert_array_equal(w.get_value(), [6, 6])


@pytest.mark.filterwarnings("ignore:Setting default_update:DeprecationWarning")  # old programs set it
def test_random_streams_move_on_by_themselves():
    draws = []
    for _ in range(2):
        rng = pytensor.shared(np.random.default_rng(3))
        rng.default_update, normal = pt.random.normal(size=3, rng=rng, return_next_rng=True)
        draw = engine.compile([], normal)
        draws.append([draw(), draw()])
    assert not np.array_equal(draws[0][0], draws[0][1])
    np.testing.assert_array_equal(draws[0], draws[1])


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("size", [3, 70])
def test_many_threads_call_one_function(tier, size):
    x = pt.dvector("x")
    W = pytensor.shared(np.random.default_rng(0).normal(size=(size, size)))
    function = engine.compile([x], [pt.tanh(pt.dot(W, x)).sum(), pt.exp(-x)], tier=tier)
    values = np.random.default_rng(1).normal(size=(400, size))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(function, values))
    for value, (total, decay) in zip(values, results, strict=True):
        np.testing.assert_allclose(total, np.tanh(W.get_value() @ value).sum(), rtol=1e-10)
        np.testing.assert_allclose(decay, np.exp(-value), rtol=1e-14)


@pytest.mark.parametrize("tier", TIERS)
def test_no_update_is_lost_between_threads(tier):
    total = pytensor.shared(0.0)
    x = pt.dscalar("x")
    add = engine.compile([x], total, updates={total: total + x}, tier=tier)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, np.ones(1600)))
    assert total.get_value() == 1600


WRONG_GRAPHS = {
    "a shared variable as input": lambda s, x: engine.compile([s], s.sum()),
    "a number as input": lambda s, x: engine.compile([3.0], x.sum()),
    "an update of what is not shared": lambda s, x: engine.compile([x], x.sum(), updates={x: x + 1}),
    "an update of another type": lambda s, x: engine.compile([x], x.sum(), updates={s: x.sum()}),
    "an input is missing": lambda s, x: engine.compile([], x.sum()),
    "an unknown tier": lambda s, x: engine.compile([x], x.sum(), tier="slow"),
}


@pytest.mark.parametrize("name", WRONG_GRAPHS)
def test_graphs_that_cannot_become_functions(name):
    with pytest.raises((InvalidType, InvalidValue)) as error:
        WRONG_GRAPHS[name](pytensor.shared(np.ones(2), name="s"), pt.dvector("x"))
    assert len(str(error.value)) > 30


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        (np.ones(3), ShapeMismatch),
        (np.ones((2, 2)), ShapeMismatch),
        (["a", "b"], InvalidType),
        (np.array([1 + 2j, 0]), InvalidType),
        (None, InvalidType),
    ],
)
@pytest.mark.parametrize("tier", TIERS)
def test_arguments_that_do_not_fit(argument, error, tier):
    function = engine.compile([pt.tensor("speed", shape=(2,), dtype="float64")], pt.constant(1.0), tier=tier)
    with pytest.raises(error, match="speed"):
        function(argument)


def test_a_graph_that_is_not_simplified_gives_the_same():
    x = pt.dmatrix("x")
    W = pytensor.shared(np.arange(12.0).reshape(4, 3))
    out = pt.tanh(pt.dot(pt.concatenate([x, pt.ones((x.shape[0], 1))], axis=1), W) / 10)
    outputs = [out, pytensor.grad((out**2).sum(), W)]
    value = np.random.default_rng(0).normal(size=(5, 3))
    plain, simple = (engine.compile([x], outputs, simplify=simplify) for simplify in (False, True))
    for one, other in zip(plain(value), simple(value), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    assert plain.report()["nodes"] > simple.report()["nodes"]


def test_a_report_says_what_was_done():
    x = pt.dvector("x")
    function = engine.compile([x], x.sum(), name="total", tier="now")
    function([1.0])
    report = function.report()
    assert (report["name"], report["tier"], report["runs_as"], report["calls"]) == (
        "total",
        "now",
        "numpy",
        1,
    )
    assert report["seconds_to_prepare"] > 0


def test_many_calls_of_a_tiny_function_give_what_few_give():
    x, w = pt.dvector("x"), pytensor.shared(np.array([0.5, -1.0]))
    cost = ((pt.tanh(w * x).sum() - 1) ** 2) / x[0] + pt.ceil(x[1])
    outputs, updates = [cost, cost > 0], {w: w - 0.1 * pytensor.grad(cost, w)}
    values = np.random.default_rng(0).normal(size=(60, 2))
    values[40, 0] = 0.0  # where NumPy gives inf and Python's floats raise
    few, many, start = [], engine.compile([x], outputs, updates=updates, tier="now"), w.get_value()
    for value in values[:45]:
        few += engine.compile([x], outputs, updates=updates, tier="now")(value)
    expected = w.get_value()
    w.set_value(start)
    got = [output for value in values[:45] for output in many(value)]
    assert many.report()["runs_as"] == "scalar"
    for one, other in zip(got, few, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_allclose(one, other, rtol=1e-12)
        assert np.isnan(other) or np.signbit(float(one)) == np.signbit(float(other))
    np.testing.assert_allclose(w.get_value(), expected, rtol=1e-12)
