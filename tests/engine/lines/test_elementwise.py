"""Elementwise operations: values and dtypes are those of PyTensor's Python machine, for every dtype."""

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from engine.python_vm import assert_same, performed
from graphopt import engine

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES += ["float32", "float64", "complex64", "complex128"]
MIXED = [("int8", "float32"), ("int64", "float32"), ("uint8", "int8"), ("bool", "int8"), ("bool", "float64")]
MIXED += [("float32", "float64"), ("int32", "uint32"), ("uint64", "int64"), ("float64", "complex64")]

UNARY = [
    "abs",
    "sign",
    "ceil",
    "floor",
    "trunc",
    "round_half_to_even",
    "round_half_away_from_zero",
    "sqr",
    "sqrt",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "deg2rad",
    "rad2deg",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "arcsinh",
    "arccosh",
    "arctanh",
    "neg",
    "reciprocal",
    "isnan",
    "isinf",
    "invert",
    "real",
    "imag",
    "angle",
    "conj",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "erfcinv",
    "gamma",
    "gammaln",
    "psi",
    "tri_gamma",
    "i0",
    "i1",
    "j0",
    "j1",
    "sigmoid",
    "softplus",
    "log1mexp",
    "identity",
]
BINARY = [
    "add",
    "sub",
    "mul",
    "true_div",
    "int_div",
    "mod",
    "pow",
    "maximum",
    "minimum",
    "lt",
    "gt",
    "le",
    "ge",
    "eq",
    "neq",
    "and_",
    "or_",
    "xor",
    "arctan2",
]
NAMES = {"identity": "tensor_copy"}


