"""Whole recurrent layers against loops of their equations, and gradients against finite differences."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from graphopt import engine, ops
from graphopt.errors import InvalidType, ShapeMismatch, UnknownName
from graphopt.ops.gru import gru_backward, gru_forward
from graphopt.ops.lstm import lstm_backward, lstm_forward
from graphopt.ops.rnn import rnn_backward, rnn_forward
from ops.recurrences import ACTIVATIONS, SIZES, SMALL, gru_loop, lstm_loop, random_inputs, rnn_loop

# name: symbolic layer, loop, and how its inputs look
LAYERS = {
    **{
        f"rnn {name}": (
            lambda *v, name=name: [ops.simple_rnn(*v, name)],
            lambda *v, name=name: [rnn_loop(*v, name)],
            {"gates": 1},
        )
        for name in ACTIVATIONS
    },
    "gru after": (lambda *v: [ops.gru(*v)], lambda *v: [gru_loop(*v, True)], {"gates": 3, "bias_rows": 1}),
    "gru before": (lambda *v: [ops.gru(*v, False)], lambda *v: [gru_loop(*v, False)], {"gates": 3}),
    "lstm": (ops.lstm, lstm_loop, {"gates": 4, "states": 2}),
}
every_layer = pytest.mark.parametrize("layer", LAYERS)
PYTHON = pytensor.compile.mode.Mode("py", "fast_compile")


def variables_for(arrays):
    return [pt.tensor(dtype=a.dtype, shape=(None,) * a.ndim) for a in arrays]


def cost_of(outputs):
    """Return a scalar in which every state of every output has a weight and a curvature of its own."""
    return sum((pt.sin(output + k) * (k + 1)).sum() for k, output in enumerate(outputs))


def gradients(layer, inputs, **options):
    variables = variables_for(inputs)
    return engine.compile(variables, pytensor.grad(cost_of(layer(*variables)), variables), **options)(*inputs)


@every_layer
@pytest.mark.parametrize("size", SIZES)
def test_layer_follows_its_equations(layer, size):
    symbolic, loop, looks = LAYERS[layer]
    inputs = random_inputs(size, **looks)
    variables = variables_for(inputs)
    got = engine.compile(variables, list(symbolic(*variables)))(*inputs)
    for value, expected in zip(got, loop(*inputs), strict=True):
        np.testing.assert_allclose(value, expected, rtol=0, atol=1e-13)  # rounding, over 40 steps at most


@every_layer
def test_float32_stays_float32_and_near_float64(layer):
    symbolic, loop, looks = LAYERS[layer]
    inputs = random_inputs((6, 5, 4), **looks)
    single = [v.astype("float32") for v in inputs]
    variables = variables_for(single)
    for value, expected in zip(engine.compile(variables, list(symbolic(*variables)))(*single), loop(*inputs)):
        assert value.dtype == np.float32
        np.testing.assert_allclose(value, expected, rtol=0, atol=1e-5)
    for value, expected in zip(gradients(symbolic, single), gradients(symbolic, inputs)):
        assert value.dtype == np.float32
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4)


@every_layer
def test_mixed_precision_is_computed_in_the_wider(layer):
    symbolic, loop, looks = LAYERS[layer]
    z, *rest = random_inputs((3, 2, 2), **looks)
    inputs = [z.astype("float32"), *rest]
    variables = variables_for(inputs)
    value = engine.compile(variables, symbolic(*variables)[0])(*inputs)
    assert value.dtype == np.float64
    np.testing.assert_allclose(value, loop(*inputs)[0], rtol=0, atol=1e-14)


@every_layer
@pytest.mark.parametrize("size", SMALL)
def test_gradient_is_that_of_finite_differences(layer, size):
    symbolic, _, looks = LAYERS[layer]
    verify_grad(
        lambda *v: cost_of(symbolic(*v)),
        random_inputs(size, **looks),
        rng=np.random.default_rng(1),
        mode=PYTHON,
        rel_tol=1e-6,
        abs_tol=1e-6,
    )


@pytest.mark.parametrize("output", [0, 1])
def test_gradient_of_one_output_of_an_lstm(output):
    verify_grad(
        lambda *v: pt.sin(ops.lstm(*v)[output]).sum(),
        random_inputs((4, 3, 2), gates=4, states=2),
        rng=np.random.default_rng(1),
        mode=PYTHON,
        rel_tol=1e-6,
        abs_tol=1e-6,
    )


@every_layer
def test_gradient_across_chunks_is_that_of_the_layer_taken_apart(layer):
    # The chain rule across a cut in time, for a size whose backward pass needs more than one chunk.
    symbolic, _, looks = LAYERS[layer]
    inputs = random_inputs((40, 50, 16), **looks)

    def in_two_parts(z, U, *states):
        first = symbolic(z[:25], U, *states)
        second = symbolic(z[25:], U, *(output[-1] for output in first))
        return [pt.concatenate(pair) for pair in zip(first, second)]

    for value, expected in zip(gradients(symbolic, inputs), gradients(in_two_parts, inputs)):
        np.testing.assert_allclose(value, expected, rtol=1e-11, atol=1e-11)


@every_layer
def test_gradient_of_no_steps_is_zero(layer):
    symbolic, _, looks = LAYERS[layer]
    inputs = random_inputs((0, 2, 3), **looks)
    for value, given in zip(gradients(symbolic, inputs), inputs):
        np.testing.assert_array_equal(value, np.zeros_like(given))


def _second_derivatives(symbolic, variables):
    """Return a scalar of the first derivatives, and its own derivatives."""
    firsts = pytensor.grad(cost_of(symbolic(*variables)), variables)
    slope = sum(pt.sin(first + k).sum() for k, first in enumerate(firsts))
    return [slope, *pytensor.grad(slope, variables)]


@every_layer
def test_second_derivatives_are_those_of_finite_differences(layer):
    symbolic, _, looks = LAYERS[layer]
    inputs = random_inputs((3, 2, 2), **looks)
    variables = [pt.tensor(dtype=v.dtype, shape=v.shape) for v in inputs]
    run = engine.compile(variables, _second_derivatives(symbolic, variables))
    rng = np.random.default_rng(1)
    direction = [rng.normal(size=v.shape) for v in inputs]
    step = 1e-6
    ahead, behind = (run(*(v + k * d for v, d in zip(inputs, direction)))[0] for k in (step, -step))
    along = sum((g * d).sum() for g, d in zip(run(*inputs)[1:], direction))
    np.testing.assert_allclose(along, (ahead - behind) / (2 * step), rtol=1e-6, atol=1e-6)


@pytest.mark.filterwarnings("ignore:PyTensor could not link to a BLAS")
@every_layer
def test_second_derivatives_of_sequences_of_any_length_are_the_same(layer):
    symbolic, _, looks = LAYERS[layer]
    inputs = random_inputs((3, 2, 2), **looks)
    known = [pt.tensor(dtype=v.dtype, shape=v.shape) for v in inputs]
    expected = engine.compile(known, _second_derivatives(symbolic, known))(*inputs)
    unknown = variables_for(inputs)
    run = pytensor.function(unknown, _second_derivatives(symbolic, unknown), mode=PYTHON)
    for value, wanted in zip(run(*inputs), expected):
        np.testing.assert_allclose(value, wanted, rtol=1e-10, atol=1e-12)


@every_layer
def test_saturated_gates_raise_no_warning(layer):
    _, _, looks = LAYERS[layer]
    if layer in ("rnn linear", "rnn relu"):
        pytest.skip("no gate to saturate")
    z, *rest = random_inputs((3, 2, 2), **looks)
    big = np.where(z > 0, 1e4, -1e4).astype("float32")
    kernel = {"r": rnn_forward, "g": gru_forward, "l": lstm_forward}[layer[0]]
    extra = {"rnn": layer[4:], "gru": layer == "gru after"}.get(layer[:3])
    with np.errstate(all="raise"):
        result = kernel(big, *(r.astype("float32") for r in rest), *([] if extra is None else [extra]))
    assert all(np.isfinite(r).all() for r in (result if isinstance(result, tuple) else [result]))


@every_layer
def test_static_shapes_come_from_the_inputs(layer):
    symbolic, _, looks = LAYERS[layer]
    z, _, *states = random_inputs((5, 3, 4), **looks)
    z = pt.tensor(dtype="float64", shape=(5, None, z.shape[2]))
    outputs = symbolic(z, tensor(None, None), *(tensor(3, None) for _ in states))
    assert [output.type.shape for output in outputs] == [(5, 3, 4)] * len(outputs)


@every_layer
def test_shapes_are_inferred_without_running_the_layer(layer):
    symbolic, _, looks = LAYERS[layer]
    inputs = random_inputs((5, 3, 4), **looks)
    variables = variables_for(inputs)
    outputs = symbolic(*variables)
    firsts = pytensor.grad(cost_of(outputs), variables)
    shapes = pytensor.function(variables, [v.shape for v in [*outputs, *firsts]], mode=PYTHON)
    for shape, expected in zip(shapes(*inputs), [(5, 3, 4)] * len(outputs) + [v.shape for v in inputs]):
        assert tuple(shape) == expected


def test_a_graph_without_weight_gradient_has_none():
    z, U, h0, c0 = variables_for(random_inputs((3, 2, 2), gates=4, states=2))
    h, _ = ops.lstm(z, U, h0, c0)
    graph = pytensor.graph.FunctionGraph([z, U, h0, c0], [pytensor.grad(h.sum(), z)], clone=True)
    assert not [n for n in graph.apply_nodes if isinstance(n.op, pt.math.Dot)]


def tensor(*shape, dtype="float64"):
    return pt.tensor(dtype=dtype, shape=shape)


CONTRADICTIONS = [
    (lambda m: ops.lstm(tensor(5, 3, 9), m, m, m), ShapeMismatch, "multiple of 4"),
    (lambda m: ops.lstm(tensor(5, 3, 8), tensor(3, 8), m, m), ShapeMismatch, "number of units"),
    (lambda m: ops.lstm(tensor(5, 3, 8), m, tensor(4, 2), m), ShapeMismatch, "4 from h0"),
    (lambda m: ops.gru(tensor(5, 3, 6), tensor(2, 6), m), ShapeMismatch, "1 from U's rows"),
    (lambda m: ops.simple_rnn(m, m, m), ShapeMismatch, "z has 2 axes"),
    (lambda m: ops.simple_rnn(tensor(5, 3, 2), m, m[0]), ShapeMismatch, "h0 has 1 axes"),
    (lambda m: ops.simple_rnn(tensor(5, 3, 2), m, m, "tahn"), UnknownName, "tanh"),
    (lambda m: ops.simple_rnn(tensor(5, 3, 2, dtype="complex128"), m, m), InvalidType, "complex128"),
]


@pytest.mark.parametrize(("call", "error", "says"), CONTRADICTIONS)
def test_contradictions_are_told_when_the_graph_is_built(call, error, says):
    with pytest.raises(error, match=says):
        call(tensor(None, None))


@pytest.mark.parametrize(("wrong", "shape"), [(0, (3, 2, 9)), (1, (3, 8)), (2, (1, 2)), (3, (2, 3))])
def test_wrong_arrays_are_told_by_the_kernel(wrong, shape):
    inputs = random_inputs((3, 2, 2), gates=4, states=2)
    inputs[wrong] = np.zeros(shape)
    with pytest.raises(ShapeMismatch, match="expected z"):
        lstm_forward(*inputs)


def test_results_are_never_overwritten_by_a_later_call():
    for forward, backward, looks in [
        (rnn_forward, lambda i, h: rnn_backward(i[1], h, h), {"gates": 1}),
        (gru_forward, lambda i, o: gru_backward(i[1], *o, i[2], o[0]), {"gates": 3, "bias_rows": 1}),
        (lstm_forward, lambda i, o: lstm_backward(i[1], o[2], o[1], i[3], o[0]), {"gates": 4, "states": 2}),
    ]:
        inputs = random_inputs((3, 2, 2), **looks)

        def everything(inputs, forward=forward, backward=backward):
            first = forward(*inputs)
            return [*backward(inputs, first), *(first if isinstance(first, tuple) else [first])]

        kept = everything(inputs)
        before = [value.copy() for value in kept]
        everything([2 * v for v in inputs])
        for value, expected in zip(kept, before):
            np.testing.assert_array_equal(value, expected)
