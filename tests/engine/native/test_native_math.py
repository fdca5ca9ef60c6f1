"""The built-in functions of kernels against NumPy in extended precision and scipy.special."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from graphopt.engine.native import toolchain
from graphopt.engine.native.language import FLOAT_FUNCTIONS, NUMBER_FUNCTIONS, TEST_FUNCTIONS

needs_c = pytest.mark.skipif(toolchain.compiler() is None, reason="no C compiler on PATH")

FLOATS = {"f64": np.float64, "f32": np.float32}
BINARY = [
    name for table in (FLOAT_FUNCTIONS, NUMBER_FUNCTIONS) for name, count in table.items() if count == 2
]
UNARY = [
    name
    for table in (FLOAT_FUNCTIONS, NUMBER_FUNCTIONS, TEST_FUNCTIONS)
    for name, n in table.items()
    if n == 1
]


def _softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


ORACLES = {
    "sigmoid": _sigmoid, "softplus": _softplus, "erf": special.erf, "erfc": special.erfc,
    "gamma": special.gamma, "gammaln": special.gammaln, "pow": np.power,
}  # fmt: skip


def _oracle(name):
    return ORACLES.get(name) or getattr(np, name)


def _table(names, kind, count):
    """Return a kernel that writes the functions of one and two arguments, one row each."""
    arguments = {1: "x[i]", 2: "x[i], y[i]"}[count]
    lines = [f"        out[{row} * n + i] = {name}({arguments})" for row, name in enumerate(names)]
    return (
        f"def run(n: i64, x: {kind}p, y: {kind}p, out: {kind}p) -> None:\n    for i in range(n):\n"
        + "\n".join(lines)
    )


def _specials(dtype):
    info = np.finfo(dtype)
    values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        -2.5,
        1.5,
        np.inf,
        -np.inf,
        np.nan,
        info.tiny,
        -info.tiny,
        1e4,
        -1e4,
    ]
    return np.array(values, dtype)


@pytest.mark.parametrize("kind", FLOATS)
@pytest.mark.parametrize("count", [1, 2])
def test_every_function_agrees_with_numpy(make_any, kind, count):
    """On ordinary and special values; 8 units in the last place, libm's and scipy's own differences in it."""
    names, dtype = (UNARY, BINARY)[count - 1], FLOATS[kind]
    special_values = _specials(dtype)
    x = np.concatenate(
        [np.linspace(-3, 3, 31, dtype=dtype), np.repeat(special_values, 1 if count == 1 else 16)]
    )
    y = np.concatenate([np.linspace(2, -1, 31, dtype=dtype), np.resize(special_values, x.size - 31)])
    out = np.empty((len(names), x.size), dtype)
    make_any(_table(names, kind, count), "run")(x.size, x, y, out.reshape(-1))
    for name, got in zip(names, out):
        arguments = [a.astype(np.float64) for a in (x, y)[:count]]
        with np.errstate(all="ignore"):
            expected = np.asarray(_oracle(name)(*arguments)).astype(dtype)
        # scipy's gammaln and gamma choose signs and NaN at the poles by their own convention.
        where = x > 0 if name.startswith("gamma") else np.ones(x.size, bool)
        where &= np.abs(x) < 1e4 if name in ("sin", "cos", "tan") or name.startswith("gamma") else True
        where &= ~(
            (np.abs(expected) < np.finfo(dtype).tiny) & (expected != 0)
        )  # below the normal range: may be 0
        np.testing.assert_allclose(
            got[where], expected[where], rtol=8 * np.finfo(dtype).eps,
            atol=2 * np.finfo(dtype).eps * (name in ("tan", "sin", "cos")),
            err_msg=name,
        )  # fmt: skip


# Units in the last place that the polynomials may be off, measured over millions of points and rounded up.
ULPS = {"exp": 1.5, "expm1": 3.0, "log": 1.0, "log1p": 1.5, "tanh": 3.0, "sigmoid": 3.0, "softplus": 2.5}


@needs_c
@pytest.mark.parametrize("kind", FLOATS)
@pytest.mark.parametrize("name", ULPS)
def test_polynomials_are_accurate_everywhere(name, kind, monkeypatch):
    """Near 0, in the middle and in both tails, against NumPy's long double."""
    from graphopt.engine import native

    monkeypatch.setenv("GRAPHOPT_NATIVE", "c")
    dtype, limit = FLOATS[kind], {"f64": 708.0, "f32": 87.0}[kind]
    if np.finfo(np.longdouble).eps >= np.finfo(dtype).eps:
        pytest.skip("long double is no wider here")
    generator = np.random.default_rng(0)
    exponents = generator.choice([-1, 1], 20000) * 10.0 ** generator.uniform(-30, 1, 20000)
    parts = [generator.uniform(-r, r, 20000) for r in (1, 30, limit)]
    x = np.concatenate([*parts, exponents]).astype(dtype)
    x = np.abs(x) if name.startswith("log") else x
    if name == "log1p":
        x = np.concatenate([x, -x[x < 1]])
    y = np.empty_like(x)
    head = f"def run(n: i64, x: {kind}p, y: {kind}p) -> None:\n    for i in range(n):\n"
    source = f"{head}        y[i] = {name}(x[i])"
    native.build(source, "run")(x.size, x, y)
    exact = _oracle(name)(x.astype(np.longdouble))
    normal = (np.abs(exact) >= np.finfo(dtype).tiny) & (np.abs(exact) <= np.finfo(dtype).max)
    off = np.abs(y[normal] - exact[normal]) / np.spacing(np.abs(exact[normal]).astype(dtype))
    assert off.max() <= ULPS[name], x[normal][off.argmax()]


@pytest.mark.parametrize(("kind", "tiny"), [("f64", 5e-324), ("f32", 1e-45)])
def test_exp_and_log_reach_subnormal_numbers(make, kind, tiny):
    """exp(log(smallest)) is the smallest positive number, as in NumPy."""
    x = np.array([tiny, 0.0], FLOATS[kind])
    make(f"def f(x: {kind}p) -> None:\n    x[1] = log(x[0])\n    x[0] = exp(x[1])", "f")(x)
    assert x[0] == FLOATS[kind](tiny)
    np.testing.assert_allclose(x[1], np.log(FLOATS[kind](tiny)), rtol=2e-7)


def test_odd_functions_keep_the_sign_of_zero(make):
    x = np.array([-0.0])
    for name in ("tanh", "expm1", "log1p", "sqrt"):
        make(f"def f(x: f64p) -> None:\n    x[0] = {name}(x[0])", "f")(x)
        assert x[0] == 0
        assert np.signbit(x[0])


def test_integer_functions(make):
    value = "abs(a) * 1000 + sign(a) * 100 + maximum(a, b) * 10 + minimum(a, b)"
    source = f"def f(a: i64, b: i64) -> i64:\n    return {value}"
    f = make(source, "f")
    assert f(-3, 2) == 3000 - 100 + 20 - 3
