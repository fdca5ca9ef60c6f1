"""What moves elements leaves no groups."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.ifelse import ifelse

from graphopt import ops
from graphopt.structure import Structure
from tests.structure.agreement import lowered

x = pt.matrix("x", shape=(3, 4))
y = pt.vector("y", shape=(4,))
a, b = pt.scalar(), pt.scalar()

AFFINE = {
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
    "broadcast": pt.broadcast_to(y, (2, 4)) + x[:1],
    "constants": pt.zeros_like(x) + pt.ones((3, 4)) * x.shape[0],
    "switch by position": pt.switch(np.array([True, False, True, False]), x, -x),
    "a branch": ifelse(pt.constant(1), y, 2 * y),
    "a branch beside one without a form": ifelse(pt.constant(0), pt.round(y), 2 * y),
    "a graph inside": OpFromGraph([a, b], [2 * a - b])(y[0], x[0, 0]),
    "rows of a table": ops.take_rows(x, np.array([1, 1, 0])),
}


@pytest.mark.parametrize("name", AFFINE)
def test_affine(name):
    assert lowered(AFFINE[name], [x, y]).structure is Structure.AFFINE


def test_several_outputs_share_groups():
    program = lowered([pt.tanh(y).sum(), pt.tanh(y)[:2], pt.split(pt.tanh(y), [1, 3])[1]], [y])
    assert [(g.function, g.size) for g in program.groups[1:]] == [("tanh", 4)]


def test_several_decisions_are_joined_in_order():
    program = lowered([x[0, 0], y[3]], [y, x])
    assert [np.flatnonzero(o.terms[0]).tolist() for o in program.outputs] == [[4], [3]]
