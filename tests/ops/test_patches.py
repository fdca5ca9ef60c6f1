"""Patches of images against indexing, and their transpose against the definition of one."""

import numpy as np
import pytest

from graphopt.ops.patches import PatchAdder, PatchReader
from graphopt.ops.sliding import Sliding, tiles

WINDOWS = [
    (Sliding.of(1, "valid", 1), (5,), (2,)),
    (Sliding.of(2, "full", 2), (5, 4), (3, 2)),
    (Sliding.of(2, ((2, 0), (0, 1)), (1, 3), (2, 1)), (6, 7), (3, 2)),
    (Sliding.of(3, "half", 1, (1, 2, 1)), (4, 5, 3), (2, 2, 2)),
    (Sliding.of(2, "valid", 1), (3, 3), (1, 1)),
]


@pytest.mark.parametrize(("sliding", "image", "kernel"), WINDOWS)
def test_patches_hold_the_pixels_under_the_kernel(sliding, image, kernel):
    x = np.random.default_rng(0).normal(size=(3, 2, *image))
    window = sliding.window(image, kernel)
    padded = np.pad(x, [(0, 0), (0, 0), *zip(window.before, window.after)])
    read = PatchReader(x, window)
    for images, rows, _ in tiles(3, window, 1):
        patches = read(images, rows)
        for index in np.ndindex(*patches.shape):
            channel, *rest = index
            axes = len(image)
            offset, picture, place = rest[:axes], rest[axes], rest[axes + 1 :]
            place[0] += rows.start
            pixel = [p * s + k * d for p, s, k, d in zip(place, window.stride, offset, window.dilation)]
            assert patches[index] == padded[(images.start + picture, channel, *pixel)]


@pytest.mark.parametrize(("sliding", "image", "kernel"), WINDOWS)
def test_adding_is_the_transpose_of_reading(sliding, image, kernel):
    rng = np.random.default_rng(1)
    window = sliding.window(image, kernel)
    x = rng.normal(size=(3, 2, *image))
    read, add = PatchReader(x, window), PatchAdder(3, 2, window, x.dtype)
    product = 0.0
    for images, rows, _ in tiles(3, window, 1):
        patches = read(images, rows)
        values = rng.normal(size=patches.shape)
        product += (values * patches).sum()
        add(values, images, rows)
    np.testing.assert_allclose((add.images() * x).sum(), product, rtol=1e-12)
