"""Linear operations leave no groups; products and extremes leave one element a pair."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from graphopt.structure import Structure
from tests.structure.agreement import RNG, counts, lowered

x = pt.matrix("x", shape=(3, 4))
y = pt.vector("y", shape=(4,))
W = RNG.normal(size=(4, 2))

AFFINE = {
    "dot": pt.dot(x, W),
    "dot of a vector": pt.dot(y, W),
    "matrix in front": pt.dot(RNG.normal(size=(2, 3)), x),
    "matmul": x[None] @ np.stack([W, 2 * W]),
    "tensordot": pt.tensordot(x, RNG.normal(size=(3, 4, 2)), axes=2),
    "sum": x.sum(),
    "mean": x.mean(axis=0),
    "cumulative sum": pt.cumsum(x, axis=1),
    "flat cumulative sum": pt.cumsum(x),
    "smoothed": pt.signal.convolve1d(y, np.array([0.2, 0.5, 0.3]), mode="same"),
    "solution": pt.linalg.solve(RNG.normal(size=(4, 4)), y),
    "solution of a triangle": pt.linalg.solve_triangular(np.eye(3) + np.tri(3), x, lower=True, b_ndim=2),
    "trace": pt.trace(x[:, :3]),
    "linear of float32": (2 * y.astype("float64") - 1) / 3,
}


@pytest.mark.parametrize("name", AFFINE)
def test_affine(name):
    assert lowered(AFFINE[name], [x, y]).structure is Structure.AFFINE


OTHERS = {
    "outer": (pt.outer(y, y), {"square": 4, "product": 6}),
    "product of matrices": (pt.dot(x, y), {"product": 12}),
    "gram": (pt.dot(x.T, x), {"square": 12, "product": 18}),
    "largest": (pt.max(x, axis=1), {"relu": 9}),
    "smallest": (pt.min(x), {"relu": 11}),
    "product": (pt.prod(x, axis=0), {"product": 8}),
}


@pytest.mark.parametrize("name", OTHERS)
def test_reductions_and_products(name):
    expression, expected = OTHERS[name]
    assert counts(lowered(expression, [x, y])) == expected
