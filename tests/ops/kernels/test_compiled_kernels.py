"""Compiled kernels against their NumPy twins."""

import numpy as np
import pytest

from graphopt.engine import native
from graphopt.engine.lines.linker import numpy_funcify
from graphopt.errors import ShapeMismatch
from graphopt.ops.gru import GRUForward, GRUGradient
from graphopt.ops.kernels import KERNELS, compiled_kernel
from graphopt.ops.lstm import LSTMForward, LSTMGradient
from graphopt.ops.rnn import ACTIVATIONS, RNNForward, RNNGradient

SIZES = [(5, 3, 4), (24, 5, 17), (1, 2, 3), (6, 1, 8), (2, 2, 1), (0, 2, 3), (40, 50, 16), (3, 0, 2)]
# rounding over at most 40 steps
TOLERANCES = {"float64": {"rtol": 1e-12, "atol": 1e-12}, "float32": {"rtol": 1e-5, "atol": 1e-5}}

CASES = {
    **{name: (RNNForward(name), RNNGradient(name), 1, 0, 1) for name in ACTIVATIONS},
    "gru after": (GRUForward(reset_after=True), GRUGradient(reset_after=True), 3, 1, 1),
    "gru before": (GRUForward(reset_after=False), GRUGradient(reset_after=False), 3, 0, 1),
    "lstm": (LSTMForward(), LSTMGradient(), 4, 0, 2),
    "lstm with dc": (LSTMForward(), LSTMGradient(with_dc=True), 4, 0, 2),
}

needs_compiler = pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")


def as_tuple(outputs):
    return outputs if isinstance(outputs, tuple) else (outputs,)


def problem(case, size, dtype):
    """Return the inputs of the forward op, and a function from its outputs to the gradient op's inputs."""
    _, gradient, gates, bias_rows, states = CASES[case]
    T, B, H = size
    rng = np.random.default_rng(5)
    shapes = [(T, B, gates * H), (H + bias_rows, gates * H)] + [(B, H)] * states
    scales = [1, H**-0.5] + [1] * states
    inputs = [(rng.normal(size=s) * k).astype(dtype) for s, k in zip(shapes, scales)]
    dh, dc = rng.normal(size=(2, T, B, H)).astype(dtype)

    def backward_inputs(outputs):
        if gates == 1:
            return [inputs[1], outputs[0], dh]
        if gates == 3:
            return [inputs[1], *outputs, inputs[2], dh]
        return [inputs[1], outputs[2], outputs[1], inputs[3], dh, *([dc] if gradient.with_dc else [])]

    return inputs, backward_inputs


@needs_compiler
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", CASES)
def test_compiled_kernels_give_what_numpy_gives(case, dtype):
    forward, gradient, *_ = CASES[case]
    fast_forward, fast_backward = compiled_kernel(forward, dtype), compiled_kernel(gradient, dtype)
    for size in SIZES:
        inputs, backward_inputs = problem(case, size, dtype)
        outputs = as_tuple(numpy_funcify(forward, None)(*inputs))
        slopes = as_tuple(numpy_funcify(gradient, None)(*backward_inputs(outputs)))
        got = as_tuple(fast_forward(*inputs)), as_tuple(fast_backward(*backward_inputs(outputs)))
        for values, expected in zip(got, (outputs, slopes)):
            for value, wanted in zip(values, expected, strict=True):
                assert value.dtype == dtype
                np.testing.assert_allclose(value, wanted, **TOLERANCES[dtype], err_msg=f"T, B, H = {size}")


@needs_compiler
def test_saturated_gates_stay_finite_and_nan_comes_through():
    kernel = compiled_kernel(LSTMForward(), "float32")
    inputs, _ = problem("lstm", (3, 2, 4), "float32")
    inputs[0] = np.where(inputs[0] > 0, 1e4, -1e4).astype("float32")
    assert all(np.isfinite(output).all() for output in kernel(*inputs))
    inputs[0][0, 1] = np.nan
    h, _, _ = kernel(*inputs)
    assert np.isnan(h[:, 1]).all()
    assert np.isfinite(h[:, 0]).all()


@needs_compiler
def test_strided_inputs_are_read_right():
    kernel = compiled_kernel(LSTMForward(), "float64")
    inputs, _ = problem("lstm", (3, 2, 4), "float64")
    strided = [np.asfortranarray(value) for value in inputs]
    for value, expected in zip(kernel(*strided), kernel(*inputs)):
        np.testing.assert_array_equal(value, expected)


@needs_compiler
def test_wrong_shapes_never_reach_the_compiled_code():
    inputs, backward_inputs = problem("lstm", (3, 2, 4), "float64")
    forward, gradient = (compiled_kernel(op, "float64") for op in CASES["lstm"][:2])
    outputs = forward(*inputs)
    with pytest.raises(ShapeMismatch, match="expected z"):
        forward(inputs[0], inputs[1], inputs[2][:1], inputs[3])
    given = backward_inputs(outputs)
    given[4] = given[4][:2]
    with pytest.raises(ShapeMismatch, match=r"came with shape \(2, 2, 4\)"):
        gradient(*given)


def test_second_derivatives_have_no_compiled_twin():
    assert compiled_kernel(LSTMGradient(with_dgates=True), "float64") is None
    assert compiled_kernel(GRUGradient(reset_after=True, with_hidden=True), "float64") is None


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize(("dtype", "real"), [("float32", "f32"), ("float64", "f64")])
def test_sources_name_their_kernel_and_type(name, dtype, real):
    source = KERNELS[name].source(dtype)
    assert f"def {name}(" in source
    assert f"U: {real}p" in source
    assert "REAL" not in source
