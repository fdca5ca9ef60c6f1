"""Pooling against windows cut out one by one, and its gradients as transposes."""

from itertools import product

import numpy as np
import pytest

from graphopt.errors import ShapeMismatch
from graphopt.ops.pooling import (
    Pooling,
    average_pool,
    average_pool_gradient,
    max_pool,
    max_pool_gradient,
    pick_first_max,
    pick_max,
    sum_pool,
    sum_pool_gradient,
)

OPTIONS = [
    (window[:axes], stride[:axes], padding[:axes], partial)
    for axes, window, stride, padding, partial in product(
        (1, 2, 3),
        ((2, 3, 2), (3, 2, 3)),
        ((1, 2, 1), (2, 2, 3), (3, 4, 3)),
        ((0, 0, 0), (1, 0, 1)),
        (False, True),
    )
    if not (partial and any(padding))
]
REDUCE = {
    "max": lambda values, pooling: values.max(),
    "sum": lambda values, pooling: values.sum(),
    "average": lambda values, pooling: values.mean(),
    "average with padding": lambda values, pooling: (
        values.sum() / (values.size if pooling.partial else np.prod(pooling.window))
    ),
}
KERNELS = {
    "max": max_pool,
    "sum": sum_pool,
    "average": lambda x, pooling: average_pool(x, pooling, False),
    "average with padding": lambda x, pooling: average_pool(x, pooling, True),
}


def images(axes, seed=0):
    return np.random.default_rng(seed).normal(size=(2, 2, 7, 6, 5)[: 2 + axes])


def one_by_one(x, pooling, reduce):
    axes = len(pooling.window)
    y = np.empty(pooling.output(x))
    for place in np.ndindex(*y.shape):
        pixels = [
            slice(max(0, p * s - pad), min(n, p * s - pad + w))
            for p, s, pad, n, w in zip(
                place[-axes:], pooling.stride, pooling.padding, x.shape[-axes:], pooling.window
            )
        ]
        y[place] = reduce(x[(*place[:-axes], *pixels)], pooling)
    return y


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_each_window_is_reduced(options):
    pooling = Pooling(*options)
    x = images(len(pooling.window))
    for name, kernel in KERNELS.items():
        expected = one_by_one(x, pooling, REDUCE[name])
        np.testing.assert_allclose(kernel(x, pooling), expected, rtol=1e-12, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradients_are_the_transposes(options):
    pooling = Pooling(*options)
    x, direction = images(len(pooling.window)), images(len(pooling.window), seed=1)
    y = max_pool(x, pooling)
    dy = np.random.default_rng(2).normal(size=y.shape)

    def check(forward, backward):
        np.testing.assert_allclose((dy * forward).sum(), (direction * backward).sum(), rtol=1e-10)

    check(sum_pool(direction, pooling), sum_pool_gradient(dy, x.shape, pooling))
    for count in (False, True):
        check(average_pool(direction, pooling, count), average_pool_gradient(x, dy, pooling, count))
    check(pick_max(x, y, direction, pooling), max_pool_gradient(x, y, dy, pooling))
    # without ties the maximum moves with its pixel
    step = 1e-7
    moved = (max_pool(x + step * direction, pooling) - y) / step
    np.testing.assert_allclose(pick_max(x, y, direction, pooling), moved, atol=1e-5)


def test_counts_of_places():
    # recorded from theano.tensor.signal.pool.Pool.out_shape of Theano 1.0.5 for images of 10
    recorded = {
        (2, 2): (5, 5),
        (3, 3): (3, 4),
        (3, 2): (4, 5),
        (2, 5): (2, 2),
        (5, 7): (1, 2),
        (9, 4): (1, 2),
    }
    for (window, stride), (whole, partial) in recorded.items():
        assert Pooling((window,), (stride,), (0,)).places([10]) == (whole,)
        assert Pooling((window,), (stride,), (0,), partial=True).places([10]) == (partial,)
    assert Pooling((3,), (3,), (0,)).places([2]) == (0,)


def test_ties_share_nothing_and_nan_stays():
    pooling = Pooling((2,), (2,), (0,))
    x = np.array([1.0, 1.0, np.nan, 0.0, 2.0, 3.0])
    y = max_pool(x, pooling)
    np.testing.assert_array_equal(y, [1, np.nan, 3])
    np.testing.assert_array_equal(
        max_pool_gradient(x, y, np.array([5.0, 7, -1]), pooling), [5, 5, 0, 0, 0, -1]
    )
    # zero times infinity would be nan, and zero times a negative number -0
    slopes = max_pool_gradient(x, y, np.array([-5.0, 7, np.inf]), pooling)
    np.testing.assert_array_equal(slopes, [-5, -5, 0, 0, 0, np.inf])
    assert not np.signbit(max_pool_gradient(x, y, np.array([5.0, 7, -1]), pooling)[4])


def test_the_first_of_several_maxima_is_picked():
    x, values = np.array([[1, 2, 2.0, 5, np.nan, 5]]), np.arange(6.0)[None]
    np.testing.assert_array_equal(pick_first_max(x, values, Pooling((1, 3), (1, 3), (0, 0))), [[1, 4]])
    overlapping = Pooling((1, 3), (1, 1), (0, 1))
    np.testing.assert_array_equal(pick_first_max(x[:, :4], values[:, :4], overlapping), [[1, 1, 3, 3]])


def test_padding_alone_is_an_empty_sum():
    pooling = Pooling((1,), (1,), (1,))
    np.testing.assert_array_equal(sum_pool(np.ones(2), pooling), [0, 1, 1, 0])
    np.testing.assert_array_equal(average_pool(np.ones(2), pooling, True), [0, 1, 1, 0])
    np.testing.assert_array_equal(sum_pool_gradient(np.arange(4.0), (2,), pooling), [1, 2])


@pytest.mark.parametrize("dtype", ["float32", "int8", "uint8", "bool"])
def test_the_dtype_stays(dtype):
    pooling = Pooling((2, 2), (2, 2), (1, 1))
    x = np.random.default_rng(0).integers(0, 2, (3, 4, 4)).astype(dtype)
    y = max_pool(x, pooling)
    np.testing.assert_array_equal(y, one_by_one(x.astype(float), pooling, REDUCE["max"]))
    for result in (y, sum_pool(x, pooling), average_pool(x, pooling, True)):
        assert result.dtype == dtype


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeMismatch, match="padding smaller than the window"):
        max_pool(np.zeros((3, 3)), Pooling((2, 2), (2, 2), (2, 0)))
    with pytest.raises(ShapeMismatch, match="2 axes got an array of shape"):
        sum_pool(np.zeros(3), Pooling((2, 2), (2, 2), (0, 0)))
    pooling = Pooling((2,), (2,), (0,))
    with pytest.raises(ShapeMismatch, match=r"gives \(2,\), but a result came"):
        max_pool_gradient(np.zeros(4), np.zeros(2), np.zeros(3), pooling)
    with pytest.raises(ShapeMismatch, match="are to be picked"):
        pick_max(np.zeros(4), np.zeros(2), np.zeros(3), pooling)
