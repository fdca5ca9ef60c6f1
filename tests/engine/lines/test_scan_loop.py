"""Scans as Python loops: the values, shapes and dtypes are those of PyTensor's Python machine."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.scan.utils import until

from engine.python_vm import assert_same, python_vm
from graphopt import engine

rng = np.random.default_rng(0)
x, h0, U = pt.dmatrix("x"), pt.dvector("h0"), pt.dmatrix("U")
ZERO = pt.constant(np.float64(0))
XS, HS, US = rng.normal(size=(6, 3)), rng.normal(size=3), rng.normal(size=(3, 3)) * 0.5


PLAIN = Mode("vm", None)


def scan(step, sequences=None, outputs_info=None, **kwargs):
    """Scan whose inner graph the reference runs as it stands: its default mode reuses buffers it must not."""
    return pytensor.scan(step, sequences, outputs_info, return_updates=False, mode=PLAIN, **kwargs)


def elman():
    h = scan(lambda x_t, h, U: pt.tanh(x_t + pt.dot(h, U)), [x], [h0], non_sequences=[U])
    return [x, h0, U], h, (XS, HS, US)


def last_only():
    inputs, h, values = elman()
    return inputs, h[-1], values


def two_states_and_a_trace():
    def step(x_t, h, c, U):
        c = c * pt.sigmoid(h) + x_t
        h = pt.tanh(pt.dot(c, U))
        return h, c, (h * c).sum()

    h, c, y = scan(step, [x], [h0, h0 * 2, None], non_sequences=[U])
    return [x, h0, U], h.sum(0) * c[-1] + y.sum(), (XS, HS, US)


def taps():
    start = pt.dmatrix("start")
    h = scan(
        lambda x_t, x_before, old, new: pt.tanh(x_t * 0.3 + x_before * 0.1 + old * 0.5 - new * 0.2),
        [{"input": x, "taps": [0, -1]}],
        [{"initial": start, "taps": [-2, -1]}],
    )
    return [x, start], h, (XS, XS[:2] * 0.1)


def distant_tap():
    start = pt.dvector("start")
    z = pt.dvector("z")
    h = scan(lambda z_t, old: z_t * old + 1, [z], [{"initial": start, "taps": [-3]}])
    return [z, start], h, (XS[:, 0], XS[:3, 1])


def distant_tap_last_two():
    inputs, h, values = distant_tap()
    return inputs, h[-2:], values


def future_taps():
    h = scan(lambda now, then, h: h * 0.5 + now * then, [{"input": x, "taps": [0, 2]}], [h0])
    return [x, h0], h, (XS, HS)


def backwards():
    h = scan(lambda x_t, h: pt.tanh(x_t + 0.5 * h), [x], [h0], go_backwards=True)
    return [x, h0], h, (XS, HS)


def reversed_sequence():
    h = scan(lambda x_t, h: pt.tanh(x_t + 0.5 * h), [x[::-1]], [h0])[::-1]
    return [x, h0], h, (XS, HS)


def map_only():
    return [x], scan(lambda x_t: (x_t**2).sum(), [x]), (XS,)


def scalars():
    z, s = pt.dvector("z"), pt.dscalar("s")
    return [z, s], scan(lambda z_t, s: 0.9 * s + 0.1 * z_t, [z], [s]), (XS[:, 0], np.array(0.5))


def power_iteration():
    v = scan(
        lambda v, U: pt.dot(U, v) / pt.sqrt((pt.dot(U, v) ** 2).sum()),
        None,
        [h0],
        non_sequences=[U],
        n_steps=7,
    )
    return [h0, U], v[-1], (HS, US)


def fixed_power():
    return [h0], scan(lambda p, a: p * a, None, [pt.ones_like(h0)], non_sequences=[h0], n_steps=4)[-1], (HS,)


def symbolic_steps():
    n = pt.lscalar("n")
    return [h0, n], scan(lambda h: h * 0.5 + 1, None, [h0], n_steps=n), (HS, np.array(5))


def no_steps():
    n = pt.lscalar("n")
    h, y = scan(lambda h: (h * 0.5 + 1, h.sum()), None, [h0, None], n_steps=n)
    return [h0, n], [h.sum(), y.sum()], (HS, np.array(0))


def one_step():
    return [h0], scan(lambda h: h * 0.5 + 1, None, [h0], n_steps=1), (HS,)


def empty_sequence():
    inputs, h, _ = elman()
    return inputs, h, (XS[:0], HS, US)


def nested():
    def outer(row, total):
        inner = scan(lambda e, s: s * 0.5 + pt.sin(e), [row], [ZERO])
        return total + inner[-1]

    return [x], scan(outer, [x], [ZERO]), (XS,)


def matrix_states():
    h = scan(lambda x_t, H, U: pt.tanh(pt.outer(x_t, x_t) + pt.dot(H, U)), [x], [U], non_sequences=[U])
    return [x, U], h, (XS, US)


def bias_inside():
    W = pt.dmatrix("W")

    def step(x_t, h, W):
        return pt.tanh(pt.dot(pt.concatenate([x_t, h, pt.ones(1)]), W))

    return [x, h0, W], scan(step, [x], [h0], non_sequences=[W]), (XS, HS, rng.normal(size=(7, 3)))


def unused_state():
    a, b = scan(lambda x_t, a, b: (a + x_t, b * 2), [x], [h0, h0])
    return [x, h0], a + 0 * b[0], (XS, HS)


def passed_on():
    a, b = scan(lambda x_t, a, b: (b, a), [x], [h0, h0 * 2])
    return [x, h0], [a.sum(), b[-1].sum()], (XS, HS)


def truncated():
    h = scan(lambda x_t, h: pt.tanh(x_t + 0.5 * h), [x], [h0], truncate_gradient=2)
    return [x, h0], h, (XS, HS)


DIFFERENTIABLE = [
    elman, last_only, two_states_and_a_trace, taps, distant_tap, distant_tap_last_two, future_taps, backwards,
    reversed_sequence, map_only, scalars, power_iteration, fixed_power, symbolic_steps, no_steps, one_step,
    empty_sequence, nested, matrix_states, bias_inside, unused_state, passed_on, truncated,
]  # fmt: skip


def as_list(outputs):
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


@pytest.mark.parametrize("build", DIFFERENTIABLE)
def test_values(build):
    inputs, outputs, values = build()
    outputs = as_list(outputs)
    assert_same(engine.compile(inputs, outputs)(*values), python_vm(inputs, outputs)(*values))


@pytest.mark.parametrize("build", [b for b in DIFFERENTIABLE if b is not empty_sequence])
def test_gradients(build):
    inputs, outputs, values = build()
    real = [i for i in inputs if i.dtype == "float64"]
    loss = sum((o**2).sum() for o in as_list(outputs))
    grads = pytensor.grad(loss, real, disconnected_inputs="ignore")
    assert_same(engine.compile(inputs, grads)(*values), python_vm(inputs, grads)(*values), rtol=1e-10)


def test_gradients_of_no_steps_are_zero():
    inputs, h, values = empty_sequence()
    dx, dh0, dU = engine.compile(inputs, pytensor.grad((h**2).sum(), inputs))(*values)
    assert dx.shape == (0, 3)
    np.testing.assert_array_equal(dh0, np.zeros(3))
    np.testing.assert_array_equal(dU, np.zeros((3, 3)))


@pytest.mark.parametrize("build", [elman, taps, scalars, two_states_and_a_trace])
def test_second_derivatives(build):
    inputs, outputs, values = build()
    loss = (as_list(outputs)[0] ** 2).sum()
    first = pytensor.grad(loss, inputs[1])
    second = pytensor.grad((first**2).sum(), inputs)
    assert_same(engine.compile(inputs, second)(*values), python_vm(inputs, second)(*values), rtol=1e-9)


@pytest.mark.parametrize("limit", [3.0, 1e9, -1.0])
def test_while_loop(limit):
    start, most = pt.dscalar("start"), pt.dscalar("most")
    grown, halves = scan(
        lambda s, most: ([s * 1.5, s / 2], until(s > most)),
        None,
        [start, None],
        non_sequences=[most],
        n_steps=20,
    )
    outputs = [grown, halves, grown[-1], halves[-1]]
    values = np.array(0.5), np.array(limit)
    assert_same(engine.compile([start, most], outputs)(*values), python_vm([start, most], outputs)(*values))


@pytest.mark.parametrize("limit", [3.0, 1e9, -1.0])
def test_last_value_of_a_while_loop(limit):
    start, most = pt.dvector("start"), pt.dscalar("most")
    grown = scan(
        lambda s, most: (s * 1.5, until(s.sum() > most)), None, [start], non_sequences=[most], n_steps=20
    )
    values = np.array([0.5, 0.25]), np.array(limit)
    got = engine.compile([start, most], [grown[-1]])(*values)
    assert_same(got, python_vm([start, most], [grown[-1]])(*values))


def test_last_values_of_a_while_loop_with_taps():
    start = pt.dvector("start")
    fibonacci = scan(
        lambda a, b: (a + b, until(a + b > 50)), None, [{"initial": start, "taps": [-2, -1]}], n_steps=30
    )
    got = engine.compile([start], [fibonacci[-3:]])(np.array([1.0, 1.0]))
    np.testing.assert_array_equal(got[0], [21.0, 34.0, 55.0])


def test_gradient_of_a_while_loop():
    start = pt.dscalar("start")
    grown = scan(lambda s: (s * 1.5, until(s > 3)), None, [start], n_steps=20)
    outputs = [pytensor.grad(grown[-1], start), pytensor.grad(grown.sum(), start)]
    value = np.array(0.5)
    assert_same(engine.compile([start], outputs)(value), python_vm([start], outputs)(value))


def test_random_draws_inside_are_those_of_numpy():
    generator = pytensor.shared(np.random.default_rng(3), name="rng")

    def step(h, rng):
        new_rng, noise = pt.random.normal(rng=rng, return_next_rng=True)
        return h * 0.5 + noise, new_rng

    h, last = pytensor.scan(step, None, [ZERO, generator], n_steps=4, return_updates=False)
    fn = engine.compile([], h, updates={generator: last})
    first, second = fn(), fn()
    source, expected, state = np.random.default_rng(3), [], 0.0
    for k in range(8):
        state = (state if k % 4 else 0.0) * 0.5 + source.normal()
        expected.append(state)
    np.testing.assert_allclose([*first, *second], expected, rtol=1e-12)


def test_float32_stays_float32():
    x, h0 = pt.fmatrix("x"), pt.fvector("h0")
    h = scan(lambda x_t, h: pt.tanh(x_t + h * np.float32(0.5)), [x], [h0])
    outputs = [h, pytensor.grad(h.sum(), h0)]
    values = XS.astype("float32"), HS.astype("float32")
    got = engine.compile([x, h0], outputs)(*values)
    assert_same(got, python_vm([x, h0], outputs)(*values), rtol=1e-6, atol=1e-7)


def test_long_horizons_do_not_recurse():
    inputs, h, _ = elman()
    grads = pytensor.grad((h**2).sum(), inputs)
    values = rng.normal(size=(300, 3)), HS, US
    assert_same(engine.compile(inputs, grads)(*values), python_vm(inputs, grads)(*values), rtol=1e-9)


def test_inputs_are_not_changed_and_results_share_nothing():
    inputs, h, values = elman()
    fn = engine.compile(inputs, [h, h[-1]])
    copies = [v.copy() for v in values]
    first = fn(*values)
    kept = [r.copy() for r in first]
    first[0][...] = np.nan
    np.testing.assert_array_equal(first[1], kept[1])
    second = fn(*values)
    for a, b in zip(values, copies):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(second, kept):
        np.testing.assert_array_equal(a, b)


def test_short_sequences_are_refused():
    z, n = pt.dvector("z"), pt.lscalar("n")
    fn = engine.compile([z, n], scan(lambda z_t, s: s * z_t, [z], [ZERO], n_steps=n))
    with pytest.raises(ValueError, match=r"Sequence 0 .* shape \(3,\).*5 rows"):
        fn(np.ones(3), 5)


def test_negative_step_counts_are_refused():
    n = pt.lscalar("n")
    fn = engine.compile([n], scan(lambda a: a * 2, None, [ZERO], n_steps=n))
    with pytest.raises((IndexError, ValueError)):
        fn(-1)


def test_errors_inside_name_the_inner_operation():
    z, y = pt.dmatrix("z"), pt.dvector("y")
    fn = engine.compile([z, y], scan(lambda z_t, y: z_t + y, [z], non_sequences=[y], strict=True))
    with pytest.raises(ValueError, match=r"(?s)Input dimension mismatch.*Apply node.*Add"):
        fn(np.ones((2, 3)), np.ones(4))