def values(dtype):
    """Return five numbers of a dtype, with what is special about it."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.array([True, False, True, True, False])
    if kind == "c":
        return np.array([0.3 + 0.4j, -1.2, 0.5j, 2.0 - 0.1j, -0.7 - 0.7j], dtype)
    if kind == "f":
        return np.array([0.3, -0.7, 1.5, 0.0, 2.5], dtype)
    return np.array([3, 1, 2, 100, 5], dtype) * (1 if kind == "u" else np.array([1, -1, 1, 1, -1], dtype))


def second_values(dtype):
    kind = np.dtype(dtype).kind
    return values(dtype)[::-1].copy() if kind != "f" else np.array([2.0, 0.5, -1.5, 3.0, 0.7], dtype)


def check(function, *columns):
    """Compare vectors and 0-d arrays; each of `columns` is a list of arrays for `function`."""
    inputs, given, outputs, expected = [], [], [], []
    whole = list(columns)
    single = [[np.asarray(a[1]) for a in arrays] for arrays in whole]
    for arrays in whole + single:
        variables = [pt.as_tensor_variable(a).type() for a in arrays]
        try:
            output = function(*variables)
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected.append(np.asarray(performed(output, zip(variables, arrays))))
        except (TypeError, ValueError, AttributeError, NotImplementedError):
            continue  # PyTensor has no such operation for these dtypes
        inputs += variables
        given += arrays
        outputs.append(output)
    assert outputs
    for got, wanted in zip(engine.compile(inputs, outputs)(*given), expected):
        low = np.finfo(wanted.dtype).eps > 1e-10 if wanted.dtype.kind in "fc" else False
        assert_same([got], [wanted], rtol=2e-6 if low else 1e-11, atol=1e-6 if low else 1e-13)


def operation(name):
    name = NAMES.get(name, name)
    for module in (pt, pt.math, pt.elemwise, pytensor.tensor.basic):
        if hasattr(module, name):
            return getattr(module, name)
    raise AssertionError(name)


@pytest.mark.parametrize("name", UNARY)
def test_of_one_array(name):
    dtypes = DTYPES[1:] if name == "softplus" else DTYPES  # PyTensor computes softplus of booleans in float16
    check(operation(name), *([values(dtype)] for dtype in dtypes))


@pytest.mark.parametrize("name", BINARY)
def test_of_two_arrays(name):
    pairs = [(d, d) for d in DTYPES] + MIXED
    check(operation(name), *([values(one), second_values(other)] for one, other in pairs))


@pytest.mark.parametrize(
    "dtypes", [("int8", "int8", "float32"), ("float64", "int8", "int8"), ("int8", "int8", "int8")]
)
@pytest.mark.parametrize("name", ["add", "mul"])
def test_of_three_arrays(name, dtypes):
    check(operation(name), [(values(d) % 4) * (20 if "float" in "".join(dtypes) else 1) for d in dtypes])


@pytest.mark.parametrize("dtype", DTYPES)
def test_casts(dtype):
    sources = [values(s) for s in DTYPES if "complex" in dtype or "complex" not in s]
    check(lambda x: pt.cast(x, dtype), *([np.abs(s) if "uint" in dtype else s] for s in sources))


@pytest.mark.parametrize(
    "dtypes", [("float64", "float64"), ("int8", "float32"), ("int64", "bool"), ("uint8", "int8")]
)
@pytest.mark.parametrize("condition", ["bool", "float64", "int8"])
def test_switch(condition, dtypes):
    check(pt.switch, [values(condition), values(dtypes[0]), second_values(dtypes[1])])


@pytest.mark.parametrize("dtype", ["int8", "int64", "float32", "float64"])
def test_clip(dtype):
    check(lambda x: pt.clip(x, -1, 1), [values(dtype)])
    check(lambda x, low: pt.clip(x, low, low + 1), [values(dtype), second_values(dtype)])


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("int8", "int64"), ("float64", "int8")])
def test_second(dtypes):
    check(pt.second, [values(dtypes[0]), values(dtypes[1])])


@pytest.mark.parametrize("name", ["maximum", "minimum", "add", "clip"])
def test_nan_is_kept(name):
    x, y = pt.dvectors("x", "y")
    output = pt.clip(x, -1, 1) + 0 * y if name == "clip" else operation(name)(x, y)
    result = engine.compile([x, y], output)([np.nan, 1.0, np.nan], [1.0, np.nan, np.nan])
    assert np.isnan(result).sum() == (2 if name == "clip" and not np.isnan(result[1]) else 3)


@pytest.mark.parametrize("operator", [pt.int_div, pt.mod])
@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16"])
@pytest.mark.parametrize("ndim", [0, 1])
def test_whole_numbers_over_zero_raise(operator, dtype, ndim):
    """Theano raised; NumPy warns and gives 0."""
    kind = pt.TensorType(dtype, shape=(None,) * ndim)
    x, y = kind("x"), kind("y")
    fn = engine.compile([x, y], operator(x, y))
    assert fn(np.full((1,) * ndim, 7, dtype), np.full((1,) * ndim, 2, dtype)).dtype == dtype
    with pytest.raises(ZeroDivisionError):
        fn(np.full((1,) * ndim, 7, dtype), np.zeros((1,) * ndim, dtype))


def test_floats_over_zero_do_not_raise():
    x, y = pt.dvectors("x", "y")
    fn = engine.compile([x, y], [x / y, x // y, x % y])
    over, floor, rest = fn([1.0, -1.0, 0.0], [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(over, [np.inf, -np.inf, np.nan])
    assert np.isinf(floor[:2]).all()
    assert np.isnan(rest).all()


STRETCHED = {
    "vector and vector": (((None,), (None,)), ((4,), (1,))),
    "matrix rows": (((None, None), (None, None)), ((4, 3), (1, 3))),
    "matrix columns": (((None, 3), (None, None)), ((4, 3), (4, 1))),
    "the first one": (((None,), (4,)), ((1,), (4,))),
    "different lengths": (((None,), (None,)), ((4,), (3,))),
}


@pytest.mark.parametrize("case", STRETCHED)
@pytest.mark.parametrize("name", ["add", "mul", "maximum", "arctan2", "eq"])
def test_unknown_lengths_are_not_stretched(case, name):
    """PyTensor and Theano refuse: the gradient would have the wrong shape."""
    shapes, given = STRETCHED[case]
    x, y = (pt.tensor(n, shape=s, dtype="float64") for n, s in zip("xy", shapes))
    fn = engine.compile([x, y], operation(name)(x, y))
    with pytest.raises(ValueError, match=r"(?s)dimension mismatch.*Apply node"):
        fn(np.ones(given[0]), np.ones(given[1]))


def test_declared_lengths_are_stretched():
    x, row, column = pt.dmatrix("x"), pt.drow("row"), pt.dcol("column")
    result = engine.compile([x, row, column], x + row * column)(
        np.ones((2, 3)), np.ones((1, 3)), np.ones((2, 1))
    )
    np.testing.assert_array_equal(result, np.full((2, 3), 2.0))


def test_a_power_of_two_float32_scalars_is_the_nearest():
    base, exponents = np.float32(0.999), np.arange(1, 200, dtype="float32")
    t = pt.fscalar("t")
    power = engine.compile([t], base**t, tier="now")
    expected = np.float64(base) ** exponents
    np.testing.assert_array_equal([power(e) for e in exponents], expected.astype("float32"))
