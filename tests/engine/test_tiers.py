"""Scalar statements, native code and NumPy lines are the same function, and know when to hand over."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from graphopt import engine

rng = np.random.default_rng(4)
X = rng.normal(size=(7, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(float)

ACTIVATIONS = {
    "tanh": pt.tanh,
    "sigmoid": pt.sigmoid,
    "relu": lambda z: pt.maximum(z, 0),
    "relu by switch": lambda z: pt.switch(z > 0, z, 0),
    "leaky": lambda z: pt.switch(z > 0, z, 0.1 * z),
    "elu": lambda z: pt.switch(z > 0, z, pt.expm1(z)),
    "softplus": pt.softplus,
    "softsign": lambda z: z / (1 + abs(z)),
    "abs": abs,
    "swish": lambda z: z * pt.sigmoid(z),
    "gelu": lambda z: 0.5 * z * (1 + pt.erf(z / np.sqrt(2))),
    "sin": pt.sin,
    "clipped": lambda z: pt.clip(z, -0.5, 0.5),
    "square": lambda z: z**2,
    "exp": lambda z: pt.exp(-(z**2)),
    "hard sigmoid": lambda z: pt.clip(0.2 * z + 0.5, 0, 1),
    "sign": lambda z: z * pt.sign(z),
    "log": lambda z: pt.log1p(z**2),
    "softmax": lambda z: pt.special.softmax(z, axis=-1),
    "log softmax": lambda z: pt.special.log_softmax(z, axis=-1),
}


def sgd(p, g):
    return {p: p - 0.1 * g}


def momentum(p, g):
    v = pytensor.shared(np.zeros(p.get_value().shape), shape=p.type.shape)
    return {v: 0.9 * v - 0.1 * g, p: p + 0.9 * v - 0.1 * g}


def adagrad(p, g):
    a = pytensor.shared(np.zeros(p.get_value().shape), shape=p.type.shape)
    return {a: a + g**2, p: p - 0.1 * g / pt.sqrt(a + g**2 + 1e-6)}


def adam(p, g):
    m, v = (pytensor.shared(np.zeros(p.get_value().shape), shape=p.type.shape) for _ in range(2))
    t = pytensor.shared(np.array(0.0))
    new_m, new_v, new_t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2, t + 1
    step = 0.01 * pt.sqrt(1 - 0.999**new_t) / (1 - 0.9**new_t)
    return {m: new_m, v: new_v, t: new_t, p: p - step * new_m / (pt.sqrt(new_v) + 1e-8)}


def clipped(p, g):
    return {p: p - 0.1 * pt.clip(g, -0.01, 0.01) - 1e-3 * p}


RULES = [sgd, momentum, adagrad, adam, clipped]


def network(activation, rule, *, batched, loss="mse"):
    """Return inputs, outputs, updates and parameters of a 3-2-1 network's training step."""
    weights = np.random.default_rng(7)
    W = pytensor.shared(weights.normal(size=(4, 2)), name="W", shape=(4, 2))
    V = pytensor.shared(weights.normal(size=(3, 1)), name="V", shape=(3, 1))
    if batched:
        x, y = pt.tensor("x", shape=(None, 3), dtype="float64"), pt.dvector("y")
        one = pt.ones((x.shape[0], 1))
    else:
        x, y = pt.tensor("x", shape=(3,), dtype="float64"), pt.dscalar("y")
        one = pt.ones(1)
    h = activation(pt.dot(pt.concatenate([x, one], axis=-1), W))
    out = pt.sigmoid(pt.dot(pt.concatenate([h, one], axis=-1), V))[..., 0]
    cost = ((out - y) ** 2).mean() if loss == "mse" else -pt.mean(y * pt.log(out) + (1 - y) * pt.log(1 - out))
    updates = {}
    for p, g in zip([W, V], pytensor.grad(cost, [W, V])):
        updates.update(rule(p, g))
    return [x, y], [cost, out.sum()], updates


def run(build, tier, arrays, **options):
    """Return the outputs, the states afterwards and what ran, of a graph built anew."""
    inputs, outputs, updates = build()
    states = list(updates)
    loop = engine.compile_loop(inputs, outputs, updates=updates, tier=tier)
    results = loop(arrays, **options)
    return results, [s.get_value() for s in states], loop.report()["runs_as"]


