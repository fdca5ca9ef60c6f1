"""Calling a kernel: checks, bound tables, threads."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest

from graphopt.engine import native
from graphopt.errors import GraphoptError, InvalidType, InvalidValue

AXPY = """
def axpy(n: i64, a: f64, x: f64p, y: f64p) -> f64:
    for i in range(n):
        y[i] += a * x[i]
    return y[0]
"""
pytestmark = pytest.mark.skipif(native.available() == "off", reason="no back end")


@pytest.fixture
def axpy():
    return native.build(AXPY, "axpy")


def test_call_returns_the_scalar(axpy):
    x, y = np.arange(4.0), np.ones(4)
    value = axpy(4, 2.0, x, y)
    assert value == 1.0
    assert type(value) is float
    np.testing.assert_array_equal(y, [1, 3, 5, 7])


@pytest.mark.parametrize(
    ("arguments", "error", "what"),
    [
        ((1, 1.0, np.ones(1)), InvalidType, "takes 4 arguments, got 3"),
        ((1, 1.0, [1.0], np.ones(1)), InvalidType, r"Argument 2 \(x\) of axpy is a list"),
        ((1, 1.0, np.ones(1, "f4"), np.ones(1)), InvalidType, "has dtype float32; expected float64"),
        (
            (1, 1.0, np.ones(1), np.ones(4)[::2]),
            InvalidValue,
            r"Argument 3 \(y\) of axpy is not C-contiguous",
        ),
        ((np.ones(2), 1.0, np.ones(1), np.ones(1)), InvalidType, r"Argument 0 \(n\) of axpy is an array"),
    ],
)
def test_wrong_arguments_are_named(axpy, arguments, error, what):
    with pytest.raises(error, match=what):
        axpy(*arguments)
    with pytest.raises(GraphoptError):
        axpy.bind(*arguments)


def test_bound_call_keeps_its_arrays(axpy):
    y = np.zeros(3)
    run = axpy.bind(3, 1.0, np.ones(3), y)
    gc.collect()
    run()
    assert run.run() == 2.0
    np.testing.assert_array_equal(y, [2, 2, 2])


def test_open_scalars_are_given_at_the_call(axpy):
    y = np.zeros(3)
    run = axpy.bind(None, None, np.ones(3), y)
    run(2, 0.5)
    np.testing.assert_array_equal(y, [0.5, 0.5, 0])
    with pytest.raises(InvalidType, match="2 open arguments, got 1"):
        run(2)


def test_slots_exchange_arrays(axpy):
    first, second = np.zeros(2), np.zeros(2)
    run = axpy.bind(2, 1.0, np.ones(2), first)
    run.set(3, second)
    run.floats[1] = 3.0
    run()
    np.testing.assert_array_equal([first, second], [[0, 0], [3, 3]])
    run.slots[3] = first.ctypes.data
    run()
    np.testing.assert_array_equal(first, [3, 3])


def test_empty_arrays_and_views_have_their_address(axpy):
    whole = np.zeros(6)
    axpy(2, 1.0, np.ones(2), whole[3:])
    np.testing.assert_array_equal(whole, [0, 0, 0, 1, 1, 0])
    assert native.build("def f(n: i64, x: f64p) -> i64:\n    return n", "f")(7, np.empty(0)) == 7


def test_float32_scalars_go_and_return(axpy):
    f = native.build("def f(x: f32) -> f32:\n    return x * 2.0", "f")
    assert f(0.1) == float(np.float32(0.1) * np.float32(2))


def test_many_threads_call_one_kernel(axpy):
    results = np.zeros((8, 1000))

    def work(row):
        for _ in range(50):
            axpy(1000, 1.0, np.ones(1000), results[row])

    threads = [threading.Thread(target=work, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(results, 50.0)
