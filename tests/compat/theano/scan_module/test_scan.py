"""theano.scan; values are those the real Theano 1.0.5 gave, or follow from NumPy."""

import numpy as np
import pytest

from compat import theano
from compat.theano import tensor as T
from compat.theano.gof.fg import MissingInputError
from compat.theano.scan_module import until
from compat.theano.tensor.shared_randomstreams import RandomStreams

X, V = np.linspace(-0.5, 1, 12).reshape(4, 3), np.array([0.1, -0.2, 0.3])
x, v, i = T.dmatrix("x"), T.dvector("v"), T.dvector("i")
W = theano.shared(np.linspace(-1, 1, 9).reshape(3, 3), "W")
ONE = T.constant(1.0, dtype="float64")


def compute(inputs, outputs, *values, updates=None):
    return theano.function(inputs, outputs, updates=updates)(*values)


def elman():
    return theano.scan(lambda x_t, h: T.tanh(T.dot(h, W) + x_t), sequences=x, outputs_info=v)[0]


def test_values_and_gradients_of_a_recurrence_are_those_of_theano():
    h = elman()
    last, dx, dv, dW = compute([x, v], [h[-1], *T.grad((h**2).sum(), [x, v, W])], X, V)
    np.testing.assert_allclose(last, [0.7101152449, 0.8635037253, 0.9386409741], atol=1e-10)
    np.testing.assert_allclose(dx[0], [-2.46516538, -0.1405358368, 2.6123899999], atol=1e-10)
    np.testing.assert_allclose(dv, [1.2643722576, 1.269388845, 1.2744054323], atol=1e-10)
    np.testing.assert_allclose(dW[2], [-0.5745831094, 0.3823173992, 1.243786377], atol=1e-10)


def test_taps_of_sequences_and_states_are_those_of_theano():
    h, _ = theano.scan(
        lambda before, after, third, last: third * 0.5 + last * before - after,
        sequences={"input": v, "taps": [-1, 1]},
        outputs_info={"initial": i, "taps": [-3, -1]},
    )
    rows, dv, di = compute(
        [v, i], [h, *T.grad(h.sum(), [v, i])], np.arange(1.0, 7), np.array([0.1, 0.2, 0.3])
    )
    np.testing.assert_allclose(rows, [-2.65, -9.2, -32.45, -137.125])
    np.testing.assert_allclose(dv, [10.05, -42.4, -79.5, -48.45, -5, -1])
    np.testing.assert_allclose(di, [16.75, 8, 36])


def test_a_truncated_gradient_is_that_of_theano():
    h, _ = theano.scan(lambda x_t, h: T.tanh(x_t + h * 0.5), x, v, truncate_gradient=2)
    dx, dv = compute([x, v], T.grad(h[-1].sum(), [x, v]), X, V)
    np.testing.assert_array_equal(dx[:2], np.zeros((2, 3)))
    np.testing.assert_allclose(dx[2], [0.2670360094, 0.172572545, 0.0869606626], atol=1e-10)
    np.testing.assert_array_equal(dv, np.zeros(3))


def test_backwards_starts_at_the_end():
    h, _ = theano.scan(lambda x_t, h: h + x_t, x, v, go_backwards=True, n_steps=3)
    np.testing.assert_allclose(compute([x, v], h, X, V), V + np.cumsum(X[::-1][:3], axis=0))


def test_a_loop_stops_after_the_step_that_meets_its_condition():
    h, _ = theano.scan(lambda p: (p * 2.0, until(p > 5)), outputs_info=ONE, n_steps=100)
    np.testing.assert_array_equal(compute([], h), [2, 4, 8, 16])


def test_shared_variables_are_updated_in_each_step():
    count, scale = theano.shared(np.int64(0), "count"), theano.shared(1.0)
    rows, updates = theano.scan(lambda: (count, [(count, count + 1), (scale, scale * 2.0)]), n_steps=4)
    assert list(updates) == [count, scale]
    np.testing.assert_array_equal(compute([], rows, updates=updates), [0, 1, 2, 3])
    assert count.get_value() == 4
    assert scale.get_value() == 16


def test_a_step_without_outputs_gives_updates_only():
    count = theano.shared(np.int64(0))
    outputs, updates = theano.scan(lambda: {count: count + 1}, n_steps=4)
    assert outputs is None
    assert updates[count].eval() == 4


def test_random_draws_are_those_of_theano():
    streams = RandomStreams(7)
    walk, updates = theano.scan(
        lambda p: p + streams.uniform((2,)), outputs_info=T.zeros((2,), dtype="float64"), n_steps=3
    )
    expected = [[0.0557494635, 0.501967352], [0.4665126196, 0.8505125984], [0.6980708112, 0.8835133761]]
    np.testing.assert_allclose(compute([], walk, updates=updates), expected, atol=1e-10)


def test_one_step_needs_no_loop():
    rows, updates = theano.scan(lambda x_t, h: (h + x_t, h * 2), x, [v, None], n_steps=1)
    assert [r.owner.op.__class__.__name__ for r in rows] != ["Scan", "Scan"]
    assert [r.ndim for r in rows] == [2, 2]
    np.testing.assert_allclose(compute([x, v], rows[0], X, V), (V + X[0])[None])
    assert not updates


