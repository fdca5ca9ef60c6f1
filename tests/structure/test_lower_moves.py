"""What moves elements, sums them or multiplies matrices leaves no groups."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.ifelse import ifelse

from graphopt import ops
from graphopt.structure import Structure
from tests.structure.agreement import RNG, lowered

x = pt.matrix("x", shape=(3, 4))
y = pt.vector("y", shape=(4,))
W = RNG.normal(size=(4, 2))
images = pt.tensor4("images", shape=(2, 3, 6, 5))
a, b = pt.scalar(), pt.scalar()

AFFINE = {
    "dot": pt.dot(x, W),
    "dot of a vector": pt.dot(y, W),
    "matrix in front": pt.dot(RNG.normal(size=(2, 3)), x),
    "matmul": x[None] @ np.stack([W, 2 * W]),
    "tensordot": pt.tensordot(x, RNG.normal(size=(3, 4, 2)), axes=2),
    "transpose": x.T[::-1],
    "reshape": x.reshape((2, -1)),
    "flatten": pt.concatenate([x.flatten(), y]),
    "stack": pt.stack([y, y[::-1], 2 * y]),
    "subtensor": x[1:, ::2],
    "rows": x[np.array([2, 0, 0])],
    "mask": y[np.array([True, False, True, True])],
    "points": x[np.array([0, 1]), np.array([2, 3])],
    "set": pt.set_subtensor(x[1], y),
    "set by index": pt.set_subtensor(x[np.array([0, 2])], y),
    "increase": pt.inc_subtensor(x[:, 1:3], pt.stack([y[:2]] * 3)),
    "increase twice": pt.inc_subtensor(y[np.array([0, 0, 1])], x[:, 0]),
    "increase numbers": pt.inc_subtensor(pt.zeros(6)[1:5], y),
    "diagonal": pt.diag(y),
    "of the diagonal": pt.diag(x[:, :3]),
    "repeat": pt.repeat(y, 2),
    "tile": pt.tile(y, (2, 2)),
    "roll": pt.roll(y, 1),
    "diff": pt.diff(x),
    "sum": x.sum(),
    "mean": x.mean(axis=0),
    "cumulative sum": pt.cumsum(x, axis=1),
    "flat cumulative sum": pt.cumsum(x),
    "broadcast": pt.broadcast_to(y, (2, 4)) + x[:1],
    "trace": pt.trace(x[:, :3]),
    "constants": pt.zeros_like(x) + pt.ones((3, 4)) * x.shape[0],
    "linear of float32": (2 * y.astype("float64") - 1) / 3,
    "switch by position": pt.switch(np.array([True, False, True, False]), x, -x),
    "a branch": ifelse(pt.constant(1), y, 2 * y),
    "a branch beside one without a form": ifelse(pt.constant(0), pt.round(y), 2 * y),
    "a graph inside": OpFromGraph([a, b], [2 * a - b])(y[0], x[0, 0]),
    "convolution": ops.conv(images, pt.constant(RNG.normal(size=(4, 3, 3, 2)))),
    "mean under a window": ops.pool(images, (2, 2), mode="average_inc_pad", padding=(1, 1)),
    "neighbours": ops.neighbourhoods(images, (3, 2), step=(1, 1), mode="full"),
    "rows of a table": ops.take_rows(x, np.array([1, 1, 0])),
}


@pytest.mark.parametrize("name", AFFINE)
def test_affine(name):
    assert lowered(AFFINE[name], [x, y, images]).structure is Structure.AFFINE


OTHERS = {
    "outer": (pt.outer(y, y), "product", 6),
    "product of matrices": (pt.dot(x, y), "product", 12),
    "largest": (pt.max(x, axis=1), "relu", 9),
    "smallest": (pt.min(x), "relu", 11),
    "largest under a window": (ops.pool(images, (2, 2), partial=True), "relu", 2 * 3 * (6 * 3 + 3)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_reductions_and_products(name):
    expression, function, size = OTHERS[name]
    program = lowered(expression, [x, y, images])
    found = sum(g.size for g in program.groups if g.function == function)
    assert found == size


def test_several_outputs_share_groups():
    program = lowered([pt.tanh(y).sum(), pt.tanh(y)[:2], pt.split(pt.tanh(y), [1, 3])[1]], [y])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("tanh", 4)]


def test_several_decisions_are_joined_in_order():
    program = lowered([x[0, 0], y[3]], [y, x])
    assert [np.flatnonzero(o.terms[0]).tolist() for o in program.outputs] == [[4], [3]]
