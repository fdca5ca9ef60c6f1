"""Convolutions and means under windows are affine; the largest under a window is a tree of relus."""

from __future__ import annotations

import pytensor.tensor as pt
import pytest

from graphopt import ops
from graphopt.structure import Structure
from tests.structure.agreement import RNG, counts, lowered

images = pt.tensor4("images", shape=(2, 3, 6, 5))
kernels = pt.tensor4("kernels", shape=(4, 3, 3, 2))

AFFINE = {
    "convolution": ops.conv(images, pt.constant(RNG.normal(size=(4, 3, 3, 2)))),
    "mean under a window": ops.pool(images, (2, 2), mode="average_inc_pad", padding=(1, 1)),
    "neighbours": ops.neighbourhoods(images, (3, 2), step=(1, 1), mode="full"),
    "convolution with a border, strides and groups": ops.conv(
        images, pt.constant(RNG.normal(size=(6, 1, 3, 2))), border=2, stride=2, groups=3, flip=True
    ),
    "convolution of numbers": ops.conv(pt.constant(RNG.normal(size=(1, 3, 5, 4))), kernels),
    "sum under a window": ops.pool(images, (3, 2), stride=(1, 2), mode="sum"),
}


@pytest.mark.parametrize("name", AFFINE)
def test_affine(name):
    assert lowered(AFFINE[name], [images, kernels], points=2).structure is Structure.AFFINE


def test_the_largest_under_a_window():
    """Windows over the edge see two elements, others four: a relu for each but one of them."""
    program = lowered(ops.pool(images, (2, 2), partial=True), [images])
    assert counts(program) == {"relu": 2 * 3 * 3 * (2 * 3 + 1)}