def reference(build, arrays, *, batch_size=None, order=None, epochs=1):
    """Return the same by one call of the compiled function for each step."""
    inputs, outputs, updates = build()
    states = list(updates)
    fn = engine.compile(inputs, outputs, updates=updates, tier="now")
    order = np.arange(len(arrays[0])) if order is None else order
    collected = []
    for _ in range(epochs):
        for k in range(0, len(order), batch_size or 1):
            part = order[k] if batch_size is None else order[k : k + batch_size]
            collected.append(fn(*(a[part] for a in arrays)))
    return [np.stack(c) for c in zip(*collected)], [s.get_value() for s in states]


def check(build, arrays, *, tiers=("now", "auto", "fast"), rtol=1e-12, **options):
    expected_outputs, expected_states = reference(build, arrays, **options)
    used = []
    for tier in tiers:
        outputs, states, form = run(build, tier, arrays, **options)
        used.append(form)
        for got, expected in zip([*outputs, *states], [*expected_outputs, *expected_states], strict=True):
            assert got.shape == expected.shape
            assert got.dtype == expected.dtype
            np.testing.assert_allclose(got, expected, rtol=rtol, atol=1e-13)
    return used


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_row_by_row(name):
    assert check(lambda: network(ACTIVATIONS[name], sgd, batched=False), [X, Y], tiers=("now",), epochs=3)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("batch_size", [None, 3, 7], ids=["rows", "short last batch", "one batch"])
def test_update_rules(rule, batch_size):
    check(
        lambda: network(pt.tanh, rule, batched=batch_size is not None),
        [X, Y], tiers=("now", "fast"), batch_size=batch_size, epochs=2, rtol=1e-10,
    )  # fmt: skip


def test_tiny_steps_run_as_scalars():
    assert check(lambda: network(pt.sigmoid, sgd, batched=False), [X, Y], tiers=("now",)) == ["scalar"]


def test_order_and_epochs():
    order = np.array([6, 0, 0, 3, 5])
    build = lambda: network(pt.tanh, momentum, batched=False, loss="entropy")  # noqa: E731
    check(build, [X, Y], order=order, epochs=3)
    build = lambda: network(pt.tanh, momentum, batched=True, loss="entropy")  # noqa: E731
    check(build, [X, Y], order=order, epochs=3, batch_size=2)


def test_no_rows():
    build = lambda: network(pt.tanh, sgd, batched=False)  # noqa: E731
    outputs, states, _ = run(build, "now", [X[:0], Y[:0]])
    assert [o.shape for o in outputs] == [(0,), (0,)]
    np.testing.assert_array_equal(states[0], build()[2].keys().__iter__().__next__().get_value())


def recurrence():
    """A stateful recurrent cell: its state is a shared variable and an output."""
    x, h = pt.tensor("x", shape=(3,), dtype="float64"), pytensor.shared(np.zeros(2), name="h", shape=(2,))
    W = pytensor.shared(np.random.default_rng(8).normal(size=(6, 2)), name="W", shape=(6, 2))
    new = pt.tanh(pt.dot(pt.concatenate([x, h, pt.ones(1)]), W))
    return [x], [new, h], {h: new}


def swap():
    x = pt.dscalar("x")
    a, b = pytensor.shared(np.array(1.0), name="a"), pytensor.shared(np.array(2.0), name="b")
    return [x], [a, b + x], {a: b, b: a}


def rotation():
    x = pt.dscalar("x")
    state = pytensor.shared(np.arange(4.0), name="state", shape=(4,))
    return [x], state.sum() * x, {state: pt.concatenate([state[1:], state[:1]])}


def counter():
    x = pt.dscalar("x")
    n = pytensor.shared(np.array(0), name="n")
    total = pytensor.shared(np.array(0.0), name="total")
    return [x], [n, total / pt.maximum(n, 1)], {n: n + 1, total: total + x}


@pytest.mark.parametrize("build", [swap, rotation, counter])
def test_states_move_together(build):
    check(lambda: listed(*build()), [X[:, 0]], epochs=2)


def test_a_state_that_is_an_output():
    check(recurrence, [X], epochs=2, rtol=1e-11)


def listed(inputs, outputs, updates):
    return inputs, outputs if isinstance(outputs, list) else [outputs], updates


def labels():
    """Class labels pick entries by advanced indexing, which has no scalar form."""
    x, y = pt.tensor("x", shape=(None, 3), dtype="float64"), pt.lvector("y")
    W = pytensor.shared(np.random.default_rng(9).normal(size=(3, 3)), name="W", shape=(3, 3))
    p = pt.special.log_softmax(pt.dot(x, W), axis=1)
    cost = -p[pt.arange(y.shape[0]), y].mean()
    return [x, y], [cost], {W: W - 0.1 * pytensor.grad(cost, W)}