def test_what_a_step_is_given_has_names():
    seen = []

    def step(*arguments):
        seen.extend(a.name for a in arguments)
        return arguments[-2]

    k = T.scalar("k", dtype="float64")
    rows, _ = theano.scan(step, {"input": x, "taps": [-1, 0, 2]}, [v], [k])
    assert seen == ["x[t-1]", "x[t]", "x[t+2]", "v[t-1]", "k"]
    assert rows.type == T.dmatrix
    assert type(rows) is T.TensorVariable


def test_variables_nobody_named_are_found():
    k = T.dscalar("k")
    rows, _ = theano.scan(lambda v_t: v_t * k * W.sum() + (k * 2), v)
    np.testing.assert_allclose(compute([v, k], rows, V, 3.0), np.full(3, 6.0), atol=1e-12)


def test_return_list():
    assert isinstance(theano.scan(lambda a: a, v, return_list=True)[0], list)
    assert isinstance(theano.scan(lambda a: a, v)[0], T.TensorVariable)


def test_loops_in_loops_and_their_gradients():
    def outer(row, total):
        inner, _ = theano.scan(lambda e, s: s * 0.5 + T.sin(e), row, T.zeros((), dtype="float64"))
        return total + inner[-1]

    sums, _ = theano.scan(outer, x, T.zeros((), dtype="float64"))
    slope = compute([x], T.grad(sums[-1], x), X)
    np.testing.assert_allclose(slope, np.cos(X) * 0.5 ** np.array([2, 1, 0]), rtol=1e-12)


def test_grad_inside_a_step():
    J, _ = theano.scan(lambda k, y, v: T.grad(y[k], v), T.arange(3), non_sequences=[T.tanh(T.dot(W, v)), v])
    y = np.tanh(W.get_value() @ V)
    np.testing.assert_allclose(compute([v], J, V), (1 - y**2)[:, None] * W.get_value(), rtol=1e-12)


def test_test_values_reach_the_step():
    with theano.change_flags(compute_test_value="raise"):
        z, h0 = T.dmatrix("z"), T.dvector("h0")
        z.tag.test_value, h0.tag.test_value = X, V
        seen = []

        def step(z_t, h):
            seen.append((z_t.tag.test_value.shape, h.tag.test_value.shape))
            return h + z_t

        rows, _ = theano.scan(step, z, h0)
    assert seen == [((3,), (3,))]
    np.testing.assert_allclose(rows.tag.test_value, V + np.cumsum(X, axis=0))


WRONG = {
    "no number of steps": (lambda: theano.scan(lambda p: p, outputs_info=[ONE]), "number of steps"),
    "a float number": (lambda: theano.scan(lambda: ONE, n_steps=T.dscalar()), "n_steps must be an int"),
    "too few states": (lambda: theano.scan(lambda a, p: p + a, v, [ONE, None]), "Please provide None"),
    "a number returned": (
        lambda: theano.scan(lambda p: 3, outputs_info=[ONE], n_steps=3),
        "may only be made of",
    ),
    "a flat result": (lambda: theano.scan(lambda a: (a, a, {}), v), "cannot parse the return value"),
    "a tap ahead": (
        lambda: theano.scan(lambda p: p, outputs_info=[{"initial": v, "taps": [1]}], n_steps=3),
        "smaller than 0",
    ),
    "a tap twice": (
        lambda: theano.scan(lambda p, q: p, outputs_info=[{"initial": v, "taps": [-1, -1]}], n_steps=3),
        "must be different",
    ),
    "taps of nothing": (
        lambda: theano.scan(lambda p: p, outputs_info=[{"taps": [-2]}], n_steps=3),
        "need to provide a initial state",
    ),
    "return_steps": (
        lambda: theano.scan(lambda p: p, outputs_info=[{"initial": v, "return_steps": 1}], n_steps=3),
        "has been deprecated",
    ),
    "another dtype": (lambda: theano.scan(lambda a, p: p + a, v, T.fscalar()), "has dtype float32"),
    "another rank": (lambda: theano.scan(lambda a, p: p + a, x, T.dscalar()), r"has 1 dimension\(s\)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_loops_are_value_errors(case):
    build, message = WRONG[case]
    with pytest.raises(ValueError, match=message):
        build()


def test_strict_loops_want_shared_variables_named():
    with pytest.raises(MissingInputError):
        theano.scan(lambda a: a * W.sum(), outputs_info=[ONE], n_steps=3, strict=True)
    theano.scan(lambda a, w: a * w.sum(), outputs_info=[ONE], non_sequences=[W], n_steps=3, strict=True)


def test_an_update_may_not_use_what_nobody_named():
    total, step = theano.shared(0.0), T.dscalar("step")
    with pytest.raises(MissingInputError, match="non_sequences"):
        theano.scan(lambda: (T.zeros(()), {total: total + step}), n_steps=20)


def test_a_step_mode_that_watches():
    seen = []
    mode = theano.compile.MonitorMode(post_func=lambda i, node, fn: seen.append(fn.outputs[0][0]))
    powers, _ = theano.scan(
        lambda p, a: p * a, outputs_info=T.ones_like(v), non_sequences=v, n_steps=3, mode=mode
    )
    compute([v], powers, np.array([2.0, 3.0]))
    np.testing.assert_array_equal(seen[-1], [8, 27])
