"""Patches added up in native code against NumPy: the same bits."""

import numpy as np
import pytest

from graphopt.engine import native
from graphopt.ops.correlation import Correlation
from graphopt.ops.kernels.patches import CompiledAdder, CompiledCorrelation
from graphopt.ops.patches import PatchAdder
from graphopt.ops.sliding import Sliding, tiles

WINDOWS = [
    (Sliding.of(1, "full", 2), (5,), (2,)),
    (Sliding.of(2, "valid", 1), (9, 8), (3, 2)),
    (Sliding.of(2, ((2, 0), (0, 3)), (1, 3), (2, 1)), (6, 7), (3, 2)),
    (Sliding.of(3, "half", (1, 2, 1), (1, 2, 1)), (4, 5, 3), (2, 2, 2)),
]


@pytest.mark.skipif(native.available() == "off", reason="no C compiler and no numba")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("sliding", "image", "kernel"), WINDOWS)
def test_sums_are_those_of_numpy(sliding, image, kernel, dtype):
    window = sliding.window(image, kernel)
    adders = [make(3, 2, window, np.dtype(dtype)) for make in (PatchAdder, CompiledAdder)]
    rng = np.random.default_rng(0)
    for images, rows, _ in tiles(3, window, 1):
        shape = (2, *kernel, images.stop - images.start, rows.stop - rows.start, *window.places[1:])
        values = rng.normal(size=shape).astype(dtype)
        for add in adders:
            add(values, images, rows)
    expected, got = (add.images() for add in adders)
    np.testing.assert_array_equal(got, expected)


def test_only_floats_and_up_to_three_axes_have_a_twin():
    plane, space = (Correlation(Sliding.of(axes, "valid", 1)) for axes in (2, 4))
    assert isinstance(CompiledCorrelation.of(plane, "float32"), CompiledCorrelation)
    assert CompiledCorrelation.of(plane, "complex64") is plane
    assert CompiledCorrelation.of(space, "float32") is space
