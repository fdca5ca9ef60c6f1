"""Random chains of operations agree with the compiled graph."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from tests.structure.agreement import lowered

ONE = (
    pt.tanh,
    pt.sigmoid,
    pt.erf,
    pt.arctan,
    pt.sin,
    abs,
    lambda a: 2 * a - 1,
    lambda a: pt.maximum(a, 0),
    lambda a: pt.clip(a, -1, 0.5),
    lambda a: pt.exp(0.3 * a),
    lambda a: pt.log1p(abs(a)),
    lambda a: pt.sqrt(1 + a * a),
    lambda a: pt.switch(a < 0.2, 0.2, a),
    lambda a: pt.switch(a > 0, a, pt.expm1(a)),
    lambda a: a / (1 + abs(a)),
    lambda a: pt.special.log_softmax(a, axis=-1),
    lambda a: a[..., ::-1],
    lambda a: a.max(axis=-1, keepdims=True),
    lambda a: a - a.mean(axis=-1, keepdims=True),
)
TWO = (
    lambda a, b: a + b,
    lambda a, b: a * b,
    pt.maximum,
    pt.minimum,
    lambda a, b: a / (1 + pt.exp(b)),
    lambda a, b: pt.switch(a > b, a, b),
    lambda a, b: a + b + abs(a - b),
    lambda a, b: pt.concatenate([a, b], axis=-1)[..., 1:4],
)


@pytest.mark.parametrize("seed", range(40))
def test_random_expression(seed):
    """Long chains lose digits: the tolerance is a thousand times that of one operation."""
    rng = np.random.default_rng(seed)
    x, y = pt.vector("x", shape=(3,)), pt.vector("y", shape=(3,))
    known = [x, y, pt.dot(x, rng.normal(size=(3, 3))), pt.constant(rng.normal(size=3))]
    for _ in range(rng.integers(3, 10)):
        operations = ONE if rng.random() < 0.6 else TWO
        count = 1 if operations is ONE else 2
        operands = [known[k] for k in rng.integers(len(known), size=count)]
        known.append(operations[rng.integers(len(operations))](*operands))
    lowered(known[-2:], [x, y], spread=1.0, tolerance=1e-9, points=3)
