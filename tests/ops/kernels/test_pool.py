"""The gradient of max pooling, and its transpose, in native code against NumPy: the same bits."""

import numpy as np
import pytest

from graphopt.engine import native
from graphopt.errors import ShapeMismatch
from graphopt.ops.kernels.pool import compiled_pool
from graphopt.ops.pool import MaxPoolGradient, PickMax
from graphopt.ops.pooling import Pooling, max_pool, max_pool_gradient, pick_max

pytestmark = pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")
POOLINGS = [
    Pooling((2,), (1,), (1,)),
    Pooling((2, 2), (2, 2), (0, 0)),
    Pooling((2, 2), (2, 2), (0, 0), partial=True),
    Pooling((3, 3), (2, 1), (1, 2)),
    Pooling((2, 1, 3), (2, 3, 3), (0, 0, 1)),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_results_are_those_of_numpy(pooling, dtype):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (3, 7, 6, 5)).astype(dtype)  # with ties
    y = max_pool(x, pooling)
    dy, values = rng.normal(size=y.shape).astype(dtype), rng.normal(size=x.shape).astype(dtype)
    got = compiled_pool(MaxPoolGradient, pooling, dtype)(x, y, dy)
    np.testing.assert_array_equal(got, max_pool_gradient(x, y, dy, pooling))
    got = compiled_pool(PickMax, pooling, dtype)(x, y, values)
    np.testing.assert_array_equal(got, pick_max(x, y, values, pooling))


def test_shapes_are_checked_before_native_code_runs():
    pooling = POOLINGS[1]
    x = np.zeros((4, 4))
    for op, y, given in (
        (MaxPoolGradient, (2, 2), (2, 3)),
        (PickMax, (2, 2), (2, 2)),
        (PickMax, (3, 2), (4, 4)),
    ):
        with pytest.raises(ShapeMismatch):
            compiled_pool(op, pooling, "float64")(x, np.zeros(y), np.zeros(given))


def test_only_floats_and_up_to_three_axes_have_a_twin():
    assert compiled_pool(PickMax, POOLINGS[1], "int64") is None
    assert compiled_pool(PickMax, Pooling((1,) * 4, (1,) * 4, (0,) * 4), "float32") is None
