"""Pooling as an expression: gradients of both orders, shapes, refusals."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from graphopt import engine
from graphopt.errors import InvalidValue, ShapeMismatch, UnknownName
from graphopt.ops import pool
from graphopt.ops.pool import MODES

PYTHON = pytensor.compile.mode.Mode("py", "fast_compile")
# every difference is larger than the step of the differences, so that no maximum changes place
X = np.random.default_rng(0).permutation(120.0 / 100 * np.arange(120)).reshape(2, 2, 6, 5)
OPTIONS = [
    {"window": (2, 2)},
    {"window": (2, 2), "partial": True},
    {"window": (3, 2), "stride": (2, 1), "padding": (1, 1)},
    {"window": (2, 2, 2), "stride": (1, 2, 2)},
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradients_of_both_orders_are_those_of_finite_differences(mode, options):
    rng = np.random.default_rng(1)
    verify_grad(lambda x: pool(x, **options, mode=mode), [X], rng=rng, mode=PYTHON)

    def slope(x):
        return pytensor.grad((pool(x, **options, mode=mode) ** 2).sum(), x)

    verify_grad(slope, [X], rng=rng, mode=PYTHON)


@pytest.mark.parametrize("tier", ["now", "fast"])
@pytest.mark.parametrize("mode", MODES)
def test_each_tier_gives_the_same(mode, tier):
    x = pt.tensor4(dtype="float64")
    y = pool(x, (3, 2), stride=(2, 1), padding=(1, 1), mode=mode)
    slope = pytensor.grad((y**2).sum(), x)
    outputs = [y, slope, pytensor.grad((slope * x).sum(), x)]
    run, plain = engine.compile([x], outputs, tier=tier), pytensor.function([x], outputs, mode=PYTHON)
    for got, expected in zip(run(X), plain(X), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_shapes_are_known_before_running():
    fixed = pt.tensor(dtype="float32", shape=(None, 3, 9, 8))
    assert pool(fixed, (2, 2), partial=True).type.shape == (None, 3, 5, 4)
    x = pt.tensor4(dtype="float64")
    shape = pytensor.function([x], pool(x, (2, 3), stride=(2, 1), partial=True).shape, mode="FAST_COMPILE")
    assert not any("Pool" in str(node.op) for node in shape.maker.fgraph.apply_nodes)
    assert tuple(shape(X)) == (2, 2, 3, 3)


def test_what_cannot_be_pooled_is_refused():
    with pytest.raises(ShapeMismatch, match="as many entries"):
        pool(pt.matrix(), (2, 2, 2))
    with pytest.raises(ShapeMismatch, match="as many entries"):
        pool(pt.matrix(), (2, 2), stride=(1,))
    with pytest.raises(InvalidValue, match="partial windows"):
        pool(pt.matrix(), (2, 2), padding=(1, 1), partial=True)
    with pytest.raises(UnknownName, match="Did you mean 'max'"):
        pool(pt.matrix(), (2, 2), mode="maxx")