def test_label_picks_fall_back_to_numpy():
    used = check(labels, [X, np.arange(7) % 3], batch_size=3, epochs=2, rtol=1e-11)
    assert set(used) == {"numpy"}


def test_labels_out_of_range_raise():
    inputs, outputs, updates = labels()
    loop = engine.compile_loop(inputs, outputs, updates=updates)
    with pytest.raises(IndexError):
        loop([X, np.full(7, 3)], batch_size=3)


TROUBLE = {
    "division by zero": lambda x, s: (1 / x, s + 1 / x),
    "zero over zero": lambda x, s: (x / x, s + x),
    "overflow of exp": lambda x, s: (pt.exp(x * 1000), s + x),
    "overflow of a product": lambda x, s: (s * np.float64(1e200), s * np.float64(1e200)),
    "log of zero": lambda x, s: (pt.log(abs(x)), s + x),
    "log of a negative": lambda x, s: (pt.log(x), s + x),
    "root of a negative": lambda x, s: (pt.sqrt(x), s + x),
    "power": lambda x, s: (pt.pow(x, -2.0), s + x),
    "maximum with NaN": lambda x, s: (pt.maximum(pt.log(x), s), s + 1),
    "minimum with NaN": lambda x, s: (pt.minimum(s, pt.sqrt(x)), s + 1),
    "sigmoid far out": lambda x, s: (pt.sigmoid(x * 1e4), s + x),
    "floor of infinity": lambda x, s: (pt.floor(1 / x), s + x),
    "comparison with NaN": lambda x, s: (pt.switch(pt.log(x) > 0, 1.0, 2.0), s + x),
    "sine of infinity": lambda x, s: (pt.sin(1 / x), s + x),
    "arcsine out of range": lambda x, s: (pt.arcsin(x * 3), s + x),
    "sign of NaN": lambda x, s: (pt.sign(pt.log(x)), s + x),
    "softplus far out": lambda x, s: (pt.softplus(x * 1e4), s + x),
    "tanh of infinity": lambda x, s: (pt.tanh(1 / x), s + x),
    "negative zero": lambda x, s: (1 / (x * 0 * -1), s + x),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", TROUBLE)
def test_what_python_floats_cannot_do_comes_out_as_in_numpy(name):
    def build():
        x, s = pt.dscalar("x"), pytensor.shared(np.array(1.0), name="s")
        out, new = TROUBLE[name](x, s)
        return [x], [out], {s: new}

    check(build, [np.array([0.5, -1.0, 0.0, 2.0, -0.5])], epochs=2)


def test_single_precision():
    def build():
        x = pt.fscalar("x")
        s = pytensor.shared(np.array(0.1, "float32"), name="s")
        return [x], [pt.tanh(s * x)], {s: s + np.float32(0.1) * x}

    check(build, [X[:, 0].astype("float32")], rtol=2e-6)


def test_single_precision_in_the_middle():
    def build():
        x, s = pt.dscalar("x"), pytensor.shared(np.array(0.1), name="s")
        low = x.astype("float32") * np.float32(0.1) / np.float32(3)
        return [x], [low * s], {s: s + low}

    check(build, [X[:, 0]], rtol=1e-12)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "bool"])
def test_whole_number_inputs(dtype):
    def build():
        k = pt.TensorType(dtype, shape=())("k")
        s = pytensor.shared(np.array(0.5), name="s")
        return [k], [s * k, k + k], {s: s + k}

    check(build, [np.array([1, 0, 1, 1, 0]).astype(dtype)])


@pytest.mark.parametrize("tier", ["now", "auto", "fast"])
def test_a_failed_run_keeps_the_states_of_the_steps_before(tier):
    """Every tier leaves a state of the right shape, and inputs as they were."""
    data = [X.copy(), Y.copy()]
    run(lambda: network(pt.tanh, sgd, batched=False), tier, data)
    np.testing.assert_array_equal(data[0], X)
    np.testing.assert_array_equal(data[1], Y)


def test_results_do_not_depend_on_the_number_of_rows_a_call():
    build = lambda: network(pt.tanh, adam, batched=False)  # noqa: E731
    inputs, outputs, updates = build()
    loop = engine.compile_loop(inputs, outputs, updates=updates, tier="now")
    parts = [loop([X[:4], Y[:4]]), loop([X[4:], Y[4:]])]
    whole, _, _ = run(build, "now", [X, Y])
    np.testing.assert_array_equal(np.concatenate([p[0] for p in parts]), whole[0])
