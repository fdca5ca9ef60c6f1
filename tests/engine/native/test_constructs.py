"""Each statement and operator of the kernel language means what it means in Python, however it is run."""

from __future__ import annotations

import numpy as np
import pytest

SOURCE = '''
"""Every construct once."""

def helper(x: f64p, n: i64) -> f64:
    """A sum."""
    s = 0.0
    for i in range(n):
        s += x[i]
    return s

def fill(x: f64p, n: i64, value: f64) -> None:
    for i in range(n):
        x[i] = value

def even_first(n: i64) -> i64:
    return n if n % 2 == 0 else odd(n)

def odd(n: i64) -> i64:
    if n < 0:
        return 0
    elif n > 100:
        return 100
    else:
        return n * 10

def run(n: i64, a: f64, b: f32, x: f64p, y: f32p, k: i64p, j: i32p, u: u8p, out: f64p) -> f64:
    out[0] = helper(x, n)
    out[1] = helper(x[2:], n - 2)
    s = 0.0
    for i in range(n - 1, -1, -1):
        if i == 1:
            continue
        if i == 0:
            break
        s = s * 0.5 + x[i]
    out[2] = s
    out[3] = i
    count = 0
    while count < 10 and x[0] < 1000.0:
        count += 3
    out[4] = count
    for i in range(2, n, 2):
        y[i] *= b
        y[i] += 1
        i = 0
    out[5] = y[2]
    k[0] = n // 2 + n % 2
    k[1] -= 5
    k[2] = i64(a)
    j[0] = k[1] + j[1]
    u[0] = a > 1.0
    u[1] = not (1 < n <= 3 or u[2] > 0)
    out[6] = n / 4
    out[7] = a ** 3 + a ** -2 - a ** 0
    out[8] = -a + (+a) * 2
    out[9] = where(a > 1.0, a, b)
    out[10] = a if a < 1.0 and n > 0 else 7
    out[11] = 0.1 * b
    out[12] = even_first(n) + even_first(7) + even_first(-3) + even_first(1001)
    out[13] = inf if isnan(a) else -inf
    out[14] = f32(0.1)
    out[15] = b / 3
    out[16] = (n > 2) * a
    out[17] = pi
    fill(out[18:], 2, nan)
    out[20] = n ** 5
    out[21] = b * n
    out[22] -= x[0]
    t = b
    t += 0.1
    out[23] = t
    out[24] = True
    pass
    return a
'''


def _arguments():
    return [
        5, 2.5, np.float32(1.7), np.arange(1.0, 6.0), np.arange(5, dtype=np.float32), np.array([9, 8, 7]),
        np.array([4, 3], np.int32), np.array([0, 0, 0], np.bool_), np.zeros(25),
    ]  # fmt: skip


def test_constructs_mean_what_python_means(make_any):
    arguments = _arguments()
    _, a, b, x, y, k, j, u, out = arguments
    assert make_any(SOURCE, "run")(*arguments) == a
    f = np.float32
    expected = [
        15.0, 12.0, 0.0, 0.0, 12.0, f(2) * b + f(1), 1.25, a**3 + a**-2 - 1, a, 2.5, 7.0, f(0.1) * b,
        70 + 70 + 0 + 100 - 20, -np.inf, f(0.1), b / f(3), a, np.pi, np.nan, np.nan, 3125, b * f(5),
        -1.0, b + f(0.1), 1.0,
    ]  # fmt: skip
    expected[2] = ((5.0 * 0.5 + 4.0) * 0.5) + 3.0
    # range(4, -1, -1) passes 4 3 2, skips 1, stops at 0
    np.testing.assert_allclose(out, np.array(expected, float), rtol=1e-7)  # float32 products may be fused
    np.testing.assert_array_equal(y, f([0, 1, f(2) * b + f(1), 3, f(4) * b + f(1)]))
    assert k.tolist() == [3, 3, 2]
    assert j.tolist() == [6, 3]
    assert u.tolist() == [True, True, False]
    assert x.tolist() == [1, 2, 3, 4, 5]


def test_loop_variable_keeps_its_last_value(make):
    """Python: a loop over nothing leaves the variable alone, and the bounds are taken once."""
    source = """
def f(n: i64) -> i64:
    i = 7
    for i in range(n):
        n = 0
    return i
"""
    f = make(source, "f")
    assert [f(0), f(3)] == [7, 2]


REDUCTIONS = """
def plain(n: i64, x: f64p, y: f64p) -> f64:
    s = 1.0
    for i in range(n):
        s += x[i] * y[i]
    return s

def with_stores(n: i64, x: f64p, y: f64p) -> f64:
    s = 1.0
    p = 0.0
    for i in range(n):
        d = x[i] - y[i]
        y[i] = 2.0 * d
        s += d * d
        p -= d
    return s + p + d

def carried(n: i64, x: f64p, y: f64p) -> f64:
    s = 0.0
    for i in range(1, n):
        x[i] = x[i - 1] + y[i]
        s += x[i]
    return s

def prefix(n: i64, x: f64p, y: f64p) -> f64:
    s = 0.0
    for i in range(n):
        s += x[i]
        y[i] = s
    return s

def late(n: i64, x: f64p, y: f64p) -> f64:
    s = 0.0
    old = 1.0
    for i in range(n):
        s += old
        old = x[i]
    return s

def scattered(n: i64, x: f64p, y: f64p) -> f64:
    s = 0.0
    for i in range(n):
        y[i // 3] = y[i // 3] + x[i]
        s += x[i]
    return s
"""


@pytest.mark.parametrize("entry", ["plain", "with_stores", "carried", "prefix", "late", "scattered"])
def test_sums_in_lanes_change_nothing_else(entry, make):
    """Against the loop in Python; lanes only change the order of the sum (relative 1e-13 for 1000 terms)."""
    from graphopt.engine.native.reference import run_reference

    def data():
        generator = np.random.default_rng(0)
        return 1000, generator.normal(size=1000), generator.normal(size=1000)

    got, expected = data(), data()
    value = make(REDUCTIONS, entry)(*got)
    np.testing.assert_allclose(value, run_reference(REDUCTIONS, entry)(*expected), rtol=1e-11)
    for a, b in zip(got[1:], expected[1:]):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_aliased_function_may_write_what_it_reads(make):
    source = """
@aliased
def shift(n: i64, x: f64p, y: f64p) -> None:
    for i in range(n):
        y[i] = x[i] + 1.0
"""
    x = np.zeros(100)
    make(source, "shift")(99, x, x[1:])
    np.testing.assert_array_equal(x, np.arange(100.0))


def test_kernel_of_no_arguments(make):
    assert make("def f() -> i64:\n    return 3", "f")() == 3
